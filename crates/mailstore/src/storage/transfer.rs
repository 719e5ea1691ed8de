//! Transfer of one message file from a folder into another: by a link, a rename or a copy.

use crate::error::{MailError, Result};
use crate::flags::Flags;
use crate::storage::maildir;
use crate::storage::snapshot::Message;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Where copied or moved messages are (RFC 4315, `COPYUID`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The UIDVALIDITY of the folder they are in now.
    pub uid_validity: u32,
    /// For each, the UID in the old folder and the UID in the new one, in the order asked for.
    pub uids: Vec<(u32, u32)>,
    /// False when a move was cut short: what is not among `uids` is still in the old folder.
    pub complete: bool,
}

/// Whether messages are copied or moved from one folder into another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransferMode {
    /// By a second link to the same file. All messages or none.
    Copy,
    /// By renaming: at no moment is a message in both folders or in none. Across file systems it may be in both, never in
    /// none.
    Move,
}

/// A message that is to be transferred from another folder.
pub(crate) struct TransferSource {
    pub(crate) path: PathBuf,
    pub(crate) message: Message,
    pub(crate) keywords: Vec<String>,
}

impl TransferSource {
    /// How often another program may rename the file during the transfer before it fails.
    const MAX_RENAMES: usize = 8;

    /// Transfers the file into the directory `cur` and returns its name there; `None` if the message is gone.
    pub(crate) fn transfer_into(
        &self,
        cur: &Path,
        keywords: Flags,
        mode: TransferMode,
    ) -> Result<Option<String>> {
        let (mut path, mut flags) = (self.path.clone(), self.message.flags.system());
        for _ in 0..Self::MAX_RENAMES {
            let transferred = fs::metadata(&path).and_then(|facts| {
                let base = maildir::unique_name(self.message.received, facts.len(), self.message.size);
                let file = maildir::with_flags(&base, flags | keywords);
                mode.transfer(&path, &cur.join(&file)).map(|()| file)
            });
            match transferred {
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                transferred => return Ok(Some(transferred?)),
            }
            // Another program renames a message to set a flag, and does not know our locks.
            let Some(now) = maildir::renamed(&path)? else { return Ok(None) };
            if now == path {
                // The message is there: it is the target directory that is not.
                return Err(MailError::NotFound);
            }
            flags = now
                .file_name()
                .and_then(OsStr::to_str)
                .map_or(flags, |name| maildir::flags_of(name).system());
            path = now;
        }
        Err(io::Error::other("a message is renamed all the time").into())
    }
}

impl TransferMode {
    fn transfer(self, from: &Path, to: &Path) -> io::Result<()> {
        let transferred = match self {
            Self::Move => fs::rename(from, to),
            // Maildir files are never written to again, so that two names for one file are two messages.
            Self::Copy => fs::hard_link(from, to),
        };
        match (transferred, self) {
            (Err(cause), _) if cause.kind() == io::ErrorKind::NotFound => Err(cause),
            // Another file system, one without links, or a file of another owner: its octets are copied.
            (Err(_), Self::Copy) => copy_file(from, to),
            (Err(_), Self::Move) => {
                copy_file(from, to)?;
                // What cannot be removed there has not been moved.
                fs::remove_file(from).inspect_err(|_| drop(fs::remove_file(to)))
            }
            (Ok(()), _) => Ok(()),
        }
    }
}

/// Copies a message file with its modification time. It appears under its name only when it is complete.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let (Some(folder), Some(name)) = (to.parent().and_then(Path::parent), to.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let tmp = folder.join("tmp").join(name);
    let copied = fs::copy(from, &tmp).and_then(|_| {
        let file = File::options().write(true).open(&tmp)?;
        file.set_modified(fs::metadata(from)?.modified()?)?;
        file.sync_all()?;
        fs::rename(&tmp, to)
    });
    if copied.is_err() {
        let _ = fs::remove_file(&tmp);
    }
    copied
}
