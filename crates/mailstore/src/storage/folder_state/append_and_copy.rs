//! Messages coming into a folder: written, copied, moved or delivered.

use super::Disk;
use crate::error::{MailError, Result};
use crate::flags::Flags;
use crate::storage::cancellation::Errand;
use crate::storage::folder::{Append, Copied};
use crate::storage::listing::Listed;
use crate::storage::maildir::{self, Incoming};
use crate::storage::snapshot::{Message, Place};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

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

    /// Takes messages of another folder in, whose lock is held as well; what is gone by now is passed over.
    pub(crate) fn take(&mut self, messages: &[Taken], how: Take, errand: &Errand) -> Result<Copied> {
        self.sync()?;
        let cur = self.folder.join("cur");
        let (mut uids, mut complete) = (Vec::with_capacity(messages.len()), true);
        let mut files: Vec<Listed> = Vec::with_capacity(messages.len());
        for message in messages {
            let keywords = self.intern_what_fits(&message.keywords);
            match errand.stands().and_then(|()| message.take_into(&cur, keywords, how)) {
                Ok(Some(file)) => {
                    uids.push(message.message.uid);
                    files.push((Place::Cur, file.into()));
                }
                Ok(None) => {}
                // What has been renamed is here and gets its UID; the rest stays where it is.
                Err(cause) if how == Take::Move && !files.is_empty() => {
                    tracing::warn!(%cause, "a move was cut short");
                    complete = false;
                    break;
                }
                Err(cause) => {
                    // RFC 9051 §6.4.7: a COPY that fails leaves the target as it was.
                    self.take_back(&files);
                    return Err(cause);
                }
            }
        }
        let uids = uids.into_iter().zip(self.number_own(files, how)?).collect();
        Ok(Copied { uid_validity: self.view()?.uid_validity, uids, complete })
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

impl Taken {
    /// How often a message may be renamed while it is taken before we say that we cannot follow.
    const RENAMES: usize = 8;

    /// Takes the message in and says what its file is called there; `None` when it is gone.
    fn take_into(&self, cur: &Path, keywords: Flags, how: Take) -> Result<Option<String>> {
        let (mut path, mut flags) = (self.path.clone(), self.message.flags.system());
        for _ in 0..Self::RENAMES {
            let taken = fs::metadata(&path).and_then(|facts| {
                let base = maildir::fresh_name(self.message.received, facts.len(), self.message.size);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::flags::Flags;

    /// A folder as another tool might leave it.
    fn folder(home: &Path, name: &str) -> Disk {
        let folder = home.join(name);
        maildir::create_folder(&folder).unwrap();
        Disk::new(folder, home.to_owned())
    }

    /// Takes a message whose file another tool has renamed since it was looked up, or removed.
    fn taken_after(how: Take, meanwhile: impl FnOnce(&Path)) -> (Copied, Vec<Flags>) {
        let home = tempfile::tempdir().unwrap();
        let (mut from, mut to) = (folder(home.path(), "from"), folder(home.path(), "to"));
        let path = from.folder.join("new/1.M1P1.other");
        fs::write(&path, "a\r\n").unwrap();
        from.sync().unwrap();
        let view = from.view().unwrap();
        let message = view.messages.first().unwrap().clone();
        assert_eq!(message.path(&from.folder), path);
        meanwhile(&from.folder);
        let copied = to.take(&[Taken { path, message, keywords: Vec::new() }], how, &Errand::own()).unwrap();
        (copied, to.view().unwrap().messages.iter().map(|m| m.flags).collect())
    }

    #[test]
    fn a_message_another_tool_renames_is_found_again_with_the_flag_it_was_given() {
        for how in [Take::Copy, Take::Move] {
            let (copied, flags) = taken_after(how, |folder| {
                fs::rename(folder.join("new/1.M1P1.other"), folder.join("cur/1.M1P1.other:2,S")).unwrap();
            });
            assert_eq!((copied.uids, copied.complete, flags), (vec![(1, 1)], true, vec![Flags::SEEN]));
        }
    }

    #[test]
    fn a_message_another_tool_removes_is_passed_over() {
        for how in [Take::Copy, Take::Move] {
            let (copied, flags) =
                taken_after(how, |folder| fs::remove_file(folder.join("new/1.M1P1.other")).unwrap());
            assert_eq!((copied.uids, copied.complete, flags), (vec![], true, vec![]));
        }
    }
}
