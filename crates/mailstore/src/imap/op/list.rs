//! The commands on the tree of folders: LIST, LSUB, CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE.

use crate::connection::ClientStream;
use crate::error::{MailError, Result};
use crate::folder_name::{FolderName, SpecialUse};
use crate::imap::command::list_pattern::Pattern;
use crate::imap::completion::Completion;
use crate::imap::session::{Session, State};
use crate::imap::stream::Continue;
use crate::imap::string;
use crate::storage::mailbox::FolderInfo;
use imap_types::mailbox::{ListMailbox, Mailbox};
use std::collections::BTreeMap;

/// The folder a client names.
pub(crate) fn folder_name(mailbox: &Mailbox<'_>) -> Result<FolderName> {
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

impl<S: ClientStream> Session<S> {
    pub(crate) async fn list(
        &mut self,
        reference: &Mailbox<'_>,
        wildcard: &ListMailbox<'_>,
    ) -> Continue<Completion> {
        let wildcard = list_bytes(wildcard);
        if wildcard.is_empty() {
            // RFC 3501 §6.3.8: an empty name asks for the delimiter.
            self.stream.write_line("* LIST (\\Noselect) \".\" \"\"");
            return Ok(Completion::ok("That is the delimiter."));
        }
        let pattern = pattern(reference, wildcard);
        let entries = match self.entries(|info| info.exists).await? {
            Ok(entries) => entries,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        self.list_each("LIST", &entries, |name, _| pattern.matches(&name.to_modified_utf7())).await
    }

    pub(crate) async fn lsub(
        &mut self,
        reference: &Mailbox<'_>,
        wildcard: &ListMailbox<'_>,
    ) -> Continue<Completion> {
        let pattern = pattern(reference, list_bytes(wildcard));
        let entries = match self.entries(|info| info.subscribed).await? {
            Ok(entries) => entries,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        let matches = |name: &FolderName| pattern.matches(&name.to_modified_utf7());
        self.list_each("LSUB", &entries, |name, entry| match entry {
            Entry::Folder(_) => matches(name),
            // RFC 3501 §6.3.9: nobody subscribed to it; it is told where `%` stops above what somebody did subscribe to.
            Entry::Level => {
                let hides = |below: &FolderName| below.is_below(name) && !matches(below);
                pattern.has_percent() && matches(name) && entries.range(name..).any(|(below, _)| hides(below))
            }
        })
        .await
    }

    async fn entries(
        &self,
        wanted: fn(&FolderInfo) -> bool,
    ) -> Continue<Result<BTreeMap<FolderName, Entry>>> {
        let folders = self.stream.until_stopped(self.mailbox.list()).await?;
        Ok(folders.map(|folders| entries(folders.iter().filter(|info| wanted(info)))))
    }

    async fn list_each(
        &mut self,
        verb: &str,
        entries: &BTreeMap<FolderName, Entry>,
        wanted: impl Fn(&FolderName, Entry) -> bool,
    ) -> Continue<Completion> {
        for (name, entry) in entries.iter().filter(|(name, entry)| wanted(name, **entry)) {
            let mut line = format!("* {verb} ({}) \".\" ", attributes(name, *entry, entries)).into_bytes();
            string::astring(&mut line, name.to_modified_utf7().as_bytes());
            line.extend_from_slice(b"\r\n");
            self.stream.send(&line).await?;
        }
        Ok(Completion::ok("That is all."))
    }

    pub(crate) async fn create(&mut self, mailbox: &Mailbox<'_>) -> Continue<Completion> {
        let done = match folder_name(mailbox) {
            Ok(name) => self.stream.to_completion(self.mailbox.create(&name)).await?,
            Err(error) => Err(error),
        };
        Ok(outcome(done, "The folder is there."))
    }

    pub(crate) async fn delete(&mut self, mailbox: &Mailbox<'_>) -> Continue<Completion> {
        let name = match folder_name(mailbox) {
            Ok(name) => name,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        let done = self.stream.to_completion(self.mailbox.delete(&name)).await?;
        if done.is_ok() {
            self.deselect(|selected| *selected == name);
        }
        Ok(outcome(done, "The folder is gone."))
    }

    pub(crate) async fn rename(&mut self, from: &Mailbox<'_>, to: &Mailbox<'_>) -> Continue<Completion> {
        let (from, to) = match (folder_name(from), folder_name(to)) {
            (Ok(from), Ok(to)) => (from, to),
            (Err(error), _) | (_, Err(error)) => return Ok(Completion::from_error(&error)),
        };
        let done = self.stream.to_completion(self.mailbox.rename(&from, &to)).await?;
        // INBOX stays where it is; only its messages go.
        if done.is_ok() && !from.is_inbox() {
            self.deselect(|selected| *selected == from || selected.is_below(&from));
        }
        Ok(outcome(done, "The folder has its new name."))
    }

    /// Where this session itself took away the folder it has selected, it goes on without one, as after CLOSE. Only
    /// sessions that others took it from are ended (RFC 2180 §3): they hold numbers that mean nothing any more, and
    /// do not know.
    fn deselect(&mut self, gone: impl Fn(&FolderName) -> bool) {
        if let State::Selected(selected) = &self.state
            && gone(selected.folder.name())
        {
            self.state = State::Authenticated;
            self.stream.write_line("* OK The folder was selected. None is now.");
        }
    }

    pub(crate) async fn subscribe(&mut self, mailbox: &Mailbox<'_>) -> Continue<Completion> {
        let done = match folder_name(mailbox) {
            Ok(name) => self.stream.to_completion(self.mailbox.subscribe(&name)).await?,
            Err(error) => Err(error),
        };
        Ok(outcome(done, "Subscribed."))
    }

    pub(crate) async fn unsubscribe(&mut self, mailbox: &Mailbox<'_>) -> Continue<Completion> {
        let done = match folder_name(mailbox) {
            Ok(name) => self.stream.to_completion(self.mailbox.unsubscribe(&name)).await?,
            Err(error) => Err(error),
        };
        Ok(outcome(done, "Unsubscribed."))
    }
}

fn outcome(done: Result<()>, words: &str) -> Completion {
    match done {
        Ok(()) => Completion::ok(words),
        Err(error) => Completion::from_error(&error),
    }
}

fn pattern(reference: &Mailbox<'_>, wildcard: &[u8]) -> Pattern {
    let reference = match reference {
        Mailbox::Inbox => b"INBOX",
        Mailbox::Other(name) => name.as_ref(),
    };
    Pattern::new(reference, wildcard)
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
