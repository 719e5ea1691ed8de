//! Deleting a mailbox so that it can be had back for a while.
//!
//! A shelved mailbox lies in `root/.shelf/<domain>/<local-part>/<when>`; no domain begins with a dot.

use crate::error::{MailError, Result};
use crate::storage::cancellation::blocking;
use crate::storage::maildir;
use crate::storage::mailstore::Mailstore;
use postward_wire::Address;
use std::fs;
use std::io;
use std::path::PathBuf;

const SHELF: &str = ".shelf";

impl Mailstore {
    /// Takes a mailbox off: all its mail, whole, can be restored until it is purged. A mailbox that never got mail has
    /// nothing to take off, and that is fine.
    pub async fn shelve(&self, address: &Address) -> Result<()> {
        self.on_shelf(address, |store, address, shelf| {
            let mailbox = store.mailbox_directory(address);
            if !mailbox.exists() {
                return Ok(());
            }
            store.open_folders().set_gone(&mailbox);
            maildir::create_directories(&shelf)?;
            // The names sort by time, so that the last one shelved is the last one listed.
            let name = format!("{:012}-{:016x}", maildir::now(), rand::random::<u64>());
            fs::rename(&mailbox, shelf.join(name))?;
            sync_parents(&[shelf, mailbox])
        })
        .await
    }

    /// Puts back what was shelved last. [`MailError::Exists`] if the address has a mailbox again by now;
    /// [`MailError::NotFound`] if nothing is shelved.
    pub async fn restore(&self, address: &Address) -> Result<()> {
        self.on_shelf(address, |store, address, shelf| {
            let mailbox = store.mailbox_directory(address);
            if mailbox.exists() {
                return Err(MailError::Exists);
            }
            let shelved =
                fs::read_dir(&shelf)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<Vec<_>>>()?;
            let last = shelved.into_iter().max().ok_or(MailError::NotFound)?;
            if let Some(domain) = mailbox.parent() {
                maildir::create_directories(domain)?;
            }
            fs::rename(last, &mailbox)?;
            sync_parents(&[shelf, mailbox])
        })
        .await
    }

    /// Destroys everything shelved of an address. A mailbox in use is not touched.
    pub async fn purge(&self, address: &Address) -> Result<()> {
        self.on_shelf(address, |_, _, shelf| match fs::remove_dir_all(&shelf) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => Ok(removed?),
        })
        .await
    }

    async fn on_shelf(
        &self,
        address: &Address,
        act: impl FnOnce(&Self, &Address, PathBuf) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let (store, address) = (self.clone(), address.clone());
        blocking(move || {
            let _lock = store.restructuring();
            let shelf = store.root().join(SHELF).join(address.domain()).join(address.local_part());
            act(&store, &address, shelf)
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
