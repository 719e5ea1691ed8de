//! The mail of the mailbox under drill: a message to be stuck in, and proof that nothing has changed.

use super::client::imap::{Imap, quoted};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io;

/// A folder of the drill's own, which it removes at the end.
pub(super) const FOLDER: &str = "Postward drill";

/// More than the kernel holds between a server and a client that does not read.
const LARGE: usize = 6 * 1024 * 1024;

/// Makes the drill's folder with a large message in it.
pub(super) async fn prepare(imap: &mut Imap) -> io::Result<()> {
    // Left behind by a drill that was cut short, perhaps.
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
pub(super) async fn tidy_up(imap: &mut Imap) -> io::Result<()> {
    imap.command(&format!("DELETE {}", quoted(FOLDER))).await.map(drop)
}

/// A hash over everything in a mailbox: folders, UIDVALIDITY, UIDs, flags, dates, every byte of every message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint(String);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Fingerprint {
    /// Reads the whole mailbox. The session has the INBOX open afterwards.
    pub(super) async fn take(imap: &mut Imap) -> io::Result<Self> {
        let listing = imap.command("LIST \"\" \"*\"").await?;
        let mut hash = Sha256::new_with_prefix(&listing);
        for folder in String::from_utf8_lossy(&listing).lines().filter_map(folder_of) {
            let opened = imap.command(&format!("EXAMINE {folder}")).await?;
            let opened = String::from_utf8_lossy(&opened).into_owned();
            // What belongs to the folder; how many messages are recent belongs to the session.
            for line in opened.lines().filter(|line| {
                line.ends_with(" EXISTS") || line.contains("[UIDVALIDITY ") || line.contains("[UIDNEXT ")
            }) {
                hash.update(line);
            }
            let flags = imap.command("UID FETCH 1:* (FLAGS INTERNALDATE)").await?;
            hash.update(String::from_utf8_lossy(&flags).replace(" \\Recent", "").replace("\\Recent", ""));
            hash.update(imap.command("UID FETCH 1:* BODY.PEEK[]").await?);
        }
        imap.command("SELECT INBOX").await?;
        let digest = hash.finalize();
        Ok(Self(digest.iter().map(|byte| format!("{byte:02x}")).collect()))
    }
}

/// The name of a folder that can be opened, as it stands in the answer to LIST (RFC 3501 §7.2.2).
fn folder_of(line: &str) -> Option<&str> {
    let (flags, rest) = line.strip_prefix("* LIST (")?.split_once(") ")?;
    let (_delimiter, name) = rest.split_once(' ')?;
    (!flags.to_ascii_lowercase().contains("\\noselect")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_as_they_are_listed() {
        assert_eq!(folder_of("* LIST (\\HasNoChildren) \".\" INBOX"), Some("INBOX"));
        assert_eq!(folder_of("* LIST () \".\" \"Sent Mail\""), Some("\"Sent Mail\""));
        assert_eq!(folder_of("* LIST (\\Noselect) \".\" Lists"), None);
        assert_eq!(folder_of("d1 OK done"), None);
    }
}
