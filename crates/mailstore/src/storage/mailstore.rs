//! Where the mailboxes are, and which of their folders are open in this process.

use crate::crlf::CrlfEnds;
use crate::error::{MailError, Result};
use crate::flags::Flags;
use crate::folder_name::FolderName;
use crate::limits::Limits;
use crate::recipients::Recipients;
use crate::storage::folder::{Folder, Shared};
use crate::storage::mailbox::{self, OpenMailbox};
use crate::storage::maildir::{self, Incoming};
use crate::storage::snapshot::Place;
use postward_wire::Address;
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// All mailboxes of a host, below one directory: `root/<domain>/<local-part>/Maildir`. Cheap to clone.
///
/// One process at a time hands out UIDs below a root. Other tools may deliver, rename and delete files meanwhile;
/// that is seen at the next [`Folder::sync`].
#[derive(Clone)]
pub struct Mailstore {
    inner: Arc<Inner>,
}

struct Inner {
    root: PathBuf,
    hostname: String,
    recipients: Arc<dyn Recipients>,
    limits: Limits,
    registry: Arc<Registry>,
    /// Held while folders or mailboxes are created, renamed or removed. Taken before a folder's lock, never after.
    restructuring: Mutex<()>,
}

/// The folders some session has open, by directory.
#[derive(Default)]
pub(crate) struct Registry {
    open: Mutex<HashMap<PathBuf, Weak<Shared>>>,
}

impl Mailstore {
    /// Opens the store below `root`, which is created if it is not there. `hostname` is what the sessions call this
    /// host, in greetings and in `Received` fields.
    pub fn open(
        root: &Path,
        hostname: &str,
        recipients: Arc<dyn Recipients>,
        limits: Limits,
    ) -> Result<Self> {
        maildir::create_directories(root)?;
        let registry = Arc::new(Registry::default());
        let inner = Inner {
            root: root.to_owned(),
            hostname: hostname.to_owned(),
            recipients,
            limits,
            registry,
            restructuring: Mutex::new(()),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Opens the mailbox of a proven address. A mailbox nobody has opened or sent to yet is created with its folders.
    pub async fn open_mailbox(&self, address: &Address) -> Result<OpenMailbox> {
        let (store, address) = (self.clone(), address.clone());
        blocking(move || {
            let maildir = store.ensure(&address)?;
            Ok(OpenMailbox::new(store, address, maildir))
        })
        .await
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

    /// Writes a message for a mailbox's INBOX, without showing it to anybody yet. What is not published is gone.
    pub(crate) fn prepare(
        &self,
        to: &Address,
        write: impl FnOnce(&mut Incoming) -> io::Result<()>,
    ) -> Result<Prepared> {
        let maildir = self.ensure(to)?;
        let mut incoming = Incoming::create(&maildir)?;
        write(&mut incoming)?;
        let received = maildir::now();
        incoming.set_received(received)?;
        incoming.sync()?;
        Ok(Prepared { store: self.clone(), maildir, incoming, received })
    }

    /// Tells sessions that have the INBOX open of a message in `new`. Where that fails they see it at their next sync.
    pub(crate) fn announce(&self, maildir: &Path, file: String) {
        if let Some(folder) = self.inner.registry.find(maildir)
            && let Err(cause) = folder.with_disk(|disk| disk.arrived(file))
        {
            tracing::warn!(%cause, "sessions could not be told of new mail yet");
        }
    }

    /// What this host calls itself.
    pub fn hostname(&self) -> &str {
        &self.inner.hostname
    }

    /// Who knows the recipients.
    pub(crate) fn recipients(&self) -> &dyn Recipients {
        &*self.inner.recipients
    }

    /// The limits of every session.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// The directory of a mailbox, which exists when this returns.
    pub(crate) fn ensure(&self, address: &Address) -> Result<PathBuf> {
        let maildir = self.mailbox_directory(address).join("Maildir");
        if maildir.join("cur").is_dir() {
            return Ok(maildir);
        }
        let _alone = self.restructuring();
        mailbox::create(&maildir)?;
        Ok(maildir)
    }

    /// Where large messages wait while they are received; no domain begins with a dot.
    pub(crate) fn spool_directory(&self) -> PathBuf {
        self.inner.root.join(".spool")
    }

    pub(crate) fn root(&self) -> &Path {
        &self.inner.root
    }

    /// Where all that belongs to an address is. An [`Address`] has no `/` and no empty part, so that this is always
    /// two levels below the root.
    pub(crate) fn mailbox_directory(&self, address: &Address) -> PathBuf {
        self.inner.root.join(address.domain()).join(address.local_part())
    }

    /// The one shared folder of a directory.
    pub(crate) fn folder(&self, name: FolderName, directory: PathBuf, maildir: PathBuf) -> Folder {
        let mut open = self.inner.registry.lock();
        if let Some(folder) = open.get(&directory).and_then(Folder::upgrade) {
            return folder;
        }
        let registry = Arc::downgrade(&self.inner.registry);
        let folder = Folder::new(name, directory.clone(), maildir, registry);
        open.insert(directory, folder.downgrade());
        folder
    }

    /// Cuts off whoever has the folder of this directory, or one below it, open.
    pub(crate) fn set_gone(&self, directory: &Path) {
        let gone: Vec<Folder> = {
            let open = self.inner.registry.lock();
            open.iter()
                .filter(|(path, _)| path.starts_with(directory))
                .filter_map(|(_, f)| Folder::upgrade(f))
                .collect()
        };
        for folder in gone {
            folder.set_gone();
            self.inner.registry.evict(&folder);
        }
    }

    /// Makes the caller the only one to change the tree of folders and mailboxes.
    pub(crate) fn restructuring(&self) -> MutexGuard<'_, ()> {
        self.inner.restructuring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A message that is safely on disk and not in a mailbox yet.
pub(crate) struct Prepared {
    store: Mailstore,
    maildir: PathBuf,
    incoming: Incoming,
    received: i64,
}

impl Prepared {
    /// Puts the message into the mailbox. When this has returned, it is there after a power loss too; or it is not
    /// there, if it fails.
    pub(crate) fn publish(self) -> Result<Published> {
        let new = self.maildir.join(Place::New.directory());
        let file = self.incoming.publish(Place::New, Flags::NONE, self.received)?;
        let published = Published { path: new.join(&file), store: self.store, maildir: self.maildir };
        if let Err(cause) = maildir::sync_directory(&new) {
            published.take_back();
            return Err(cause.into());
        }
        // The message is safe from here on.
        published.store.announce(&published.maildir, file);
        Ok(published)
    }
}

/// A message that is in a mailbox, as long as its delivery is not over.
pub(crate) struct Published {
    store: Mailstore,
    maildir: PathBuf,
    path: PathBuf,
}

impl Published {
    /// Takes the message out of the mailbox, unless somebody has seen it there.
    pub(crate) fn take_back(self) {
        // A session that is told of a message moves its file away: it is not found here then, and stays.
        if std::fs::remove_file(&self.path).is_ok()
            && let Some(folder) = self.store.inner.registry.find(&self.maildir)
            && let Err(cause) = folder.with_disk(|disk| disk.list_again())
        {
            tracing::warn!(%cause, "sessions could not be told of mail that was taken back");
        }
    }
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, HashMap<PathBuf, Weak<Shared>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, directory: &Path) -> Option<Folder> {
        self.lock().get(directory).and_then(Folder::upgrade)
    }

    /// Takes out the entry of a folder whose last handle is gone, unless the name has a new one by now.
    pub(crate) fn forget(&self, directory: &Path) {
        let mut open = self.lock();
        if open.get(directory).is_some_and(|shared| shared.strong_count() == 0) {
            open.remove(directory);
        }
    }

    fn evict(&self, folder: &Folder) {
        self.lock().retain(|_, shared| !shared.ptr_eq(&folder.downgrade()));
    }
}

/// Runs file work where it holds nobody up. It runs to its end also if the caller is gone: what a session asks for and
/// may be long is an [`crate::storage::cancellation::Errand`].
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(cause) => Err(MailError::Unavailable(io::Error::other(cause))),
    }
}
