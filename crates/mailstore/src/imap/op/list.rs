//! LIST and LSUB (RFC 3501 §6.3.8, §6.3.9), with the attributes of CHILDREN and SPECIAL-USE.

use crate::connection::ClientStream;
use crate::error::Result;
use crate::folder_name::{FolderName, SpecialUse};
use crate::imap::command::list_pattern::Pattern;
use crate::imap::completion::Completion;
use crate::imap::session::Session;
use crate::imap::stream::Continue;
use crate::imap::string;
use crate::storage::mailbox::FolderInfo;
use imap_types::mailbox::{ListMailbox, Mailbox};
use std::collections::BTreeMap;

/// What a name in a LIST response stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListEntry {
    Folder(Option<SpecialUse>),
    /// Only folders below it are there.
    ParentOnly,
}

impl<S: ClientStream> Session<S> {
    pub(crate) async fn list(
        &mut self,
        reference: &Mailbox<'_>,
        wildcard: &ListMailbox<'_>,
    ) -> Continue<Completion> {
        let wildcard = wildcard_bytes(wildcard);
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
        self.write_list("LIST", &entries, |name, _| pattern.matches(&name.to_modified_utf7())).await
    }

    pub(crate) async fn lsub(
        &mut self,
        reference: &Mailbox<'_>,
        wildcard: &ListMailbox<'_>,
    ) -> Continue<Completion> {
        let pattern = pattern(reference, wildcard_bytes(wildcard));
        let entries = match self.entries(|info| info.subscribed).await? {
            Ok(entries) => entries,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        let matches = |name: &FolderName| pattern.matches(&name.to_modified_utf7());
        self.write_list("LSUB", &entries, |name, entry| match entry {
            ListEntry::Folder(_) => matches(name),
            // RFC 3501 §6.3.9: nobody subscribed to it; it is listed where `%` ends above a subscription.
            ListEntry::ParentOnly => {
                let hides = |below: &FolderName| below.is_below(name) && !matches(below);
                pattern.has_percent() && matches(name) && entries.range(name..).any(|(below, _)| hides(below))
            }
        })
        .await
    }

    async fn entries(
        &self,
        wanted: fn(&FolderInfo) -> bool,
    ) -> Continue<Result<BTreeMap<FolderName, ListEntry>>> {
        let folders = self.stream.until_stopped(self.mailbox.list()).await?;
        Ok(folders.map(|folders| entries(folders.iter().filter(|info| wanted(info)))))
    }

    async fn write_list(
        &mut self,
        verb: &str,
        entries: &BTreeMap<FolderName, ListEntry>,
        wanted: impl Fn(&FolderName, ListEntry) -> bool,
    ) -> Continue<Completion> {
        for (name, entry) in entries.iter().filter(|(name, entry)| wanted(name, **entry)) {
            let mut line = format!("* {verb} ({}) \".\" ", attributes(name, *entry, entries)).into_bytes();
            string::astring(&mut line, name.to_modified_utf7().as_bytes());
            line.extend_from_slice(b"\r\n");
            self.stream.send(&line).await?;
        }
        Ok(Completion::ok("That is all."))
    }
}

fn pattern(reference: &Mailbox<'_>, wildcard: &[u8]) -> Pattern {
    let reference = match reference {
        Mailbox::Inbox => b"INBOX",
        Mailbox::Other(name) => name.as_ref(),
    };
    Pattern::new(reference, wildcard)
}

fn wildcard_bytes<'l>(wildcard: &'l ListMailbox<'_>) -> &'l [u8] {
    match wildcard {
        ListMailbox::Token(token) => token.as_ref(),
        ListMailbox::String(text) => text.as_ref(),
    }
}

/// The folders, and their parents that are no folders themselves: without them `%` would hide the folders below.
fn entries<'i>(folders: impl Iterator<Item = &'i FolderInfo>) -> BTreeMap<FolderName, ListEntry> {
    let mut entries = BTreeMap::new();
    for info in folders {
        entries.insert(info.name.clone(), ListEntry::Folder(info.special_use));
        let mut next = info.name.parent();
        while let Some(parent) = next {
            next = parent.parent();
            entries.entry(parent).or_insert(ListEntry::ParentOnly);
        }
    }
    entries
}

fn attributes(name: &FolderName, entry: ListEntry, entries: &BTreeMap<FolderName, ListEntry>) -> String {
    // Not simply the next name: `Sent-2026` sorts between `Sent` and `Sent.2026`.
    let has_children = entries.range(name..).skip(1).any(|(other, _)| other.is_below(name));
    let children = if has_children { "\\HasChildren" } else { "\\HasNoChildren" };
    match entry {
        ListEntry::Folder(Some(special)) => format!("{children} \\{}", special.name()),
        ListEntry::Folder(None) => children.to_owned(),
        ListEntry::ParentOnly => format!("\\Noselect {children}"),
    }
}
