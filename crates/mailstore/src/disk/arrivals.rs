//! Messages coming into a folder: written, copied, moved or delivered.

use super::Disk;
use crate::errand::Errand;
use crate::error::{MailError, Result};
use crate::folder::Append;
use crate::listing::Listed;
use crate::maildir::{self, Incoming};
use crate::view::{Message, Place};
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// How messages come from one folder into another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Take {
    /// By a second name for the same file. All or none.
    Copy,
    /// By renaming: at no moment are there two, or none (on one file system; else there may be two, never none). What
    /// is gone by now is passed over.
    Move,
}

/// A message of another folder, to be taken.
pub(crate) struct Taken {
    pub(crate) path: PathBuf,
    pub(crate) message: Message,
    pub(crate) keywords: Vec<String>,
}

impl Disk {
    /// Writes messages and gives them UIDs, all or none. When this has returned, they survive a power loss.
    pub(crate) fn append(&mut self, messages: &[Append], errand: &Errand) -> Result<Range<u32>> {
        self.sync()?;
        let mut incoming = Vec::with_capacity(messages.len());
        for message in messages {
            errand.stands()?;
            let mut file = Incoming::create(&self.folder)?;
            message.write_to(&mut file)?;
            file.set_received(message.received_or_now())?;
            incoming.push((file, message));
        }
        match incoming.as_slice() {
            [] => {}
            [(only, _)] => only.sync()?,
            [(first, _), ..] => first.sync_file_system()?,
        }
        // A disk takes its time. From here on all of it is done, or none.
        errand.stands()?;
        let mut files: Vec<Listed> = Vec::with_capacity(messages.len());
        for (file, message) in incoming {
            let flags = message.flags.system() | self.intern_what_fits(&message.keywords);
            match file.publish(Place::Cur, flags, message.received_or_now()) {
                Ok(name) => files.push((Place::Cur, name.into())),
                Err(cause) => {
                    self.take_back(&files);
                    return Err(cause.into());
                }
            }
        }
        self.number_own(files, Take::Copy)
    }

    /// Makes renames into `cur` durable and gives the files UIDs, in this order. If that fails, copies are taken back;
    /// what was moved here stays, and gets its UID when it is listed next time.
    fn number_own(&mut self, files: Vec<Listed>, how: Take) -> Result<Range<u32>> {
        let first = self.view()?.uid_next;
        let numbered = maildir::sync_directory(&self.folder.join("cur"))
            .map_err(MailError::from)
            .and_then(|()| self.number_in_order(files.clone()));
        if let Err(cause) = numbered {
            match how {
                Take::Copy => self.take_back(&files),
                Take::Move => self.unsettle(),
            }
            return Err(cause);
        }
        self.own_change()?;
        Ok(first..self.view()?.uid_next)
    }

    /// Removes files nobody has been told of.
    fn take_back(&mut self, files: &[Listed]) {
        for (place, file) in files {
            let _ = fs::remove_file(self.folder.join(place.directory()).join(&**file));
        }
        self.unsettle();
    }

    /// Takes messages of another folder in. Says for each its UID there and its UID here.
    pub(crate) fn take(&mut self, messages: &[Taken], how: Take, errand: &Errand) -> Result<Vec<(u32, u32)>> {
        self.sync()?;
        let cur = self.folder.join("cur");
        let mut uids = Vec::with_capacity(messages.len());
        let mut files: Vec<Listed> = Vec::with_capacity(messages.len());
        for Taken { path, message, keywords } in messages {
            let flags = message.flags.system() | self.intern_what_fits(keywords);
            let taken = errand.stands().and_then(|()| {
                let base = maildir::fresh_name(message.received, fs::metadata(path)?.len(), message.size);
                let file = maildir::with_flags(&base, flags);
                how.take(path, &cur.join(&file))?;
                Ok(file)
            });
            match (taken, how) {
                (Ok(file), _) => {
                    uids.push(message.uid);
                    files.push((Place::Cur, file.into()));
                }
                (Err(MailError::NotFound), Take::Move) => {}
                // What has been renamed is here and gets its UID; the rest stays where it is.
                (Err(_), Take::Move) if !files.is_empty() => break,
                (Err(cause), Take::Move) => return Err(cause),
                (Err(cause), Take::Copy) => {
                    // RFC 9051 §6.4.7: a COPY that fails leaves the target as it was.
                    self.take_back(&files);
                    return Err(cause);
                }
            }
        }
        Ok(uids.into_iter().zip(self.number_own(files, how)?).collect())
    }

    /// Takes in a message of ours that is in `new`, without a look at the others.
    pub(crate) fn arrived(&mut self, file: String) -> Result<()> {
        let Some(loaded) = &self.loaded else { return Ok(()) };
        if loaded.view.messages.iter().rev().any(|m| maildir::base_of(&m.file) == file) {
            return Ok(());
        }
        self.number_in_order(vec![(Place::New, file.into())])?;
        self.own_change()
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
