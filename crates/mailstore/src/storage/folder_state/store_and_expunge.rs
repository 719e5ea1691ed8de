//! Changing the flags of messages, claiming them as recent, and removing them.

use super::FolderState;
use crate::error::Result;
use crate::flags::{FlagChange, Flags};
use crate::storage::cancellation::Cancellation;
use crate::storage::maildir::{self, MaildirDir};
use crate::storage::snapshot::Message;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::sync::Arc;

impl FolderState {
    /// Changes flags, by renaming files. UIDs that are not there are skipped.
    pub(crate) fn store(
        &mut self,
        uids: &[u32],
        change: FlagChange,
        by: Flags,
        cancellation: &Cancellation,
    ) -> Result<()> {
        self.sync()?;
        let wanted =
            |message: &Message| Some(message.flags.changed(change, by)).filter(|f| *f != message.flags);
        self.rename_each(uids, wanted, cancellation)
    }

    /// Moves new messages from `new` to `cur` and returns their UIDs.
    pub(crate) fn claim_recent(&mut self, cancellation: &Cancellation) -> Result<Vec<u32>> {
        self.sync()?;
        let snapshot = self.snapshot()?;
        let recent: Vec<u32> = snapshot.messages.iter().filter(|m| m.is_recent()).map(|m| m.uid).collect();
        self.rename_each(&recent, |message| message.is_recent().then_some(message.flags), cancellation)?;
        Ok(recent)
    }

    /// Renames files into `cur` with the flags that `wanted` returns. Where it returns none, nothing is done.
    fn rename_each(
        &mut self,
        uids: &[u32],
        wanted: impl Fn(&Message) -> Option<Flags>,
        cancellation: &Cancellation,
    ) -> Result<()> {
        let mut lost = Vec::new();
        let snapshot = self.snapshot()?;
        let mut renamed: Vec<(usize, Flags, Arc<str>)> = Vec::new();
        let mut outcome: Result<()> = Ok(());
        for uid in uids {
            let Some(at) = snapshot.position(*uid) else { continue };
            let Some(message) = snapshot.messages.get(at) else { continue };
            let Some(flags) = wanted(message) else { continue };
            let file = maildir::with_flags(&message.file, flags);
            outcome = cancellation.check();
            if outcome.is_err() {
                break;
            }
            match fs::rename(message.path(&self.folder), self.folder.join("cur").join(&file)) {
                Ok(()) => renamed.push((at, flags, file.into())),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => lost.push(*uid),
                Err(cause) => {
                    outcome = Err(cause.into());
                    break;
                }
            }
        }
        drop(snapshot);
        if !renamed.is_empty() {
            self.update_snapshot(|snapshot| {
                for (at, flags, file) in renamed {
                    if let Some(message) = snapshot.messages.get_mut(at) {
                        (message.flags, message.file, message.dir) = (flags, file, MaildirDir::Cur);
                    }
                }
            });
            self.record_own_change()?;
        }
        outcome?;
        if lost.is_empty() {
            return Ok(());
        }
        // Another program renamed or removed them. After a scan they have the right name or are gone. One whose name the
        // scan did not change is left as it is, or this would not end.
        let before = self.snapshot()?;
        self.rescan()?;
        let moved = |uid: &u32| {
            let (old, new) =
                (before.message(*uid), self.loaded.as_ref().and_then(|l| l.snapshot.message(*uid)));
            new.zip(old).is_some_and(|(new, old)| new.file != old.file || new.dir != old.dir)
        };
        lost.retain(moved);
        if lost.is_empty() { Ok(()) } else { self.rename_each(&lost, wanted, cancellation) }
    }

    /// Removes messages for good. Returns those that were there.
    pub(crate) fn expunge(&mut self, uids: &[u32], cancellation: &Cancellation) -> Result<Vec<u32>> {
        self.sync()?;
        let snapshot = self.snapshot()?;
        let mut gone = Vec::new();
        let mut outcome: Result<()> = Ok(());
        for message in uids.iter().filter_map(|uid| snapshot.message(*uid)) {
            outcome = cancellation.check();
            if outcome.is_err() {
                break;
            }
            match fs::remove_file(message.path(&self.folder)) {
                Ok(()) => gone.push(message.uid),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                    // Renamed by another program, or gone already: the next scan shows.
                    self.force_rescan();
                }
                Err(cause) => {
                    outcome = Err(cause.into());
                    break;
                }
            }
        }
        drop(snapshot);
        self.drop_messages(&gone)?;
        outcome.map(|()| gone)
    }

    /// Drops messages from the snapshot whose files were removed, or moved into another folder.
    pub(crate) fn drop_messages(&mut self, gone: &[u32]) -> Result<()> {
        if gone.is_empty() {
            return Ok(());
        }
        let gone: HashSet<u32> = gone.iter().copied().collect();
        self.update_snapshot(|snapshot| snapshot.messages.retain(|m| !gone.contains(&m.uid)));
        self.record_own_change()?;
        if let Some(loaded) = &mut self.loaded
            && loaded.list.needs_rewrite(loaded.snapshot.messages.len())
        {
            loaded.rewrite_list(&self.folder)?;
        }
        Ok(())
    }
}
