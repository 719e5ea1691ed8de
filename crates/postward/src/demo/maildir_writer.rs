//! Writes the sample mail of the demo into its mailboxes, as Maildir files.
//!
//! The files are not synced one by one: a demo that loses power is started anew.

use super::messages::{self, Extra, Message, MessageState};
use super::{alerts, sample_accounts};
use crate::command_error::CommandError;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as MailAddress;
use postward_mailstore::{FolderName, Mailstore};
use postward_wire::Address;
use rand::RngExt as _;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// Fills every mailbox. `root` is the directory of the mail store.
pub(super) async fn fill(
    mailstore: &Mailstore,
    root: &Path,
    now: jiff::Timestamp,
) -> Result<(), CommandError> {
    for user in &sample_accounts::MAILBOXES {
        let address = Address::parse(user.address).map_err(failed)?;
        let mailbox = mailstore.open_mailbox(&address).await.map_err(failed)?;
        for folder in folders_of(user.address) {
            let folder = FolderName::parse(folder).map_err(failed)?;
            mailbox.create(&folder).await.map_err(failed)?;
            mailbox.subscribe(&folder).await.map_err(failed)?;
        }
    }
    let root = root.to_owned();
    let now = now.as_second();
    let written = tokio::task::spawn_blocking(move || -> io::Result<()> {
        for message in messages::all() {
            deliver(&root, message, now)?;
        }
        let inbox = Folder::of(&root, sample_accounts::ALERTS, None);
        alerts::all(now).try_for_each(|alert| inbox.put(&alert.message, alert.at, alert.flags))
    });
    written.await.map_err(failed)?.map_err(failed)
}

/// The folders in which a mailbox has messages filed.
fn folders_of(address: &str) -> BTreeSet<&'static str> {
    let mine = messages::all().filter(|message| message.to.iter().any(|(_, to)| *to == address));
    mine.filter_map(|message| match message.state {
        MessageState::Filed(folder) => Some(folder),
        MessageState::Unread | MessageState::Read | MessageState::Starred | MessageState::Answered => None,
    })
    .collect()
}

fn deliver(root: &Path, sample: &Message, now: i64) -> io::Result<()> {
    // Not on the full hour, which would look generated.
    let at = now - sample.hours_ago * 3600 - sample.key.bytes().map(i64::from).sum::<i64>() % 3000;
    let message = compose(sample, at)?;
    let is_ours = |address: &str| sample_accounts::MAILBOXES.iter().any(|user| user.address == address);
    let (_, from) = sample.from;
    if is_ours(from) {
        Folder::of(root, from, Some("Sent")).put(&message, at, "S")?;
    }
    for (_, to) in sample.to.iter().filter(|(_, to)| is_ours(to)) {
        let (folder, flags) = match sample.state {
            MessageState::Unread => (None, ""),
            MessageState::Read => (None, "S"),
            MessageState::Starred => (None, "FS"),
            MessageState::Answered => (None, "RS"),
            MessageState::Filed(folder) => (Some(folder), "S"),
        };
        Folder::of(root, to, folder).put(&message, at, flags)?;
    }
    Ok(())
}

fn compose(sample: &Message, at: i64) -> io::Result<Vec<u8>> {
    let to: Vec<_> = sample.to.iter().map(|(name, address)| MailAddress::from((*name, *address))).collect();
    let mut message = MessageBuilder::new()
        .from(sample.from)
        .to(to)
        .subject(sample.subject)
        .date(at)
        .message_id(message_id(sample.key))
        .text_body(paragraphs(sample.text));
    let earlier = earlier(sample);
    if let Some(answered) = earlier.last() {
        message = message.in_reply_to(answered.clone()).references(earlier);
    }
    match sample.extra {
        Extra::Nothing => {}
        Extra::Html(html) => message = message.html_body(html),
        Extra::File(attachment) => {
            let file = attachment.file();
            message = message.attachment(file.kind, file.name, file.bytes);
        }
    }
    message.write_to_vec()
}

/// The text as mail apps send it: a paragraph is one line. In the source it is wrapped, so a line longer than `WRAPPED`
/// is joined with the next.
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

/// The Message-IDs of the earlier messages of the thread, the oldest first (RFC 5322 §3.6.4).
fn earlier(message: &Message) -> Vec<String> {
    let mut ids = Vec::new();
    let mut answers = message.answers;
    while let Some(key) = answers {
        ids.insert(0, message_id(key));
        answers = messages::all().find(|message| message.key == key).and_then(|message| message.answers);
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
        let unique = rand::rng().random::<u64>();
        let name = format!("{at}.M000000P1Q000000R{unique:016x}.postward,S={size},W={size}:2,{flags}");
        let mut file = File::create_new(self.0.join("cur").join(name))?;
        file.write_all(message)?;
        file.set_modified(UNIX_EPOCH + Duration::from_secs(at.max(0).unsigned_abs()))
    }
}

fn failed(error: impl std::fmt::Display) -> CommandError {
    CommandError::new(format!("The mail of the demo cannot be written: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_question_and_everybody_a_name() {
        for message in messages::all() {
            if let Some(key) = message.answers {
                let question = messages::all().find(|question| question.key == key);
                assert!(question.is_some_and(|question| question.hours_ago >= message.hours_ago), "{key}");
            }
            assert_eq!(
                messages::all().filter(|other| other.key == message.key).count(),
                1,
                "{}",
                message.key
            );
        }
    }

    #[test]
    fn every_mailbox_of_the_demo_gets_mail() {
        for user in &sample_accounts::MAILBOXES {
            let mail = messages::all().any(|message| message.to.iter().any(|(_, to)| *to == user.address));
            assert!(mail || user.address == sample_accounts::ALERTS, "{}", user.address);
        }
    }

    #[test]
    fn a_message_is_read_back_as_it_was_written() {
        for message in messages::all() {
            let bytes = compose(message, 1_700_000_000).unwrap_or_default();
            let read = mail_parser::MessageParser::default().parse(&bytes);
            assert_eq!(read.as_ref().and_then(|read| read.subject()), Some(message.subject));
            let text = read.and_then(|read| read.body_text(0).map(|text| text.replace("\r\n", "\n")));
            assert_eq!(text.as_deref(), Some(paragraphs(message.text).as_str()), "{}", message.key);
        }
    }
}
