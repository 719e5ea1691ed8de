//! Messages coming into a folder: written, copied, moved or delivered.

use super::FolderState;
use crate::error::{MailError, Result};
use crate::storage::append::Append;
use crate::storage::cancellation::Cancellation;
use crate::storage::listing::Listed;
use crate::storage::maildir::{self, Incoming, MaildirDir};
use crate::storage::transfer::{Copied, Take, Taken};
use std::fs;
use std::ops::Range;

impl FolderState {
    /// Writes messages and gives them UIDs, all or none. When this has returned, they survive a power loss.
    pub(crate) fn append(&mut self, messages: &[Append], cancellation: &Cancellation) -> Result<Range<u32>> {
        self.sync()?;
        let mut incoming = Vec::with_capacity(messages.len());
        for message in messages {
            cancellation.check()?;
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
        cancellation.check()?;
        let mut files: Vec<Listed> = Vec::with_capacity(messages.len());
        for (file, message) in incoming {
            let flags = message.flags.system() | self.intern_what_fits(&message.keywords);
            match file.publish(MaildirDir::Cur, flags, message.received_or_now()) {
                Ok(name) => files.push((MaildirDir::Cur, name.into())),
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
        let first = self.snapshot()?.uid_next;
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
        Ok(first..self.snapshot()?.uid_next)
    }

    /// Removes files nobody has been told of.
    fn take_back(&mut self, files: &[Listed]) {
        for (dir, file) in files {
            let _ = fs::remove_file(self.folder.join(dir.name()).join(&**file));
        }
        self.unsettle();
    }

    /// Takes messages of another folder in, whose lock is held as well; what is gone by now is passed over.
    pub(crate) fn take(
        &mut self,
        messages: &[Taken],
        how: Take,
        cancellation: &Cancellation,
    ) -> Result<Copied> {
        self.sync()?;
        let cur = self.folder.join("cur");
        let (mut uids, mut complete) = (Vec::with_capacity(messages.len()), true);
        let mut files: Vec<Listed> = Vec::with_capacity(messages.len());
        for message in messages {
            let keywords = self.intern_what_fits(&message.keywords);
            match cancellation.check().and_then(|()| message.take_into(&cur, keywords, how)) {
                Ok(Some(file)) => {
                    uids.push(message.message.uid);
                    files.push((MaildirDir::Cur, file.into()));
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
        Ok(Copied { uid_validity: self.snapshot()?.uid_validity, uids, complete })
    }

    /// Takes in a message of ours that is in `new`, without a look at the others.
    pub(crate) fn arrived(&mut self, file: String) -> Result<()> {
        let Some(loaded) = &self.loaded else { return Ok(()) };
        if loaded.snapshot.messages.iter().rev().any(|m| maildir::base_of(&m.file) == file) {
            return Ok(());
        }
        self.number_in_order(vec![(MaildirDir::New, file.into())])?;
        self.own_change()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::flags::Flags;
    use std::path::Path;

    /// A folder as another tool might leave it.
    fn folder(home: &Path, name: &str) -> FolderState {
        let folder = home.join(name);
        maildir::create_folder(&folder).unwrap();
        FolderState::new(folder, home.to_owned())
    }

    /// Takes a message whose file another tool has renamed since it was looked up, or removed.
    fn taken_after(how: Take, meanwhile: impl FnOnce(&Path)) -> (Copied, Vec<Flags>) {
        let home = tempfile::tempdir().unwrap();
        let (mut from, mut to) = (folder(home.path(), "from"), folder(home.path(), "to"));
        let path = from.folder.join("new/1.M1P1.other");
        fs::write(&path, "a\r\n").unwrap();
        from.sync().unwrap();
        let snapshot = from.snapshot().unwrap();
        let message = snapshot.messages.first().unwrap().clone();
        assert_eq!(message.path(&from.folder), path);
        meanwhile(&from.folder);
        let copied =
            to.take(&[Taken { path, message, keywords: Vec::new() }], how, &Cancellation::never()).unwrap();
        (copied, to.snapshot().unwrap().messages.iter().map(|m| m.flags).collect())
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
