//! The folders of one mailbox.

use crate::error::{MailError, Result};
use crate::folder_name::{FolderName, SpecialUse};
use crate::limits::Limits;
use crate::storage::cancellation::{Cancellation, blocking};
use crate::storage::folder::Folder;
use crate::storage::layout;
use crate::storage::maildir;
use crate::storage::mailstore::Mailstore;
use crate::storage::spool::Spool;
use crate::storage::subscriptions;
use postward_wire::Address;
use rand::RngExt as _;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use tokio_util::sync::CancellationToken;

/// A mailbox that exists and can be read and written. Cheap to clone; holds no file open.
#[derive(Clone)]
pub struct OpenMailbox {
    store: Mailstore,
    address: Address,
    maildir: PathBuf,
    /// Ends what is done to its folders.
    cancellation: Cancellation,
}

/// A folder, or a subscription without one, as LIST and LSUB need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderInfo {
    /// Its name.
    pub name: FolderName,
    /// What it is for.
    pub special_use: Option<SpecialUse>,
    /// Whether it is subscribed.
    pub subscribed: bool,
    /// Whether there is a folder: a subscription outlives it (RFC 9051 §6.3.7).
    pub exists: bool,
}

/// Begins the names of the directories of deleted folders until they are removed. Two dots, so that they are no folders.
const REMOVED_FOLDER: &str = "..postward-trash-";

impl Mailstore {
    /// Opens the mailbox of a proven address. A mailbox nobody has opened or sent to yet is created with its folders.
    pub async fn open_mailbox(&self, address: &Address) -> Result<OpenMailbox> {
        let (store, address) = (self.clone(), address.clone());
        blocking(move || {
            let maildir = store.ensure_mailbox(&address)?;
            Ok(OpenMailbox { store, address, maildir, cancellation: Cancellation::never() })
        })
        .await
    }
}

impl OpenMailbox {
    /// The mailbox for a session that lasts until `stop` fires: what the session began then ends.
    pub(crate) fn until(self, stop: CancellationToken) -> Self {
        Self { cancellation: Cancellation::from_token(stop), ..self }
    }

    /// Whose mailbox it is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The store it is in.
    pub fn store(&self) -> &Mailstore {
        &self.store
    }

    /// The limits of its sessions.
    pub fn limits(&self) -> &Limits {
        self.store.limits()
    }

    /// Every folder, and every subscription without one, in the order of their names; INBOX first.
    pub async fn list(&self) -> Result<Vec<FolderInfo>> {
        let mailbox = self.clone();
        blocking(move || {
            let subscribed = subscriptions::load(&mailbox.maildir)?;
            let existing = mailbox.folder_names()?;
            let mut names: Vec<&FolderName> = existing.union(&subscribed).collect();
            names.sort_by_key(|name| !name.is_inbox());
            let info = |name: &FolderName| FolderInfo {
                name: name.clone(),
                special_use: SpecialUse::of(name),
                subscribed: subscribed.contains(name),
                exists: existing.contains(name),
            };
            Ok(names.into_iter().map(info).collect())
        })
        .await
    }

    /// An empty spool for a message on its way in.
    pub(crate) fn spool(&self) -> Spool {
        Spool::new(self.store.spool_directory())
    }

    /// Opens a folder and reads what is in it.
    pub async fn open(&self, name: &FolderName) -> Result<Folder> {
        let (mailbox, name) = (self.clone(), name.clone());
        let folder = self.cancellation.blocking(move |_| {
            let directory = mailbox.directory(&name);
            if !directory.join("cur").is_dir() {
                return Err(MailError::NotFound);
            }
            // Another program may have left empty directories out.
            maildir::create_folder(&directory)?;
            let folder = mailbox.store.open_folders().open(name, directory, mailbox.maildir.clone());
            folder.with_state(|state| state.sync())?;
            Ok(folder)
        });
        Ok(Folder::new(folder.await?, self.cancellation.clone()))
    }

    /// Creates a folder.
    pub async fn create(&self, name: &FolderName) -> Result<()> {
        let name = name.clone();
        self.change_tree(move |mailbox| {
            if mailbox.directory(&name).exists() {
                return Err(MailError::Exists);
            }
            mailbox.create_directory(&name)
        })
        .await
    }

    /// Deletes a folder with its messages. Folders below it stay (RFC 9051 §6.3.5).
    pub async fn delete(&self, name: &FolderName) -> Result<()> {
        let name = name.clone();
        self.change_tree(move |mailbox| {
            if name.is_inbox() {
                return Err(MailError::Misuse("INBOX cannot be deleted."));
            }
            let directory = mailbox.directory(&name);
            mailbox.store.open_folders().invalidate(&directory);
            let removed =
                mailbox.maildir.join(format!("{REMOVED_FOLDER}{:016x}", rand::rng().random::<u64>()));
            fs::rename(&directory, &removed)?;
            maildir::sync_directory(&mailbox.maildir)?;
            // What cannot be removed now is removed when the folders are listed.
            let _ = fs::remove_dir_all(&removed);
            Ok(())
        })
        .await
    }

    /// Renames a folder and those below it. Messages keep their UIDs. Renaming INBOX moves its messages into a new
    /// folder and leaves it empty (RFC 9051 §6.3.6).
    pub async fn rename(&self, from: &FolderName, to: &FolderName) -> Result<()> {
        if from.is_inbox() {
            self.create(to).await?;
            let (inbox, target) = (self.open(from).await?, self.open(to).await?);
            let uids = inbox.snapshot().messages.iter().map(|m| m.uid).collect();
            let moved = inbox.move_to(uids, &target).await?;
            let cut_short = || io::Error::other("a part of INBOX could not be moved").into();
            return moved.complete.then_some(()).ok_or_else(cut_short);
        }
        let (from, to) = (from.clone(), to.clone());
        self.change_tree(move |mailbox| mailbox.rename_tree(&from, &to)).await
    }

    fn rename_tree(&self, from: &FolderName, to: &FolderName) -> Result<()> {
        if to == from || to.is_below(from) {
            return Err(MailError::Misuse("A folder cannot be moved into itself."));
        }
        let existing = self.folder_names()?;
        let tree: Vec<&FolderName> =
            existing.iter().filter(|name| *name == from || name.is_below(from)).collect();
        if tree.is_empty() {
            return Err(MailError::NotFound);
        }
        let moves =
            tree.into_iter().map(|name| Ok((name, name.renamed(from, to)?))).collect::<Result<Vec<_>>>()?;
        if moves.iter().any(|(_, new)| new.is_inbox() || existing.contains(new)) {
            return Err(MailError::Exists);
        }
        for (old, new) in moves {
            let directory = self.directory(old);
            self.store.open_folders().invalidate(&directory);
            fs::rename(directory, self.directory(&new))?;
        }
        Ok(maildir::sync_directory(&self.maildir)?)
    }

    /// Subscribes to a folder, or to a name that may become one.
    pub async fn subscribe(&self, name: &FolderName) -> Result<()> {
        let name = name.clone();
        self.change_subscriptions(move |names| names.insert(name)).await
    }

    /// Unsubscribes from a folder. INBOX is always subscribed.
    pub async fn unsubscribe(&self, name: &FolderName) -> Result<()> {
        if name.is_inbox() {
            return Err(MailError::Misuse("INBOX is always subscribed."));
        }
        let name = name.clone();
        self.change_subscriptions(move |names| names.remove(&name)).await
    }

    async fn change_subscriptions(
        &self,
        change: impl FnOnce(&mut BTreeSet<FolderName>) -> bool + Send + 'static,
    ) -> Result<()> {
        self.change_tree(move |mailbox| {
            let mut names = subscriptions::load(&mailbox.maildir)?;
            if change(&mut names) {
                subscriptions::save(&mailbox.maildir, &names)?;
            }
            Ok(())
        })
        .await
    }

    /// The octets of all messages, as their file names have them.
    pub async fn storage_used(&self) -> Result<u64> {
        let mailbox = self.clone();
        blocking(move || {
            let names = mailbox.folder_names()?;
            let sizes = names.iter().map(|name| maildir::stored_size(&mailbox.directory(name)));
            Ok(sizes.sum::<io::Result<u64>>()?)
        })
        .await
    }

    /// Changes the tree of folders under the store's lock, so that what is checked first still holds when it is changed.
    async fn change_tree<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let mailbox = self.clone();
        let changing = self.cancellation.blocking(move |cancellation| {
            let _lock = mailbox.store.structure_lock();
            // The lock may have been waited for.
            cancellation.check()?;
            act(&mailbox)
        });
        changing.await
    }

    /// The folders that exist. Removes what is left of deleted ones.
    fn folder_names(&self) -> io::Result<BTreeSet<FolderName>> {
        let mut names = BTreeSet::from([FolderName::inbox()]);
        for entry in fs::read_dir(&self.maildir)? {
            let entry = entry?;
            let directory = entry.file_name();
            let Some(directory) = directory.to_str() else { continue };
            if directory.starts_with(REMOVED_FOLDER) {
                let _ = fs::remove_dir_all(entry.path());
            } else if let Some(name) = FolderName::from_directory(directory)
                && entry.path().join("cur").is_dir()
            {
                names.insert(name);
            }
        }
        Ok(names)
    }

    fn directory(&self, name: &FolderName) -> PathBuf {
        layout::folder_directory(&self.maildir, name)
    }

    fn create_directory(&self, name: &FolderName) -> Result<()> {
        Ok(layout::create_folder(&self.maildir, name)?)
    }
}
