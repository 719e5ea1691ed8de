//! Bringing the file of one message from a folder into another, by a link, a rename or a copy.

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

/// How messages come from one folder into another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Take {
    /// By a second name for the same file. All or none.
    Copy,
    /// By renaming: at no moment are there two, or none (on one file system; else there may be two, never none).
    Move,
}

/// A message of another folder, to be taken.
pub(crate) struct Taken {
    pub(crate) path: PathBuf,
    pub(crate) message: Message,
    pub(crate) keywords: Vec<String>,
}

impl Taken {
    /// How often a message may be renamed while it is taken before we say that we cannot follow.
    const RENAMES: usize = 8;

    /// Takes the message in and says what its file is called there; `None` when it is gone.
    pub(crate) fn take_into(&self, cur: &Path, keywords: Flags, how: Take) -> Result<Option<String>> {
        let (mut path, mut flags) = (self.path.clone(), self.message.flags.system());
        for _ in 0..Self::RENAMES {
            let taken = fs::metadata(&path).and_then(|facts| {
                let base = maildir::unique_name(self.message.received, facts.len(), self.message.size);
                let file = maildir::with_flags(&base, flags | keywords);
                how.take(&path, &cur.join(&file)).map(|()| file)
            });
            match taken {
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                taken => return Ok(Some(taken?)),
            }
            // Another tool knows nothing of our locks, and renames a message to set a flag.
            let Some(now) = maildir::renamed(&path)? else { return Ok(None) };
            if now == path {
                // The message is there: it is the place it should go to that is not.
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

impl Take {
    fn take(self, from: &Path, to: &Path) -> io::Result<()> {
        let taken = match self {
            Self::Move => fs::rename(from, to),
            // Maildir files are never written to again, so that two names for one file are two messages.
            Self::Copy => fs::hard_link(from, to),
        };
        match (taken, self) {
            (Err(cause), _) if cause.kind() == io::ErrorKind::NotFound => Err(cause),
            // A folder on another disk, a file system without links, somebody else's file: the long way.
            (Err(_), Self::Copy) => copy_file(from, to),
            (Err(_), Self::Move) => {
                copy_file(from, to)?;
                // What cannot be taken from there is not moved.
                fs::remove_file(from).inspect_err(|_| drop(fs::remove_file(to)))
            }
            (Ok(()), _) => Ok(()),
        }
    }
}

/// Copies a message, date included. Under its name it is whole from the first moment.
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
