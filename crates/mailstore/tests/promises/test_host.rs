//! A mail store in a temporary directory, and the recipients that have mailboxes there.

use futures_util::future::{BoxFuture, FutureExt};
use postward_mailstore::{
    Append, Flags, Folder, FolderName, Limits, Mailstore, OpenMailbox, Recipient, Recipients, Unavailable,
};
use postward_wire::Address;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

pub(crate) struct TestHost {
    pub(crate) store: Mailstore,
    root: TempDir,
}

/// `ada` and `bob` have mailboxes at `example.com`, `info` is an alias of `ada` and `postmaster` one of `bob`, about `down`
/// nobody can be asked.
struct TestRecipients;

impl Recipients for TestRecipients {
    fn resolve<'a>(&'a self, address: &'a Address) -> BoxFuture<'a, Result<Recipient, Unavailable>> {
        let answer = match (address.local_part(), address.domain()) {
            ("ada" | "bob", "example.com") => Ok(Recipient::Local(address.clone())),
            ("info", "example.com") => Ok(Recipient::Local(self::address("ada"))),
            ("postmaster", "example.com") => Ok(Recipient::Local(self::address("bob"))),
            ("down", "example.com") => Err(Unavailable),
            (_, "example.com") => Ok(Recipient::Unknown),
            _ => Ok(Recipient::Elsewhere),
        };
        async { answer }.boxed()
    }
}

impl TestHost {
    pub(crate) fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub(crate) fn with_limits(limits: Limits) -> Self {
        let root = tempfile::tempdir().unwrap();
        let store =
            Mailstore::open(root.path(), "mail.example.com", Arc::new(TestRecipients), limits).unwrap();
        Self { store, root }
    }

    /// What a new process sees: the same directory, nothing in memory.
    pub(crate) fn restarted(self) -> Self {
        let limits = self.store.limits().clone();
        let store =
            Mailstore::open(self.root.path(), "mail.example.com", Arc::new(TestRecipients), limits).unwrap();
        Self { store, root: self.root }
    }

    pub(crate) async fn mailbox(&self, who: &str) -> OpenMailbox {
        self.store.open_mailbox(&address(who)).await.unwrap()
    }

    pub(crate) async fn inbox(&self, who: &str) -> Folder {
        self.mailbox(who).await.open(&FolderName::inbox()).await.unwrap()
    }

    pub(crate) async fn folder(&self, who: &str, name: &str) -> Folder {
        self.mailbox(who).await.open(&self::name(name)).await.unwrap()
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Where another tool would find the mail.
    pub(crate) fn maildir(&self, who: &str) -> PathBuf {
        self.root.path().join("example.com").join(who).join("Maildir")
    }

    /// The messages in somebody's INBOX, as they are read.
    pub(crate) async fn mail_of(&self, who: &str) -> Vec<String> {
        let inbox = self.inbox(who).await;
        let mut texts = Vec::new();
        for message in &inbox.snapshot().messages {
            texts.push(String::from_utf8(inbox.read(message.uid).await.unwrap().to_vec()).unwrap());
        }
        texts
    }
}

pub(crate) fn address(who: &str) -> Address {
    Address::parse(&format!("{who}@example.com")).unwrap()
}

pub(crate) fn name(text: &str) -> FolderName {
    FolderName::parse(text).unwrap()
}

/// A message to append.
pub(crate) fn message(text: &str) -> Append {
    Append {
        octets: text.as_bytes().to_vec().into(),
        flags: Flags::NONE,
        keywords: Vec::new(),
        received: Some(1_700_000_000),
    }
}

pub(crate) fn uids(folder: &Folder) -> Vec<u32> {
    folder.snapshot().messages.iter().map(|m| m.uid).collect()
}
