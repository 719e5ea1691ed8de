//! The commands on the tree of folders: LIST, LSUB, CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE.

use super::pattern::Pattern;
use super::session::{Answer, Session};
use super::string;
use super::wire::Going;
use crate::error::{MailError, Result};
use crate::folder_name::{FolderName, SpecialUse};
use crate::mailbox::FolderInfo;
use imap_types::mailbox::{ListMailbox, Mailbox};
use std::collections::BTreeMap;
use tokio::io::{AsyncRead, AsyncWrite};

/// The folder a client names.
pub(super) fn folder_name(mailbox: &Mailbox<'_>) -> Result<FolderName> {
    match mailbox {
        Mailbox::Inbox => Ok(FolderName::inbox()),
        Mailbox::Other(name) => match std::str::from_utf8(name.as_ref()) {
            Ok(name) => FolderName::parse_modified_utf7(name),
            Err(_) => Err(MailError::Misuse("A folder name has a character in it that cannot be used.")),
        },
    }
}

/// What LIST says of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Folder(Option<SpecialUse>),
    /// Only folders below it are there.
    Level,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) async fn list(
        &mut self,
        reference: &Mailbox<'_>,
        wildcard: &ListMailbox<'_>,
    ) -> Going<Answer> {
        let wildcard = list_bytes(wildcard);
        if wildcard.is_empty() {
            // RFC 3501 §6.3.8: an empty name asks for the delimiter.
            self.wire.say("* LIST (\\Noselect) \".\" \"\"");
            return Ok(Answer::ok("That is the delimiter."));
        }
        self.list_matching("LIST", reference, wildcard, |info| info.exists).await
    }

    pub(super) async fn lsub(
        &mut self,
        reference: &Mailbox<'_>,
        wildcard: &ListMailbox<'_>,
    ) -> Going<Answer> {
        self.list_matching("LSUB", reference, list_bytes(wildcard), |info| info.subscribed).await
    }

    async fn list_matching(
        &mut self,
        verb: &str,
        reference: &Mailbox<'_>,
        wildcard: &[u8],
        wanted: fn(&FolderInfo) -> bool,
    ) -> Going<Answer> {
        let folders = match self.wire.wait(self.mailbox.list()).await? {
            Ok(folders) => folders,
            Err(error) => return Ok(Answer::from_error(&error)),
        };
        let reference = match reference {
            Mailbox::Inbox => b"INBOX",
            Mailbox::Other(name) => name.as_ref(),
        };
        let pattern = Pattern::new(reference, wildcard);
        let entries = entries(folders.iter().filter(|info| wanted(info)));
        for (name, entry) in &entries {
            let wire_name = name.to_modified_utf7();
            if pattern.matches(&wire_name) {
                let mut line =
                    format!("* {verb} ({}) \".\" ", attributes(name, *entry, &entries)).into_bytes();
                string::astring(&mut line, wire_name.as_bytes());
                line.extend_from_slice(b"\r\n");
                self.wire.send(&line).await?;
            }
        }
        Ok(Answer::ok("That is all."))
    }

    pub(super) async fn create(&mut self, mailbox: &Mailbox<'_>) -> Going<Answer> {
        let done = match folder_name(mailbox) {
            Ok(name) => self.wire.finish(self.mailbox.create(&name)).await?,
            Err(error) => Err(error),
        };
        Ok(outcome(done, "The folder is there."))
    }

    pub(super) async fn delete(&mut self, mailbox: &Mailbox<'_>) -> Going<Answer> {
        let done = match folder_name(mailbox) {
            Ok(name) => self.wire.finish(self.mailbox.delete(&name)).await?,
            Err(error) => Err(error),
        };
        Ok(outcome(done, "The folder is gone."))
    }

    pub(super) async fn rename(&mut self, from: &Mailbox<'_>, to: &Mailbox<'_>) -> Going<Answer> {
        let done = match (folder_name(from), folder_name(to)) {
            (Ok(from), Ok(to)) => self.wire.finish(self.mailbox.rename(&from, &to)).await?,
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        Ok(outcome(done, "The folder has its new name."))
    }

    pub(super) async fn subscribe(&mut self, mailbox: &Mailbox<'_>) -> Going<Answer> {
        let done = match folder_name(mailbox) {
            Ok(name) => self.wire.finish(self.mailbox.subscribe(&name)).await?,
            Err(error) => Err(error),
        };
        Ok(outcome(done, "Subscribed."))
    }

    pub(super) async fn unsubscribe(&mut self, mailbox: &Mailbox<'_>) -> Going<Answer> {
        let done = match folder_name(mailbox) {
            Ok(name) => self.wire.finish(self.mailbox.unsubscribe(&name)).await?,
            Err(error) => Err(error),
        };
        Ok(outcome(done, "Unsubscribed."))
    }
}

fn outcome(done: Result<()>, words: &str) -> Answer {
    match done {
        Ok(()) => Answer::ok(words),
        Err(error) => Answer::from_error(&error),
    }
}

fn list_bytes<'l>(wildcard: &'l ListMailbox<'_>) -> &'l [u8] {
    match wildcard {
        ListMailbox::Token(token) => token.as_ref(),
        ListMailbox::String(text) => text.as_ref(),
    }
}

/// The folders, and the levels above them that are no folders themselves: without them `%` would hide what is below.
fn entries<'i>(folders: impl Iterator<Item = &'i FolderInfo>) -> BTreeMap<FolderName, Entry> {
    let mut entries = BTreeMap::new();
    for info in folders {
        entries.insert(info.name.clone(), Entry::Folder(info.special_use));
        let mut above = info.name.parent();
        while let Some(level) = above {
            above = level.parent();
            entries.entry(level).or_insert(Entry::Level);
        }
    }
    entries
}

fn attributes(name: &FolderName, entry: Entry, entries: &BTreeMap<FolderName, Entry>) -> String {
    // Not simply the next name: `Sent-2026` sorts between `Sent` and `Sent.2026`.
    let has_children = entries.range(name..).skip(1).any(|(other, _)| other.is_below(name));
    let children = if has_children { "\\HasChildren" } else { "\\HasNoChildren" };
    match entry {
        Entry::Folder(Some(special)) => format!("{children} \\{}", special.name()),
        Entry::Folder(None) => children.to_owned(),
        Entry::Level => format!("\\Noselect {children}"),
    }
}
