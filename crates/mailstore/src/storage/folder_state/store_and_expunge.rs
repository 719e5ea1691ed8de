//! Messages changing and going.

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
    /// Changes flags, by renaming. UIDs that are not there are passed over.
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

    /// Moves what has arrived from `new` to `cur` and says what that was.
    pub(crate) fn claim_recent(&mut self, cancellation: &Cancellation) -> Result<Vec<u32>> {
        self.sync()?;
        let snapshot = self.snapshot()?;
        let recent: Vec<u32> = snapshot.messages.iter().filter(|m| m.is_recent()).map(|m| m.uid).collect();
        self.rename_each(&recent, |message| message.is_recent().then_some(message.flags), cancellation)?;
        Ok(recent)
    }

    /// Renames files into `cur`, with the flags `wanted` asks for, if it does.
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
            self.own_change()?;
        }
        outcome?;
        if lost.is_empty() {
            return Ok(());
        }
        // Another tool renamed or removed them. After a new listing they have the right name or are gone, so that a
        // message that is lost a second time is one that keeps changing under our hands: leave it to its changer.
        let before = self.snapshot()?;
        self.list_again()?;
        let moved = |uid: &u32| {
            let (old, new) =
                (before.message(*uid), self.loaded.as_ref().and_then(|l| l.snapshot.message(*uid)));
            new.zip(old).is_some_and(|(new, old)| new.file != old.file || new.dir != old.dir)
        };
        lost.retain(moved);
        if lost.is_empty() { Ok(()) } else { self.rename_each(&lost, wanted, cancellation) }
    }

    /// Removes messages for good. Says which of them were there.
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
                    // Renamed by another tool, or gone already: the next listing tells.
                    self.unsettle();
                }
                Err(cause) => {
                    outcome = Err(cause.into());
                    break;
                }
            }
        }
        drop(snapshot);
        self.forget(&gone)?;
        outcome.map(|()| gone)
    }

    /// Drops messages from the snapshot whose files are gone, or are in another folder by now.
    pub(crate) fn forget(&mut self, gone: &[u32]) -> Result<()> {
        if gone.is_empty() {
            return Ok(());
        }
        let gone: HashSet<u32> = gone.iter().copied().collect();
        self.update_snapshot(|snapshot| snapshot.messages.retain(|m| !gone.contains(&m.uid)));
        self.own_change()?;
        if let Some(loaded) = &mut self.loaded
            && loaded.list.needs_rewrite(loaded.snapshot.messages.len())
        {
            loaded.rewrite_list(&self.folder)?;
        }
        Ok(())
    }
}
