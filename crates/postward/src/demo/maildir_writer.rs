//! Puts the demo's mail into its mailboxes, as Maildir files.
//!
//! Written in bulk and without a sync for each file: a demo that loses power is simply started again.

use super::messages::{self, Letter, Mark, More};
use super::{alerts, sample_accounts};
use crate::problem::Problem;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as MailAddress;
use postward_mailstore::{FolderName, Mailstore};
use postward_wire::Address;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// Fills every mailbox. `root` is the directory of the mail store.
pub(super) async fn fill(mailstore: &Mailstore, root: &Path, now: jiff::Timestamp) -> Result<(), Problem> {
    for person in &sample_accounts::MAILBOXES {
        let address = Address::parse(person.address).map_err(failed)?;
        let mailbox = mailstore.open_mailbox(&address).await.map_err(failed)?;
        for folder in folders_of(person.address) {
            let folder = FolderName::parse(folder).map_err(failed)?;
            mailbox.create(&folder).await.map_err(failed)?;
            mailbox.subscribe(&folder).await.map_err(failed)?;
        }
    }
    let root = root.to_owned();
    let now = now.as_second();
    let written = tokio::task::spawn_blocking(move || -> io::Result<()> {
        for letter in messages::all() {
            deliver(&root, letter, now)?;
        }
        let inbox = Folder::of(&root, sample_accounts::ALERTS, None);
        alerts::all(now).try_for_each(|alert| inbox.put(&alert.message, alert.at, alert.flags))
    });
    written.await.map_err(failed)?.map_err(failed)
}

/// The folders somebody files letters in.
fn folders_of(address: &str) -> BTreeSet<&'static str> {
    let mine = messages::all().filter(|letter| letter.to.iter().any(|(_, to)| *to == address));
    mine.filter_map(|letter| match letter.mark {
        Mark::Filed(folder) => Some(folder),
        Mark::Unread | Mark::Read | Mark::Starred | Mark::Answered => None,
    })
    .collect()
}

fn deliver(root: &Path, letter: &Letter, now: i64) -> io::Result<()> {
    // Not on the hour: nobody writes on the hour.
    let at = now - letter.hours_ago * 3600 - letter.key.bytes().map(i64::from).sum::<i64>() % 3000;
    let message = compose(letter, at)?;
    let is_ours = |address: &str| sample_accounts::MAILBOXES.iter().any(|person| person.address == address);
    let (_, from) = letter.from;
    if is_ours(from) {
        Folder::of(root, from, Some("Sent")).put(&message, at, "S")?;
    }
    for (_, to) in letter.to.iter().filter(|(_, to)| is_ours(to)) {
        let (folder, flags) = match letter.mark {
            Mark::Unread => (None, ""),
            Mark::Read => (None, "S"),
            Mark::Starred => (None, "FS"),
            Mark::Answered => (None, "RS"),
            Mark::Filed(folder) => (Some(folder), "S"),
        };
        Folder::of(root, to, folder).put(&message, at, flags)?;
    }
    Ok(())
}

fn compose(letter: &Letter, at: i64) -> io::Result<Vec<u8>> {
    let to: Vec<_> = letter.to.iter().map(|(name, address)| MailAddress::from((*name, *address))).collect();
    let mut message = MessageBuilder::new()
        .from(letter.from)
        .to(to)
        .subject(letter.subject)
        .date(at)
        .message_id(message_id(letter.key))
        .text_body(paragraphs(letter.text));
    let earlier = earlier(letter);
    if let Some(answered) = earlier.last() {
        message = message.in_reply_to(answered.clone()).references(earlier);
    }
    match letter.more {
        More::Nothing => {}
        More::Html(html) => message = message.html_body(html),
        More::File(attachment) => {
            let file = attachment.file();
            message = message.attachment(file.kind, file.name, file.bytes);
        }
    }
    message.write_to_vec()
}

/// The text as mail apps send it: a paragraph is one line, as wide as the window that shows it. In the source it is
/// wrapped; a line as long as this was not ended there by its writer.
fn paragraphs(text: &str) -> String {
    const WRAPPED: usize = 100;
    let mut out = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        let goes_on = line.chars().count() > WRAPPED && lines.peek().is_some_and(|next| !next.is_empty());
        out.push(if goes_on { ' ' } else { '\n' });
    }
    out
}

/// The message ids of the letters before this one in its thread, the oldest first (RFC 5322 §3.6.4).
fn earlier(letter: &Letter) -> Vec<String> {
    let mut ids = Vec::new();
    let mut answers = letter.answers;
    while let Some(key) = answers {
        ids.insert(0, message_id(key));
        answers = messages::all().find(|letter| letter.key == key).and_then(|letter| letter.answers);
    }
    ids
}

fn message_id(key: &str) -> String {
    format!("{key}.demo@fjordlight.example")
}

/// A folder of a mailbox, on disk.
struct Folder(PathBuf);

impl Folder {
    fn of(root: &Path, address: &str, folder: Option<&str>) -> Self {
        let (local, domain) = address.split_once('@').unwrap_or((address, ""));
        let maildir = root.join(domain).join(local).join("Maildir");
        // Maildir++: the INBOX is the Maildir itself, every other folder a directory with a dot in front.
        Self(folder.map_or_else(|| maildir.clone(), |name| maildir.join(format!(".{name}"))))
    }

    /// Writes one message with its arrival and its flags, the way the mail store names its files.
    fn put(&self, message: &[u8], at: i64, flags: &str) -> io::Result<()> {
        let size = message.len();
        let unique = rand::random::<u64>();
        let name = format!("{at}.M000000P1Q000000R{unique:016x}.postward,S={size},W={size}:2,{flags}");
        let mut file = File::create_new(self.0.join("cur").join(name))?;
        file.write_all(message)?;
        file.set_modified(UNIX_EPOCH + Duration::from_secs(at.max(0).unsigned_abs()))
    }
}

fn failed(error: impl std::fmt::Display) -> Problem {
    Problem::new(format!("The mail of the demo cannot be written: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_question_and_everybody_a_name() {
        for letter in messages::all() {
            if let Some(key) = letter.answers {
                let question = messages::all().find(|question| question.key == key);
                assert!(question.is_some_and(|question| question.hours_ago >= letter.hours_ago), "{key}");
            }
            assert_eq!(messages::all().filter(|other| other.key == letter.key).count(), 1, "{}", letter.key);
        }
    }

    #[test]
    fn every_mailbox_of_the_cast_gets_mail() {
        for person in &sample_accounts::MAILBOXES {
            let mail = messages::all().any(|letter| letter.to.iter().any(|(_, to)| *to == person.address));
            assert!(mail || person.address == sample_accounts::ALERTS, "{}", person.address);
        }
    }

    #[test]
    fn a_letter_is_read_back_as_it_was_written() {
        for letter in messages::all() {
            let bytes = compose(letter, 1_700_000_000).unwrap_or_default();
            let read = mail_parser::MessageParser::default().parse(&bytes);
            assert_eq!(read.as_ref().and_then(|read| read.subject()), Some(letter.subject));
            let text = read.and_then(|read| read.body_text(0).map(|text| text.replace("\r\n", "\n")));
            assert_eq!(text.as_deref(), Some(paragraphs(letter.text).as_str()), "{}", letter.key);
        }
    }
}
