//! The state of a folder: its directories and its UID list, as far as they were read. Everything here blocks, and is
//! called with the folder's lock held.
//!
//! The directories are authoritative; a [`Snapshot`] is what was read of them. A file without a line in the UID list is a
//! new message, a line without a file is a message that was removed, by whatever program.

mod append_and_copy;
mod store_and_expunge;

use crate::error::{MailError, Result};
use crate::flags::Flags;
use crate::storage::listing::{self, FileFacts, ListedFile, Mtimes};
use crate::storage::maildir;
use crate::storage::snapshot::{Message, Snapshot};
use crate::storage::uidlist::{UidList, UidListError};
use crate::storage::{keywords, uidvalidity};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is known of one folder.
pub(crate) struct FolderState {
    folder: PathBuf,
    /// The directory of the mailbox, where its last UIDVALIDITY is stored.
    maildir: PathBuf,
    loaded: Option<Loaded>,
}

/// What was read.
struct Loaded {
    list: UidList,
    snapshot: Arc<Snapshot>,
    /// When the directories were last changed, as far as `snapshot` shows.
    mtimes: Mtimes,
    /// When to list them although `mtimes` has not changed: a change of ours hides one that another program made at the
    /// same time.
    rescan_at: Option<Instant>,
}

/// The directories are listed again so long after a change of ours.
const RESCAN_AFTER: Duration = Duration::from_secs(2);

impl FolderState {
    pub(crate) fn new(folder: PathBuf, maildir: PathBuf) -> Self {
        Self { folder, maildir, loaded: None }
    }

    /// The snapshot as it is, without file access.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>> {
        self.loaded.as_ref().map(|loaded| Arc::clone(&loaded.snapshot)).ok_or(MailError::NotFound)
    }

    /// Updates the snapshot from the directories, if they seem to have changed.
    pub(crate) fn sync(&mut self) -> Result<()> {
        let Some(loaded) = &self.loaded else { return self.load(1) };
        if loaded.list.was_changed_externally(&self.folder)? {
            // Another program has assigned UIDs; ours must not differ.
            return self.load(loaded.snapshot.revision + 1);
        }
        let due = loaded.rescan_at.is_some_and(|at| at <= Instant::now());
        if due || loaded.mtimes != listing::mtimes(&self.folder)? { self.rescan() } else { Ok(()) }
    }

    /// Updates the snapshot from the directories.
    pub(crate) fn rescan(&mut self) -> Result<()> {
        let Some(loaded) = &mut self.loaded else { return self.load(1) };
        let known: HashMap<&str, &Message> =
            loaded.snapshot.messages.iter().map(|m| (maildir::base_of(&m.file), m)).collect();
        let (mtimes, files) = listing::list(&self.folder, known.keys().copied())?;
        let mut messages = Vec::with_capacity(files.len());
        let mut arrived = Vec::new();
        let mut same = files.len() == known.len();
        for listed in files {
            let Some(old) = known.get(maildir::base_of(&listed.name)) else {
                arrived.push(listed);
                same = false;
                continue;
            };
            let ListedFile { dir, name: file } = listed;
            same &= dir == old.dir && *file == *old.file;
            messages.push(Message { dir, flags: maildir::flags_of(&file), file, ..(*old).clone() });
        }
        loaded.mtimes = mtimes;
        loaded.rescan_at = listing::may_hide_a_change(mtimes).then(Instant::now);
        if same {
            return Ok(());
        }
        messages.sort_unstable_by_key(|m| m.uid);
        let snapshot = Arc::make_mut(&mut loaded.snapshot);
        snapshot.messages = messages;
        snapshot.revision += 1;
        let assigned = self.assign_uids(arrived);
        if assigned.is_err() {
            // New files are still without UIDs, and no change of the directories will show it.
            self.force_rescan();
        }
        assigned
    }

    /// Reads the whole folder. `revision` is that of the new snapshot.
    fn load(&mut self, revision: u64) -> Result<()> {
        if let Err(cause) = maildir::remove_old_tmp(&self.folder) {
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
        let (mtimes, files) = listing::list(&self.folder, known.keys().copied())?;
        let mut messages = Vec::with_capacity(files.len());
        let mut arrived = Vec::new();
        for file in files {
            match known.remove(maildir::base_of(&file.name)) {
                None => arrived.push(file),
                Some((uid, extra)) => {
                    let Some(facts) = FileFacts::read(&self.folder, &file, extra)? else { continue };
                    rewrite |= facts.extra.as_deref() != extra;
                    messages.push(facts.into_message(uid, file));
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
        let rescan_at = listing::may_hide_a_change(mtimes).then(Instant::now);
        let mut loaded = Loaded { list, snapshot: Arc::new(snapshot), mtimes, rescan_at };
        if rewrite || loaded.list.needs_rewrite(loaded.snapshot.messages.len()) {
            loaded.rewrite_list(&self.folder)?;
        }
        self.loaded = Some(loaded);
        let assigned = self.assign_uids(arrived);
        if assigned.is_err() {
            self.loaded = None;
        }
        assigned
    }

    /// A new list, on disk before its UIDVALIDITY is used.
    fn new_list(&self, at_least: u32) -> Result<UidList> {
        let mut list = UidList::new(uidvalidity::next(&self.maildir, at_least)?);
        list.rewrite(&self.folder, std::iter::empty())?;
        Ok(list)
    }

    /// Assigns UIDs to new messages, in the order of their arrival.
    fn assign_uids(&mut self, mut files: Vec<ListedFile>) -> Result<()> {
        files.sort_unstable_by(|a, b| maildir::arrival_order(&a.name).cmp(&maildir::arrival_order(&b.name)));
        self.assign_uids_in_order(files)
    }

    fn assign_uids_in_order(&mut self, files: Vec<ListedFile>) -> Result<()> {
        let Some(loaded) = &mut self.loaded else { return Err(MailError::NotFound) };
        let mut messages = Vec::with_capacity(files.len());
        let mut next = loaded.list.next_uid;
        for file in files {
            if let Some(facts) = FileFacts::read(&self.folder, &file, None)? {
                messages.push(facts.into_message(next, file));
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

    /// Records that the last change of the directories was ours, and that the snapshot shows it.
    fn record_own_change(&mut self) -> Result<()> {
        if let Some(loaded) = &mut self.loaded {
            loaded.mtimes = listing::mtimes(&self.folder)?;
            loaded.rescan_at = loaded.rescan_at.or_else(|| Instant::now().checked_add(RESCAN_AFTER));
        }
        Ok(())
    }

    /// The flags with these names. Names that are new to the folder are added.
    pub(crate) fn keywords(&mut self, names: &[String]) -> Result<Flags> {
        self.sync()?;
        self.intern(names)
    }

    /// Without a sync: files of ours may be without UIDs yet.
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

    /// Like [`FolderState::keywords`], but leaves out keywords for which the folder has no number left.
    fn intern_what_fits(&mut self, names: &[String]) -> Flags {
        names
            .iter()
            .filter_map(|name| self.intern(std::slice::from_ref(name)).ok())
            .fold(Flags::NONE, |a, b| a | b)
    }

    /// Makes the next sync list the directories.
    pub(crate) fn force_rescan(&mut self) {
        if let Some(loaded) = &mut self.loaded {
            loaded.rescan_at = Some(Instant::now());
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
