//! Snapshots of a folder: its messages at one moment.

use crate::flags::Flags;
use crate::storage::maildir::{self, MaildirDir};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder at one moment: its messages in the order of their UIDs.
///
/// A snapshot never changes. A session keeps the `Arc<Snapshot>` that its client knows; what has changed since is the
/// difference to the one that [`crate::Folder::sync`] returns. Sessions with the same snapshot share one copy.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// RFC 9051 §2.3.1.1. While it stays, a UID means the same message.
    pub uid_validity: u32,
    /// No message that comes later has a smaller UID.
    pub uid_next: u32,
    /// Increases with every change, so that snapshots can be compared by it.
    pub revision: u64,
    /// In the order of UIDs.
    pub messages: Vec<Message>,
    /// The names of the folder's keywords, by their number.
    pub keywords: Arc<Vec<String>>,
}

/// One message in a [`Snapshot`].
#[derive(Clone, Debug)]
pub struct Message {
    /// Never assigned to another message of this folder, also after this one is gone.
    pub uid: u32,
    /// System flags and keywords.
    pub flags: Flags,
    /// RFC822.SIZE: the octets [`crate::Folder::read`] returns.
    pub size: u64,
    /// INTERNALDATE, in seconds since 1970.
    pub received: i64,
    /// The directory of its file.
    pub(crate) dir: MaildirDir,
    /// The name of its file.
    pub(crate) file: Arc<str>,
    /// Fields of its `dovecot-uidlist` line that must survive a rewrite, a POP3 UIDL among them.
    pub(crate) extra: Option<Arc<str>>,
}

impl Snapshot {
    /// Of a folder that has not been read yet.
    pub(crate) fn empty() -> Self {
        Self { uid_validity: 0, uid_next: 1, revision: 0, messages: Vec::new(), keywords: Arc::default() }
    }

    /// The message with this UID.
    pub fn message(&self, uid: u32) -> Option<&Message> {
        self.position(uid).and_then(|at| self.messages.get(at))
    }

    /// The position of the message with this UID: its sequence number less one.
    pub fn position(&self, uid: u32) -> Option<usize> {
        self.messages.binary_search_by_key(&uid, |m| m.uid).ok()
    }

    /// The flag of the keyword of that name, if the folder has it. RFC 9051 §2.3.2: keywords are case-insensitive.
    pub(crate) fn keyword(&self, name: &str) -> Option<Flags> {
        self.keywords.iter().position(|known| known.eq_ignore_ascii_case(name)).map(Flags::keyword)
    }

    /// The names of the keywords in a set of flags of this folder.
    pub fn keyword_names(&self, flags: Flags) -> impl Iterator<Item = &str> {
        flags.keyword_indexes().filter_map(|index| self.keywords.get(index)).map(String::as_str)
    }
}

impl Message {
    /// Whether no session has claimed it yet ([`crate::Folder::claim_recent`]).
    pub fn is_recent(&self) -> bool {
        self.dir == MaildirDir::New
    }

    /// Whether it is not flagged `\Seen`.
    pub(crate) fn is_unseen(&self) -> bool {
        !self.flags.contains(Flags::SEEN)
    }

    /// The path of its file.
    pub(crate) fn path(&self, folder: &Path) -> PathBuf {
        folder.join(self.dir.name()).join(&*self.file)
    }

    /// Its line in the UID list: UID, fields, base of the file name.
    pub(crate) fn list_line(&self) -> (u32, Option<&str>, &str) {
        (self.uid, self.extra.as_deref(), maildir::base_of(&self.file))
    }

    /// Its POP3 unique-id, if a server before gave it one (the `P` field of `dovecot-uidlist`).
    pub(crate) fn pop3_uidl(&self) -> Option<&str> {
        self.extra.as_deref()?.split(' ').find_map(|field| field.strip_prefix('P'))
    }
}
