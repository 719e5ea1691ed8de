//! Adding messages to a folder: appended, copied or moved from another, or delivered.

use super::FolderState;
use crate::error::{MailError, Result};
use crate::storage::append::Append;
use crate::storage::cancellation::Cancellation;
use crate::storage::listing::ListedFile;
use crate::storage::maildir::{self, Incoming, MaildirDir};
use crate::storage::transfer::{Copied, TransferMode, TransferSource};
use std::fs;
use std::ops::Range;

impl FolderState {
    /// Appends messages, all or none. When this has returned, they survive a power loss.
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
        // The sync may have taken long. This is the last check: from here on all of it is done, or none.
        cancellation.check()?;
        let mut files: Vec<ListedFile> = Vec::with_capacity(messages.len());
        for (file, message) in incoming {
            let flags = message.flags.system() | self.intern_what_fits(&message.keywords);
            match file.publish(MaildirDir::Cur, flags, message.received_or_now()) {
                Ok(name) => files.push(ListedFile { dir: MaildirDir::Cur, name: name.into() }),
                Err(cause) => {
                    self.roll_back(&files);
                    return Err(cause.into());
                }
            }
        }
        self.assign_uids_to(files, TransferMode::Copy)
    }

    /// Makes renames into `cur` durable and assigns UIDs to the files, in this order. If that fails, copies are removed;
    /// moved files stay, and get their UIDs at the next scan.
    fn assign_uids_to(&mut self, files: Vec<ListedFile>, mode: TransferMode) -> Result<Range<u32>> {
        let first = self.snapshot()?.uid_next;
        let assigned = maildir::sync_directory(&self.folder.join("cur"))
            .map_err(MailError::from)
            .and_then(|()| self.assign_uids_in_order(files.clone()));
        if let Err(cause) = assigned {
            match mode {
                TransferMode::Copy => self.roll_back(&files),
                TransferMode::Move => self.force_rescan(),
            }
            return Err(cause);
        }
        self.record_own_change()?;
        Ok(first..self.snapshot()?.uid_next)
    }

    /// Removes files that have no UID yet.
    fn roll_back(&mut self, files: &[ListedFile]) {
        for file in files {
            let _ = fs::remove_file(file.path(&self.folder));
        }
        self.force_rescan();
    }

    /// Copies or moves messages of another folder, whose lock is held as well, into this one. Messages that are gone are
    /// skipped.
    pub(crate) fn transfer_from(
        &mut self,
        messages: &[TransferSource],
        mode: TransferMode,
        cancellation: &Cancellation,
    ) -> Result<Copied> {
        self.sync()?;
        let cur = self.folder.join("cur");
        let (mut uids, mut complete) = (Vec::with_capacity(messages.len()), true);
        let mut files: Vec<ListedFile> = Vec::with_capacity(messages.len());
        for message in messages {
            let keywords = self.intern_what_fits(&message.keywords);
            match cancellation.check().and_then(|()| message.transfer_into(&cur, keywords, mode)) {
                Ok(Some(name)) => {
                    uids.push(message.message.uid);
                    files.push(ListedFile { dir: MaildirDir::Cur, name: name.into() });
                }
                Ok(None) => {}
                // What has been moved gets its UID; the rest stays in the other folder.
                Err(cause) if mode == TransferMode::Move && !files.is_empty() => {
                    tracing::warn!(%cause, "a move was cut short");
                    complete = false;
                    break;
                }
                Err(cause) => {
                    // RFC 9051 §6.4.7: a COPY that fails leaves the target as it was.
                    self.roll_back(&files);
                    return Err(cause);
                }
            }
        }
        let uids = uids.into_iter().zip(self.assign_uids_to(files, mode)?).collect();
        Ok(Copied { uid_validity: self.snapshot()?.uid_validity, uids, complete })
    }

    /// Adds a message that was delivered into `new`, without a scan.
    pub(crate) fn add_delivered(&mut self, file: String) -> Result<()> {
        let Some(loaded) = &self.loaded else { return Ok(()) };
        if loaded.snapshot.messages.iter().rev().any(|m| maildir::base_of(&m.file) == file) {
            return Ok(());
        }
        self.assign_uids_in_order(vec![ListedFile { dir: MaildirDir::New, name: file.into() }])?;
        self.record_own_change()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::flags::Flags;
    use std::path::Path;

    /// An empty folder.
    fn folder(home: &Path, name: &str) -> FolderState {
        let folder = home.join(name);
        maildir::create_folder(&folder).unwrap();
        FolderState::new(folder, home.to_owned())
    }

    /// Transfers a message whose file another program has renamed or removed since it was looked up.
    fn transferred_after(mode: TransferMode, meanwhile: impl FnOnce(&Path)) -> (Copied, Vec<Flags>) {
        let home = tempfile::tempdir().unwrap();
        let (mut from, mut to) = (folder(home.path(), "from"), folder(home.path(), "to"));
        let path = from.folder.join("new/1.M1P1.other");
        fs::write(&path, "a\r\n").unwrap();
        from.sync().unwrap();
        let snapshot = from.snapshot().unwrap();
        let message = snapshot.messages.first().unwrap().clone();
        assert_eq!(message.path(&from.folder), path);
        meanwhile(&from.folder);
        let copied = to
            .transfer_from(
                &[TransferSource { path, message, keywords: Vec::new() }],
                mode,
                &Cancellation::never(),
            )
            .unwrap();
        (copied, to.snapshot().unwrap().messages.iter().map(|m| m.flags).collect())
    }

    #[test]
    fn a_message_another_tool_renames_is_found_again_with_the_flag_it_was_given() {
        for mode in [TransferMode::Copy, TransferMode::Move] {
            let (copied, flags) = transferred_after(mode, |folder| {
                fs::rename(folder.join("new/1.M1P1.other"), folder.join("cur/1.M1P1.other:2,S")).unwrap();
            });
            assert_eq!((copied.uids, copied.complete, flags), (vec![(1, 1)], true, vec![Flags::SEEN]));
        }
    }

    #[test]
    fn a_message_another_tool_removes_is_passed_over() {
        for mode in [TransferMode::Copy, TransferMode::Move] {
            let (copied, flags) =
                transferred_after(mode, |folder| fs::remove_file(folder.join("new/1.M1P1.other")).unwrap());
            assert_eq!((copied.uids, copied.complete, flags), (vec![], true, vec![]));
        }
    }
}
