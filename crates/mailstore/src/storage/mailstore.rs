//! The store of all mailboxes: where they are, and putting mail into them.

use crate::crlf::CrlfEnds;
use crate::error::Result;
use crate::flags::Flags;
use crate::limits::Limits;
use crate::recipients::Recipients;
use crate::storage::cancellation::blocking;
use crate::storage::layout;
use crate::storage::maildir::{self, Incoming, MaildirDir};
use crate::storage::open_folders::OpenFolders;
use postward_wire::Address;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All mailboxes of a host, below one directory: `root/<domain>/<local-part>/Maildir`. Cheap to clone.
///
/// One process at a time assigns UIDs below a root. Other programs may deliver, rename and delete files meanwhile; that is
/// seen at the next [`crate::Folder::sync`].
#[derive(Clone)]
pub struct Mailstore {
    inner: Arc<Inner>,
}

struct Inner {
    root: PathBuf,
    hostname: String,
    recipients: Arc<dyn Recipients>,
    limits: Limits,
    open_folders: Arc<OpenFolders>,
    /// Held while folders or mailboxes are created, renamed or removed. Taken before a folder's lock, never after.
    structure_lock: Mutex<()>,
}

impl Mailstore {
    /// Opens the store below `root`, which is created if it is not there. `hostname` is the name of
    /// this host in greetings and in `Received` fields.
    pub fn open(
        root: &Path,
        hostname: &str,
        recipients: Arc<dyn Recipients>,
        limits: Limits,
    ) -> Result<Self> {
        maildir::create_directories(root)?;
        let inner = Inner {
            root: root.to_owned(),
            hostname: hostname.to_owned(),
            recipients,
            limits,
            open_folders: Arc::default(),
            structure_lock: Mutex::new(()),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Puts a message into a mailbox's INBOX. When this returns, it survives a power loss.
    pub async fn deliver(&self, to: &Address, message: impl AsRef<[u8]> + Send + 'static) -> Result<()> {
        let (store, to) = (self.clone(), to.clone());
        blocking(move || {
            let fixed = CrlfEnds::default().fix(message.as_ref()).into_owned();
            store.prepare(&to, |file| file.write_all(&fixed))?.publish().map(drop)
        })
        .await
    }

    /// Writes a message for a mailbox's INBOX into `tmp`. It is in the INBOX only when it is published.
    pub(crate) fn prepare(
        &self,
        to: &Address,
        write: impl FnOnce(&mut Incoming) -> io::Result<()>,
    ) -> Result<Prepared> {
        let maildir = self.ensure_mailbox(to)?;
        let mut incoming = Incoming::create(&maildir)?;
        write(&mut incoming)?;
        let received = maildir::now();
        incoming.set_received(received)?;
        incoming.sync()?;
        Ok(Prepared { store: self.clone(), maildir, incoming, received })
    }

    /// Notifies sessions that have the INBOX open of a message in `new`. If that fails they see it at their next sync.
    pub(crate) fn notify_sessions(&self, maildir: &Path, file: String) {
        if let Some(folder) = self.inner.open_folders.find(maildir)
            && let Err(cause) = folder.with_state(|state| state.add_delivered(file))
        {
            tracing::warn!(%cause, "sessions could not be told of new mail yet");
        }
    }

    /// The name of this host.
    pub fn hostname(&self) -> &str {
        &self.inner.hostname
    }

    /// The lookup of recipients.
    pub(crate) fn recipients(&self) -> &dyn Recipients {
        &*self.inner.recipients
    }

    /// The limits of every session.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// The Maildir of a mailbox. It is created if it is not there.
    pub(crate) fn ensure_mailbox(&self, address: &Address) -> Result<PathBuf> {
        let maildir = self.mailbox_directory(address).join("Maildir");
        if maildir.join("cur").is_dir() {
            return Ok(maildir);
        }
        let _lock = self.structure_lock();
        layout::create_mailbox(&maildir)?;
        Ok(maildir)
    }

    /// The directory of large messages while they are received; no domain begins with a dot.
    pub(crate) fn spool_directory(&self) -> PathBuf {
        self.inner.root.join(".spool")
    }

    /// The folders that are open in this process.
    pub(crate) fn open_folders(&self) -> &Arc<OpenFolders> {
        &self.inner.open_folders
    }

    pub(crate) fn root(&self) -> &Path {
        &self.inner.root
    }

    /// The directory of all that belongs to an address. An [`Address`] has no `/` and no empty part, so that this is always
    /// two levels below the root.
    pub(crate) fn mailbox_directory(&self, address: &Address) -> PathBuf {
        self.inner.root.join(address.domain()).join(address.local_part())
    }

    /// The lock under which folders and mailboxes are created, renamed and removed.
    pub(crate) fn structure_lock(&self) -> MutexGuard<'_, ()> {
        self.inner.structure_lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A message that is durable in `tmp`, and not in the INBOX yet.
pub(crate) struct Prepared {
    store: Mailstore,
    maildir: PathBuf,
    incoming: Incoming,
    received: i64,
}

impl Prepared {
    /// Renames the message into the INBOX. When this has returned, it is there after a power loss too; if it fails, the
    /// message is not there.
    pub(crate) fn publish(self) -> Result<Published> {
        let new = self.maildir.join(MaildirDir::New.name());
        let file = self.incoming.publish(MaildirDir::New, Flags::NONE, self.received)?;
        let published = Published { path: new.join(&file), store: self.store, maildir: self.maildir };
        if let Err(cause) = maildir::sync_directory(&new) {
            published.retract();
            return Err(cause.into());
        }
        // The message is durable from here on.
        published.store.notify_sessions(&published.maildir, file);
        Ok(published)
    }
}

/// A message that is in the INBOX, while its delivery to other recipients may still fail.
pub(crate) struct Published {
    store: Mailstore,
    maildir: PathBuf,
    path: PathBuf,
}

impl Published {
    /// Removes the message from the INBOX, unless a session has claimed it.
    pub(crate) fn retract(self) {
        // A session that claims a message moves its file to `cur`: it is not found here then, and stays.
        if std::fs::remove_file(&self.path).is_ok()
            && let Some(folder) = self.store.inner.open_folders.find(&self.maildir)
            && let Err(cause) = folder.with_state(|state| state.rescan())
        {
            tracing::warn!(%cause, "sessions could not be told of mail that was taken back");
        }
    }
}
