//! Delivery that is repeated after a crash and still happens once.
//!
//! Whoever delivers a letter of the outbox may die before it has noted that it did, and then delivers again. By then
//! the owner may have moved or deleted the message, so that looking for it would prove nothing. What proves it lies
//! in the Maildir, in `deliveries`, which is no folder to anybody:
//!
//! 1. the message is written to `<number>.message` and synced, with its directory;
//! 2. the mark `<number>` is made and synced: *from now on there is exactly one message file*;
//! 3. the message file is renamed into the INBOX. A rename is there or it is not, also after a power loss.
//!
//! So a mark without its message file means that it was delivered, a mark with one that the rename is to be done, and
//! no mark that nothing was begun. The mark goes when it was noted elsewhere that the letter is out.

use crate::crlf::CrlfEnds;
use crate::error::Result;
use crate::storage::cancellation::blocking;
use crate::storage::maildir;
use crate::storage::maildir::MaildirDir;
use crate::storage::mailstore::Mailstore;
use postward_wire::Address;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a mark is kept that nobody takes away. Letters are given up long before.
const KEPT: Duration = Duration::from_hours(90 * 24);

impl Mailstore {
    /// Puts a message into a mailbox's INBOX, unless this was done under the same number before, whatever became of the
    /// message since. When this returns, it survives a power loss. Not to be called twice at a time for one number.
    pub async fn deliver_once(
        &self,
        to: &Address,
        number: u64,
        message: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<()> {
        let (store, to) = (self.clone(), to.clone());
        blocking(move || {
            let maildir = store.ensure(&to)?;
            let delivery = Delivery::at(&maildir, number);
            if !delivery.mark.exists() {
                delivery.begin(&CrlfEnds::default().fix(message.as_ref()))?;
            }
            let file = delivery.finish()?;
            maildir::sync_directory(&delivery.new)?;
            if let Some(file) = file {
                store.announce(&maildir, file);
            }
            Ok(())
        })
        .await
    }

    /// Forgets that a delivery was made: to be called when nobody will repeat it.
    pub async fn forget_delivery(&self, to: &Address, number: u64) -> Result<()> {
        let (store, to) = (self.clone(), to.clone());
        blocking(move || {
            let delivery = Delivery::at(&store.ensure(&to)?, number);
            if delivery.directory.is_dir() {
                remove(&delivery.mark)?;
                sweep(&delivery.directory)?;
            }
            Ok(())
        })
        .await
    }
}

/// A delivery under a number.
struct Delivery {
    directory: PathBuf,
    message: PathBuf,
    mark: PathBuf,
    new: PathBuf,
}

impl Delivery {
    fn at(maildir: &Path, number: u64) -> Self {
        let directory = maildir.join("deliveries");
        let message = directory.join(format!("{number}.message"));
        let mark = directory.join(number.to_string());
        Self { directory, message, mark, new: maildir.join(MaildirDir::New.name()) }
    }

    /// Writes the message, then the mark. Each is on disk before the next step.
    fn begin(&self, message: &[u8]) -> io::Result<()> {
        maildir::create_directories(&self.directory)?;
        // Left by a delivery that did not come to its mark.
        remove(&self.message)?;
        let mut file = maildir::create_file(&self.message)?;
        file.write_all(message)?;
        file.sync_all()?;
        maildir::sync_directory(&self.directory)?;
        maildir::create_file(&self.mark)?.sync_all()?;
        maildir::sync_directory(&self.directory)
    }

    /// Renames the message to where readers look, and returns its name there; none when that was done before.
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

/// Takes marks away that nobody needs any more.
fn sweep(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let modified = entry.metadata().and_then(|facts| facts.modified());
        let is_mark = Path::new(&entry.file_name()).extension().is_none();
        if is_mark && modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > KEPT)) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}
