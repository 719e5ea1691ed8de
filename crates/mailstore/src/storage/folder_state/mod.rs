//! A folder's directory: everything here blocks, and is called with the folder's lock held.
//!
//! What is on disk is the truth; a [`Snapshot`] is what was seen of it. A file without a line in the uidlist is a new
//! message, a line without a file is one that is gone, whoever did it.

mod append_and_copy;
mod store_and_expunge;

use crate::error::{MailError, Result};
use crate::flags::Flags;
use crate::storage::listing::{self, Found, Listed, Stamp};
use crate::storage::maildir;
use crate::storage::snapshot::{Message, Snapshot};
use crate::storage::uidlist::{UidList, UidListError};
use crate::storage::{keywords, uidvalidity};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The directory of one folder.
pub(crate) struct FolderState {
    folder: PathBuf,
    /// The mailbox's directory, where UIDVALIDITY is counted.
    maildir: PathBuf,
    loaded: Option<Loaded>,
}

struct Loaded {
    list: UidList,
    snapshot: Arc<Snapshot>,
    /// When the directories were last changed, as far as `snapshot` knows.
    stamp: Stamp,
    /// When they must be listed even if `stamp` still holds: our own changes hide those others made beside them.
    list_at: Option<Instant>,
}

/// Own changes are listed over again after this time.
const LIST_AGAIN: Duration = Duration::from_secs(2);

impl FolderState {
    pub(crate) fn new(folder: PathBuf, maildir: PathBuf) -> Self {
        Self { folder, maildir, loaded: None }
    }

    /// The snapshot as it is, without a look at the disk.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>> {
        self.loaded.as_ref().map(|loaded| Arc::clone(&loaded.snapshot)).ok_or(MailError::NotFound)
    }

    /// Brings the snapshot up to date with what is on disk, if something seems to have changed.
    pub(crate) fn sync(&mut self) -> Result<()> {
        let Some(loaded) = &self.loaded else { return self.load(1) };
        if loaded.list.was_changed_externally(&self.folder)? {
            // Another tool has given UIDs away; ours must not differ.
            return self.load(loaded.snapshot.revision + 1);
        }
        let due = loaded.list_at.is_some_and(|at| at <= Instant::now());
        if due || loaded.stamp != listing::stamp(&self.folder)? { self.list_again() } else { Ok(()) }
    }

    /// Brings the snapshot up to date with what is on disk.
    pub(crate) fn list_again(&mut self) -> Result<()> {
        let Some(loaded) = &mut self.loaded else { return self.load(1) };
        let known: HashMap<&str, &Message> =
            loaded.snapshot.messages.iter().map(|m| (maildir::base_of(&m.file), m)).collect();
        let (stamp, files) = listing::list(&self.folder, known.keys().copied())?;
        let mut messages = Vec::with_capacity(files.len());
        let mut arrived = Vec::new();
        let mut same = files.len() == known.len();
        for (dir, file) in files {
            let Some(old) = known.get(maildir::base_of(&file)) else {
                arrived.push((dir, file));
                same = false;
                continue;
            };
            same &= dir == old.dir && *file == *old.file;
            messages.push(Message { dir, flags: maildir::flags_of(&file), file, ..(*old).clone() });
        }
        loaded.stamp = stamp;
        loaded.list_at = listing::is_fresh(stamp).then(Instant::now);
        if same {
            return Ok(());
        }
        messages.sort_unstable_by_key(|m| m.uid);
        let snapshot = Arc::make_mut(&mut loaded.snapshot);
        snapshot.messages = messages;
        snapshot.revision += 1;
        let numbered = self.number(arrived);
        if numbered.is_err() {
            // They are still without UIDs, though nothing will change in the directories.
            self.unsettle();
        }
        numbered
    }

    /// Reads the folder from nothing but the disk.
    fn load(&mut self, revision: u64) -> Result<()> {
        if let Err(cause) = maildir::sweep_tmp(&self.folder) {
            tracing::debug!(%cause, "leftovers of unfinished deliveries stay in tmp");
        }
        let mut rewrite = false;
        let (list, records) = match UidList::load(&self.folder) {
            Ok(loaded) => loaded,
            Err(UidListError::Unavailable(cause)) => return Err(MailError::Unavailable(cause)),
            Err(UidListError::Missing) => (self.new_list(0)?, Vec::new()),
            Err(UidListError::Malformed { uid_validity }) => {
                tracing::warn!("the UID list of a folder cannot be trusted; its UIDVALIDITY changes");
                (self.new_list(uid_validity.unwrap_or(0).saturating_add(1))?, Vec::new())
            }
        };
        let mut known: HashMap<&str, (u32, Option<&str>)> =
            records.iter().map(|r| (r.base.as_str(), (r.uid, r.extra.as_deref()))).collect();
        let (stamp, files) = listing::list(&self.folder, known.keys().copied())?;
        let mut messages = Vec::with_capacity(files.len());
        let mut arrived = Vec::new();
        for (dir, file) in files {
            match known.remove(maildir::base_of(&file)) {
                None => arrived.push((dir, file)),
                Some((uid, extra)) => {
                    let Some(found) = Found::measure(&self.folder, dir, &file, extra)? else { continue };
                    rewrite |= found.extra.as_deref() != extra;
                    messages.push(found.numbered(uid, dir, file));
                }
            }
        }
        messages.sort_unstable_by_key(|m| m.uid);
        let snapshot = Snapshot {
            uid_validity: list.uid_validity,
            uid_next: list.next_uid,
            revision,
            messages,
            keywords: Arc::new(keywords::load(&self.folder)?),
        };
        let list_at = listing::is_fresh(stamp).then(Instant::now);
        let mut loaded = Loaded { list, snapshot: Arc::new(snapshot), stamp, list_at };
        if rewrite || loaded.list.needs_rewrite(loaded.snapshot.messages.len()) {
            loaded.rewrite_list(&self.folder)?;
        }
        self.loaded = Some(loaded);
        let numbered = self.number(arrived);
        if numbered.is_err() {
            self.loaded = None;
        }
        numbered
    }

    /// A new list, on disk before anybody hears of it.
    fn new_list(&self, at_least: u32) -> Result<UidList> {
        let mut list = UidList::new(uidvalidity::next(&self.maildir, at_least)?);
        list.rewrite(&self.folder, std::iter::empty())?;
        Ok(list)
    }

    /// Gives messages their UIDs, in the order of their arrival.
    fn number(&mut self, mut files: Vec<Listed>) -> Result<()> {
        files.sort_unstable_by(|(_, a), (_, b)| maildir::arrival_order(a).cmp(&maildir::arrival_order(b)));
        self.number_in_order(files)
    }

    fn number_in_order(&mut self, files: Vec<Listed>) -> Result<()> {
        let Some(loaded) = &mut self.loaded else { return Err(MailError::NotFound) };
        let mut messages = Vec::with_capacity(files.len());
        let mut next = loaded.list.next_uid;
        for (dir, file) in files {
            if let Some(found) = Found::measure(&self.folder, dir, &file, None)? {
                messages.push(found.numbered(next, dir, file));
                next += 1;
            }
        }
        if messages.is_empty() {
            return Ok(());
        }
        loaded.list.append(&self.folder, messages.iter().map(Message::list_line))?;
        loaded.list.next_uid = next;
        let snapshot = Arc::make_mut(&mut loaded.snapshot);
        snapshot.messages.append(&mut messages);
        snapshot.uid_next = next;
        snapshot.revision += 1;
        Ok(())
    }

    /// Takes the directories as they are now to be what we know: the last change was ours.
    fn own_change(&mut self) -> Result<()> {
        if let Some(loaded) = &mut self.loaded {
            loaded.stamp = listing::stamp(&self.folder)?;
            loaded.list_at = loaded.list_at.or_else(|| Instant::now().checked_add(LIST_AGAIN));
        }
        Ok(())
    }

    /// The flags with these names. Names that are new to the folder are added.
    pub(crate) fn keywords(&mut self, names: &[String]) -> Result<Flags> {
        self.sync()?;
        self.intern(names)
    }

    /// Does not look at the directories, where files of ours may wait for their UIDs.
    fn intern(&mut self, names: &[String]) -> Result<Flags> {
        let Some(loaded) = &mut self.loaded else { return Err(MailError::NotFound) };
        let mut table = loaded.snapshot.keywords.as_ref().clone();
        let mut flags = Flags::NONE;
        for name in names {
            flags = flags | Flags::keyword(keywords::intern(&mut table, name)?);
        }
        if table.len() != loaded.snapshot.keywords.len() {
            keywords::save(&self.folder, &table)?;
            let snapshot = Arc::make_mut(&mut loaded.snapshot);
            snapshot.keywords = Arc::new(table);
            snapshot.revision += 1;
        }
        Ok(flags)
    }

    /// Like [`FolderState::keywords`], for messages that must come in even if there is no room for their keywords.
    fn intern_what_fits(&mut self, names: &[String]) -> Flags {
        names
            .iter()
            .filter_map(|name| self.intern(std::slice::from_ref(name)).ok())
            .fold(Flags::NONE, |a, b| a | b)
    }

    /// Makes the next sync list the directories.
    pub(crate) fn unsettle(&mut self) {
        if let Some(loaded) = &mut self.loaded {
            loaded.list_at = Some(Instant::now());
        }
    }

    fn update_snapshot(&mut self, change: impl FnOnce(&mut Snapshot)) {
        if let Some(loaded) = &mut self.loaded {
            let snapshot = Arc::make_mut(&mut loaded.snapshot);
            change(snapshot);
            snapshot.revision += 1;
        }
    }
}

impl Loaded {
    fn rewrite_list(&mut self, folder: &Path) -> io::Result<()> {
        let snapshot = Arc::clone(&self.snapshot);
        self.list.rewrite(folder, snapshot.messages.iter().map(Message::list_line))
    }
}
