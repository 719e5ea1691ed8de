//! A folder's directory: everything here blocks, and is called with the folder's lock held.
//!
//! What is on disk is the truth; a [`View`] is what was seen of it. A file without a line in the uidlist is a new
//! message, a line without a file is one that is gone, whoever did it.

use crate::error::{MailError, Result};
use crate::flags::{FlagChange, Flags};
use crate::folder::Append;
use crate::listing::{self, Found, Listed, Stamp};
use crate::maildir::{self, Incoming};
use crate::uidlist::{NoList, UidList};
use crate::view::{Message, Place, View};
use crate::{keywords, uidvalidity};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The directory of one folder.
pub(crate) struct Disk {
    folder: PathBuf,
    /// The mailbox's directory, where UIDVALIDITY is counted.
    maildir: PathBuf,
    loaded: Option<Loaded>,
}

struct Loaded {
    list: UidList,
    view: Arc<View>,
    /// When the directories were last changed, as far as `view` knows.
    stamp: Stamp,
    /// When they must be listed even if `stamp` still holds: our own changes hide those others made beside them.
    list_at: Option<Instant>,
}

/// Own changes are listed over again after this time.
const LIST_AGAIN: Duration = Duration::from_secs(2);

/// How messages come from one folder into another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Take {
    /// By a second name for the same file. All or none.
    Copy,
    /// By renaming: at no moment are there two, or none. What is gone by now is passed over.
    Move,
}

/// A message of another folder, to be taken.
pub(crate) struct Taken {
    pub(crate) path: PathBuf,
    pub(crate) message: Message,
    pub(crate) keywords: Vec<String>,
}

impl Disk {
    pub(crate) fn new(folder: PathBuf, maildir: PathBuf) -> Self {
        Self { folder, maildir, loaded: None }
    }

    /// The view as it is, without a look at the disk.
    pub(crate) fn view(&self) -> Result<Arc<View>> {
        self.loaded.as_ref().map(|loaded| Arc::clone(&loaded.view)).ok_or(MailError::NotFound)
    }

    /// Brings the view up to date with what is on disk, if something seems to have changed.
    pub(crate) fn sync(&mut self) -> Result<()> {
        let Some(loaded) = &self.loaded else { return self.load(1) };
        if loaded.list.is_foreign(&self.folder)? {
            // Another tool has given UIDs away; ours must not differ.
            return self.load(loaded.view.revision + 1);
        }
        let due = loaded.list_at.is_some_and(|at| at <= Instant::now());
        if due || loaded.stamp != listing::stamp(&self.folder)? { self.list_again() } else { Ok(()) }
    }

    /// Brings the view up to date with what is on disk.
    pub(crate) fn list_again(&mut self) -> Result<()> {
        let Some(loaded) = &mut self.loaded else { return self.load(1) };
        let known: HashMap<&str, &Message> =
            loaded.view.messages.iter().map(|m| (maildir::base_of(&m.file), m)).collect();
        let (stamp, files) = listing::list(&self.folder, known.keys().copied())?;
        let mut messages = Vec::with_capacity(files.len());
        let mut arrived = Vec::new();
        let mut same = files.len() == known.len();
        for (place, file) in files {
            let Some(old) = known.get(maildir::base_of(&file)) else {
                arrived.push((place, file));
                same = false;
                continue;
            };
            same &= place == old.place && *file == *old.file;
            messages.push(Message { place, flags: maildir::flags_of(&file), file, ..(*old).clone() });
        }
        loaded.stamp = stamp;
        loaded.list_at = listing::is_fresh(stamp).then(Instant::now);
        if same {
            return Ok(());
        }
        messages.sort_unstable_by_key(|m| m.uid);
        let view = Arc::make_mut(&mut loaded.view);
        view.messages = messages;
        view.revision += 1;
        self.number(arrived)
    }

    /// Reads the folder from nothing but the disk.
    fn load(&mut self, revision: u64) -> Result<()> {
        if let Err(cause) = maildir::sweep_tmp(&self.folder) {
            tracing::debug!(%cause, "leftovers of unfinished deliveries stay in tmp");
        }
        let mut rewrite = false;
        let (list, records) = match UidList::load(&self.folder) {
            Ok(loaded) => loaded,
            Err(NoList::Unavailable(cause)) => return Err(MailError::Unavailable(cause)),
            Err(NoList::Missing) => (self.fresh_list(0)?, Vec::new()),
            Err(NoList::Broken { uid_validity }) => {
                tracing::warn!("the UID list of a folder cannot be trusted; its UIDVALIDITY changes");
                (self.fresh_list(uid_validity.unwrap_or(0).saturating_add(1))?, Vec::new())
            }
        };
        let mut known: HashMap<&str, (u32, Option<&str>)> =
            records.iter().map(|r| (r.base.as_str(), (r.uid, r.extra.as_deref()))).collect();
        let (stamp, files) = listing::list(&self.folder, known.keys().copied())?;
        let mut messages = Vec::with_capacity(files.len());
        let mut arrived = Vec::new();
        for (place, file) in files {
            match known.remove(maildir::base_of(&file)) {
                None => arrived.push((place, file)),
                Some((uid, extra)) => {
                    let Some(found) = Found::measure(&self.folder, place, &file, extra)? else { continue };
                    rewrite |= found.extra.as_deref() != extra;
                    messages.push(found.numbered(uid, place, file));
                }
            }
        }
        messages.sort_unstable_by_key(|m| m.uid);
        let view = View {
            uid_validity: list.uid_validity,
            uid_next: list.next_uid,
            revision,
            messages,
            keywords: Arc::new(keywords::load(&self.folder)?),
        };
        let list_at = listing::is_fresh(stamp).then(Instant::now);
        let mut loaded = Loaded { list, view: Arc::new(view), stamp, list_at };
        if rewrite || loaded.list.is_wasteful(loaded.view.messages.len()) {
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
    fn fresh_list(&self, at_least: u32) -> Result<UidList> {
        let mut list = UidList::fresh(uidvalidity::next(&self.maildir, at_least)?);
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
        for (place, file) in files {
            if let Some(found) = Found::measure(&self.folder, place, &file, None)? {
                messages.push(found.numbered(next, place, file));
                next += 1;
            }
        }
        if messages.is_empty() {
            return Ok(());
        }
        loaded.list.append(&self.folder, messages.iter().map(Message::list_line))?;
        loaded.list.next_uid = next;
        let view = Arc::make_mut(&mut loaded.view);
        view.messages.append(&mut messages);
        view.uid_next = next;
        view.revision += 1;
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
        let mut table = loaded.view.keywords.as_ref().clone();
        let mut flags = Flags::NONE;
        for name in names {
            flags = flags | Flags::keyword(keywords::intern(&mut table, name)?);
        }
        if table.len() != loaded.view.keywords.len() {
            keywords::save(&self.folder, &table)?;
            let view = Arc::make_mut(&mut loaded.view);
            view.keywords = Arc::new(table);
            view.revision += 1;
        }
        Ok(flags)
    }

    /// Like [`Disk::keywords`], for messages that must come in even if there is no room for their keywords.
    fn intern_what_fits(&mut self, names: &[String]) -> Flags {
        names
            .iter()
            .filter_map(|name| self.intern(std::slice::from_ref(name)).ok())
            .fold(Flags::NONE, |a, b| a | b)
    }

    /// Writes messages and gives them UIDs, all or none. When this has returned, they survive a power loss.
    pub(crate) fn append(&mut self, messages: &[Append]) -> Result<Range<u32>> {
        self.sync()?;
        let mut incoming = Vec::with_capacity(messages.len());
        for message in messages {
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
    pub(crate) fn take(&mut self, messages: &[Taken], how: Take) -> Result<Vec<(u32, u32)>> {
        self.sync()?;
        let cur = self.folder.join("cur");
        let mut uids = Vec::with_capacity(messages.len());
        let mut files: Vec<Listed> = Vec::with_capacity(messages.len());
        for Taken { path, message, keywords } in messages {
            let flags = message.flags.system() | self.intern_what_fits(keywords);
            let taken = fs::metadata(path).and_then(|there| {
                let base = maildir::fresh_name(message.received, there.len(), message.size);
                let file = maildir::with_flags(&base, flags);
                how.take(path, &cur.join(&file)).map(|()| file)
            });
            match (taken, how) {
                (Ok(file), _) => {
                    uids.push(message.uid);
                    files.push((Place::Cur, file.into()));
                }
                (Err(cause), Take::Move) if cause.kind() == io::ErrorKind::NotFound => {}
                // What has been renamed is here and gets its UID; the rest stays where it is.
                (Err(_), Take::Move) if !files.is_empty() => break,
                (Err(cause), Take::Move) => return Err(cause.into()),
                (Err(cause), Take::Copy) => {
                    // RFC 9051 §6.4.7: a COPY that fails leaves the target as it was.
                    self.take_back(&files);
                    return Err(cause.into());
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

    /// Changes flags, by renaming. UIDs that are not there are passed over.
    pub(crate) fn store(&mut self, uids: &[u32], change: FlagChange, by: Flags) -> Result<()> {
        self.sync()?;
        self.rename_each(uids, |message| {
            Some(message.flags.changed(change, by)).filter(|f| *f != message.flags)
        })
    }

    /// Moves what has arrived from `new` to `cur` and says what that was.
    pub(crate) fn claim_recent(&mut self) -> Result<Vec<u32>> {
        self.sync()?;
        let view = self.view()?;
        let recent: Vec<u32> = view.messages.iter().filter(|m| m.is_recent()).map(|m| m.uid).collect();
        self.rename_each(&recent, |message| message.is_recent().then_some(message.flags))?;
        Ok(recent)
    }

    /// Renames files into `cur`, with the flags `wanted` asks for, if it does.
    fn rename_each(&mut self, uids: &[u32], wanted: impl Fn(&Message) -> Option<Flags>) -> Result<()> {
        let mut lost = Vec::new();
        let view = self.view()?;
        let mut renamed: Vec<(usize, Flags, Arc<str>)> = Vec::new();
        let mut outcome: Result<()> = Ok(());
        for uid in uids {
            let Some(at) = view.position(*uid) else { continue };
            let Some(message) = view.messages.get(at) else { continue };
            let Some(flags) = wanted(message) else { continue };
            let file = maildir::with_flags(&message.file, flags);
            match fs::rename(message.path(&self.folder), self.folder.join("cur").join(&file)) {
                Ok(()) => renamed.push((at, flags, file.into())),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => lost.push(*uid),
                Err(cause) => {
                    outcome = Err(cause.into());
                    break;
                }
            }
        }
        drop(view);
        if !renamed.is_empty() {
            self.with_view(|view| {
                for (at, flags, file) in renamed {
                    if let Some(message) = view.messages.get_mut(at) {
                        (message.flags, message.file, message.place) = (flags, file, Place::Cur);
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
        let before = self.view()?;
        self.list_again()?;
        let moved = |uid: &u32| {
            let (old, new) = (before.message(*uid), self.loaded.as_ref().and_then(|l| l.view.message(*uid)));
            new.zip(old).is_some_and(|(new, old)| new.file != old.file || new.place != old.place)
        };
        lost.retain(moved);
        if lost.is_empty() { Ok(()) } else { self.rename_each(&lost, wanted) }
    }

    /// Removes messages for good. Says which of them were there.
    pub(crate) fn expunge(&mut self, uids: &[u32]) -> Result<Vec<u32>> {
        self.sync()?;
        let view = self.view()?;
        let mut gone = Vec::new();
        let mut outcome: Result<()> = Ok(());
        for message in uids.iter().filter_map(|uid| view.message(*uid)) {
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
        drop(view);
        self.forget(&gone)?;
        outcome.map(|()| gone)
    }

    /// Drops messages from the view whose files are gone, or are in another folder by now.
    pub(crate) fn forget(&mut self, gone: &[u32]) -> Result<()> {
        if gone.is_empty() {
            return Ok(());
        }
        let gone: HashSet<u32> = gone.iter().copied().collect();
        self.with_view(|view| view.messages.retain(|m| !gone.contains(&m.uid)));
        self.own_change()?;
        if let Some(loaded) = &mut self.loaded
            && loaded.list.is_wasteful(loaded.view.messages.len())
        {
            loaded.rewrite_list(&self.folder)?;
        }
        Ok(())
    }

    /// Makes the next sync list the directories.
    pub(crate) fn unsettle(&mut self) {
        if let Some(loaded) = &mut self.loaded {
            loaded.list_at = Some(Instant::now());
        }
    }

    fn with_view(&mut self, change: impl FnOnce(&mut View)) {
        if let Some(loaded) = &mut self.loaded {
            let view = Arc::make_mut(&mut loaded.view);
            change(view);
            view.revision += 1;
        }
    }
}

impl Loaded {
    fn rewrite_list(&mut self, folder: &Path) -> io::Result<()> {
        let view = Arc::clone(&self.view);
        self.list.rewrite(folder, view.messages.iter().map(Message::list_line))
    }
}

impl Take {
    fn take(self, from: &Path, to: &Path) -> io::Result<()> {
        match self {
            Self::Move => fs::rename(from, to),
            // Maildir files are never written to again, so that two names for one file are two messages.
            Self::Copy => fs::hard_link(from, to),
        }
    }
}
