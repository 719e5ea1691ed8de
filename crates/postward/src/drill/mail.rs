//! The mail of the mailbox under drill: a large message to fetch, a fingerprint that proves that nothing has changed, and
//! the links of notices.

use mail_parser::MessageParser;
use postward_testclient::{ImapClient, literal, quoted};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

/// A folder of the drill's own, which it removes at the end.
pub(super) const FOLDER: &str = "Postward drill";

/// More than the socket buffers hold between a server and a client that does not read.
const LARGE: usize = 6 * 1024 * 1024;

/// Creates the drill's folder with a large message in it.
pub(super) async fn prepare(imap: &mut ImapClient) -> io::Result<()> {
    // It may be left over from a drill that was interrupted.
    imap.ask(&format!("DELETE {}", quoted(FOLDER))).await?;
    imap.command(&format!("CREATE {}", quoted(FOLDER))).await?;
    let line = "A line of a large message, which an app stops reading in the middle.....\r\n";
    let mut message = String::from("Subject: A large message for the drill\r\nFrom: drill@localhost\r\n\r\n");
    message.reserve(LARGE);
    while message.len() < LARGE {
        message.push_str(line);
    }
    imap.append(FOLDER, message.as_bytes()).await
}

/// Removes the drill's folder.
pub(super) async fn remove(imap: &mut ImapClient) -> io::Result<()> {
    imap.command(&format!("DELETE {}", quoted(FOLDER))).await.map(drop)
}

/// How long a message may take to arrive.
const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(30);

/// Waits for a message with this subject, and returns its link from `path` on.
pub(super) async fn mailed_link(imap: &mut ImapClient, subject: &str, path: &str) -> io::Result<String> {
    let until = Instant::now() + ARRIVAL_TIMEOUT;
    loop {
        imap.command("EXAMINE INBOX").await?;
        let found = imap.command(&format!("SEARCH SUBJECT {}", quoted(subject))).await?;
        let found = String::from_utf8_lossy(&found).into_owned();
        if let Some(newest) = found.split_whitespace().last().and_then(|word| word.parse::<u32>().ok()) {
            let fetched = imap.command(&format!("FETCH {newest} BODY.PEEK[]")).await?;
            return link_in(&fetched, path)
                .ok_or_else(|| io::Error::other(format!("the letter {subject:?} does not lead to {path}")));
        }
        if Instant::now() > until {
            return Err(io::Error::other(format!("no letter {subject:?} has come in")));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The link in a message, which is the literal of a response.
fn link_in(fetched: &[u8], path: &str) -> Option<String> {
    let end = fetched.iter().position(|byte| *byte == b'\n')? + 1;
    let message = fetched.get(end..)?.get(..literal(fetched.get(..end)?)?)?;
    let text = MessageParser::default().parse(message)?.body_text(0)?.into_owned();
    let at = text.find(&format!("{path}?token="))?;
    text.get(at..)?.split_whitespace().next().map(str::to_owned)
}

/// The content of a mailbox: its folders, and a hash over the flags, the date and every byte of each message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    /// The answer to LIST.
    listing: Vec<u8>,
    folders: BTreeMap<String, Messages>,
}

/// The content of a folder.
#[derive(Debug, PartialEq, Eq)]
struct Messages {
    uid_validity: String,
    by_uid: BTreeMap<u32, [u8; 32]>,
}

impl Fingerprint {
    /// Reads the whole mailbox. The session has the INBOX open afterwards.
    pub(super) async fn take(imap: &mut ImapClient) -> io::Result<Self> {
        let listing = imap.command("LIST \"\" \"*\"").await?;
        let mut folders = BTreeMap::new();
        for folder in String::from_utf8_lossy(&listing).lines().filter_map(folder_of) {
            let opened = imap.command(&format!("EXAMINE {folder}")).await?;
            let opened = String::from_utf8_lossy(&opened).into_owned();
            let validity = opened.lines().find(|line| line.contains("[UIDVALIDITY ")).unwrap_or_default();
            let fetched = imap.command("UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])").await?;
            let messages = Messages { uid_validity: validity.to_owned(), by_uid: messages(&fetched) };
            folders.insert(folder.to_owned(), messages);
        }
        imap.command("SELECT INBOX").await?;
        Ok(Self { listing, folders })
    }

    /// What has changed, if anything: every message that was there before must be there under the same UID. The INBOX
    /// may have more, because a notice of every change arrives.
    pub(super) fn difference(&self, before: &Self) -> Option<String> {
        if self.listing != before.listing {
            return Some("the list of folders".to_owned());
        }
        before.folders.iter().find_map(|(name, was)| {
            let Some(is) = self.folders.get(name) else { return Some(format!("the folder {name}")) };
            if is.uid_validity != was.uid_validity {
                return Some(format!("the UIDVALIDITY of {name}"));
            }
            let newest = was.by_uid.keys().next_back();
            let changed = was.by_uid.iter().find(|(uid, message)| is.by_uid.get(uid) != Some(message));
            let new = is.by_uid.keys().find(|uid| {
                !was.by_uid.contains_key(uid)
                    && (name != "INBOX" || newest.is_some_and(|newest| *uid < newest))
            });
            let uid = changed.map(|(uid, _)| uid).or(new)?;
            Some(format!("message {uid} of {name}"))
        })
    }
}

/// The messages in the responses to a FETCH that asked for UIDs, each as a hash of all its data items.
fn messages(mut fetched: &[u8]) -> BTreeMap<u32, [u8; 32]> {
    let mut by_uid = BTreeMap::new();
    while !fetched.is_empty() {
        // One response: lines, each of which may announce a literal behind it (RFC 3501 §4.3).
        let (mut head, mut body) = (String::new(), Sha256::new());
        loop {
            let end = fetched.iter().position(|byte| *byte == b'\n').map_or(fetched.len(), |at| at + 1);
            let (line, rest) = fetched.split_at(end);
            head.push_str(&String::from_utf8_lossy(line));
            fetched = rest;
            let Some(count) = literal(line) else { break };
            let (octets, rest) = fetched.split_at(count.min(fetched.len()));
            body.update(octets);
            fetched = rest;
        }
        // The sequence number and `\Recent` depend on the session, so they are left out.
        let Some((_, facts)) = head.split_once(" FETCH (") else { continue };
        let facts = facts.replace(" \\Recent", "").replace("\\Recent", "");
        let uid = facts.split_once("UID ").and_then(|(_, rest)| {
            rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok())
        });
        if let Some(uid) = uid {
            body.update(facts.as_bytes());
            by_uid.insert(uid, body.finalize().into());
        }
    }
    by_uid
}

/// The name of a selectable folder in a LIST response (RFC 3501 §7.2.2).
fn folder_of(line: &str) -> Option<&str> {
    let (flags, rest) = line.strip_prefix("* LIST (")?.split_once(") ")?;
    let (_delimiter, name) = rest.split_once(' ')?;
    (!flags.to_ascii_lowercase().contains("\\noselect")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mailbox with an INBOX of these FETCH responses.
    fn mailbox(fetched: &str) -> Fingerprint {
        let inbox = Messages { uid_validity: "7".to_owned(), by_uid: messages(fetched.as_bytes()) };
        Fingerprint { listing: Vec::new(), folders: [("INBOX".to_owned(), inbox)].into() }
    }

    #[test]
    fn mail_may_come_and_none_may_change() {
        const ONE: &str = "* 1 FETCH (UID 4 FLAGS (\\Seen) BODY[] {6}\r\na\n)\r\nb)\r\n";
        const TWO: &str = "* 2 FETCH (UID 9 FLAGS () BODY[] {2}\r\ncd)\r\n";
        let before = mailbox(ONE);
        assert_eq!(before.folders["INBOX"].by_uid.len(), 1);
        let check =
            |now: &str, kept: bool| assert_eq!(mailbox(now).difference(&before).is_none(), kept, "{now}");
        check(ONE, true);
        check(&format!("{ONE}* 3 EXISTS\r\n{TWO}"), true);
        check(&ONE.replace("(\\Seen)", "(\\Seen \\Recent)").replace("* 1", "* 2"), true);
        check(TWO, false);
        check(&ONE.replace("a\n", "A\n"), false);
        check(&ONE.replace("\\Seen", "\\Deleted"), false);
        check(&ONE.replace("UID 4", "UID 5"), false);
        check(&format!("{}{ONE}", TWO.replace("UID 9", "UID 3")), false);
        let mut elsewhere = mailbox(&format!("{ONE}{TWO}"));
        let inbox = elsewhere.folders.remove("INBOX");
        elsewhere.folders.extend(inbox.map(|inbox| ("Sent".to_owned(), inbox)));
        let mut sent = mailbox(ONE);
        let inbox = sent.folders.remove("INBOX");
        sent.folders.extend(inbox.map(|inbox| ("Sent".to_owned(), inbox)));
        assert_eq!(
            elsewhere.difference(&sent).as_deref(),
            Some("message 9 of Sent"),
            "only the INBOX gets notices"
        );
    }

    #[test]
    fn folders_are_read_as_they_are_listed() {
        assert_eq!(folder_of("* LIST (\\HasNoChildren) \".\" INBOX"), Some("INBOX"));
        assert_eq!(folder_of("* LIST () \".\" \"Sent Mail\""), Some("\"Sent Mail\""));
        assert_eq!(folder_of("* LIST (\\Noselect) \".\" Lists"), None);
        assert_eq!(folder_of("d1 OK done"), None);
    }
}
