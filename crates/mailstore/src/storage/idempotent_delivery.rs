//! Idempotent delivery: repeated after a crash, it still delivers once.
//!
//! A process that delivers a message of the outbox may die before it has recorded that, and delivers again. By then the
//! owner may have moved or deleted the message, so that it cannot be looked for in the INBOX. The record is in the Maildir,
//! in `deliveries`, which is no folder:
//!
//! 1. the message is written to `<number>.message` and synced, with its directory;
//! 2. the marker `<number>` is created and synced: *from now on there is exactly one message file*;
//! 3. the message file is renamed into the INBOX. A rename is atomic, also in a power loss.
//!
//! A marker without its message file means: delivered. A marker with it: the rename is to be done. No marker: nothing was
//! begun. The marker is removed when the outbox has recorded the delivery.

use crate::crlf::CrlfEnds;
use crate::error::Result;
use crate::storage::cancellation::blocking;
use crate::storage::maildir::{self, MaildirDir};
use crate::storage::mailstore::Mailstore;
use postward_wire::Address;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a marker is kept that was not removed. The outbox gives messages up long before.
const MARKER_LIFETIME: Duration = Duration::from_hours(90 * 24);

impl Mailstore {
    /// Delivers a message into a mailbox's INBOX, unless it was delivered under the same number before, even if it was
    /// removed since. When this returns, it survives a power loss. Not to be called concurrently for one number.
    pub async fn deliver_once(
        &self,
        to: &Address,
        number: u64,
        message: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<()> {
        let (store, to) = (self.clone(), to.clone());
        blocking(move || {
            let maildir = store.ensure_mailbox(&to)?;
            let delivery = Delivery::at(&maildir, number);
            if !delivery.marker.exists() {
                delivery.begin(&CrlfEnds::default().fix(message.as_ref()))?;
            }
            let file = delivery.finish()?;
            maildir::sync_directory(&delivery.new)?;
            if let Some(file) = file {
                store.notify_sessions(&maildir, file);
            }
            Ok(())
        })
        .await
    }

    /// Removes the record of a delivery: to be called when it will not be repeated.
    pub async fn forget_delivery(&self, to: &Address, number: u64) -> Result<()> {
        let (store, to) = (self.clone(), to.clone());
        blocking(move || {
            let delivery = Delivery::at(&store.ensure_mailbox(&to)?, number);
            if delivery.directory.is_dir() {
                remove(&delivery.marker)?;
                sweep(&delivery.directory)?;
            }
            Ok(())
        })
        .await
    }
}

/// The files of a delivery.
struct Delivery {
    directory: PathBuf,
    message: PathBuf,
    marker: PathBuf,
    new: PathBuf,
}

impl Delivery {
    fn at(maildir: &Path, number: u64) -> Self {
        let directory = maildir.join("deliveries");
        let message = directory.join(format!("{number}.message"));
        let marker = directory.join(number.to_string());
        Self { directory, message, marker, new: maildir.join(MaildirDir::New.name()) }
    }

    /// Writes the message, then the marker. Each is on disk before the next step.
    fn begin(&self, message: &[u8]) -> io::Result<()> {
        maildir::create_directories(&self.directory)?;
        // Left by a delivery that died before its marker.
        remove(&self.message)?;
        let mut file = maildir::create_file(&self.message)?;
        file.write_all(message)?;
        file.sync_all()?;
        maildir::sync_directory(&self.directory)?;
        maildir::create_file(&self.marker)?.sync_all()?;
        maildir::sync_directory(&self.directory)
    }

    /// Renames the message into `new` and returns its name there; `None` if that was done before.
    fn finish(&self) -> io::Result<Option<String>> {
        let received = maildir::now();
        let size = match fs::metadata(&self.message) {
            Ok(facts) => facts.len(),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(cause),
        };
        let name = maildir::unique_name(received, size, size);
        fs::rename(&self.message, self.new.join(&name))?;
        Ok(Some(name))
    }
}

/// Removes a file that may be gone.
fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        Err(_) | Ok(()) => Ok(()),
    }
}

/// Removes markers that are too old to be needed.
fn sweep(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let modified = entry.metadata().and_then(|facts| facts.modified());
        let is_marker = Path::new(&entry.file_name()).extension().is_none();
        if is_marker && modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > MARKER_LIFETIME)) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}
