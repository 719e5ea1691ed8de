//! The trash of deleted mailboxes, from which they can be restored until they are purged.
//!
//! A deleted mailbox is moved to `root/.shelf/<domain>/<local-part>/<time>-<random>`; no domain begins with a dot. The
//! special-use folder `\Trash` of a mailbox has nothing to do with it.

use crate::error::{MailError, Result};
use crate::storage::cancellation::blocking;
use crate::storage::maildir;
use crate::storage::mailstore::Mailstore;
use postward_wire::Address;
use rand::RngExt as _;
use std::fs;
use std::io;
use std::path::PathBuf;

/// The name of its directory. Existing installations have it: it does not change.
const DIRECTORY: &str = ".shelf";

impl Mailstore {
    /// Deletes a mailbox: all its mail can be restored until it is purged. A mailbox that was never created is deleted
    /// already.
    pub async fn move_to_trash(&self, address: &Address) -> Result<()> {
        self.with_trash(address, |store, address, trash| {
            let mailbox = store.mailbox_directory(address);
            if !mailbox.exists() {
                return Ok(());
            }
            store.open_folders().invalidate(&mailbox);
            maildir::create_directories(&trash)?;
            // The names sort by time, so that the last one deleted sorts last.
            let name = format!("{:012}-{:016x}", maildir::now(), rand::rng().random::<u64>());
            fs::rename(&mailbox, trash.join(name))?;
            sync_parents(&[trash, mailbox])
        })
        .await
    }

    /// Restores the mailbox of the address that was deleted last. [`MailError::Exists`] if the address has a mailbox again;
    /// [`MailError::NotFound`] if none was deleted.
    pub async fn restore(&self, address: &Address) -> Result<()> {
        self.with_trash(address, |store, address, trash| {
            let mailbox = store.mailbox_directory(address);
            if mailbox.exists() {
                return Err(MailError::Exists);
            }
            let deleted =
                fs::read_dir(&trash)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<Vec<_>>>()?;
            let last = deleted.into_iter().max().ok_or(MailError::NotFound)?;
            if let Some(domain) = mailbox.parent() {
                maildir::create_directories(domain)?;
            }
            fs::rename(last, &mailbox)?;
            sync_parents(&[trash, mailbox])
        })
        .await
    }

    /// Removes all deleted mailboxes of an address for good. A mailbox in use is not touched.
    pub async fn purge(&self, address: &Address) -> Result<()> {
        self.with_trash(address, |_, _, trash| match fs::remove_dir_all(&trash) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => Ok(removed?),
        })
        .await
    }

    /// Runs `act` with the trash directory of an address, while nothing else changes folders or mailboxes.
    async fn with_trash(
        &self,
        address: &Address,
        act: impl FnOnce(&Self, &Address, PathBuf) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let (store, address) = (self.clone(), address.clone());
        blocking(move || {
            let _lock = store.structure_lock();
            let trash = store.root().join(DIRECTORY).join(address.domain()).join(address.local_part());
            act(&store, &address, trash)
        })
        .await
    }
}

/// Makes the renames survive a power loss.
fn sync_parents(paths: &[PathBuf]) -> Result<()> {
    for parent in paths.iter().filter_map(|path| path.parent()) {
        maildir::sync_directory(parent)?;
    }
    Ok(())
}
