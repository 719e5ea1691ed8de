//! One folder, shared by every session that looks at it.

use crate::crlf::CrlfEnds;
use crate::error::{MailError, Result};
use crate::flags::{FlagChange, Flags};
use crate::folder_name::FolderName;
use crate::storage::cancellation::Errand;
use crate::storage::folder_state::{Disk, Take, Taken};
use crate::storage::maildir;
use crate::storage::mailstore::{Registry, blocking};
use crate::storage::snapshot::View;
use crate::storage::spool::Spool;
use bytes::Bytes;
use std::cmp::Ordering as Order;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::watch;

/// A folder. Clones are the same folder: all sessions of the process share one state, and see each other's changes
/// without asking the disk.
///
/// Every act runs on the blocking pool and runs to its end once begun, also if the future is dropped; that of a session
/// ends before its next message when the session does ([`MailError::Stopped`]). Acts on a folder that was deleted or
/// renamed since it was opened fail with [`MailError::NotFound`].
#[derive(Clone)]
pub struct Folder {
    shared: Arc<Shared>,
    /// On whose behalf this handle is used.
    errand: Errand,
}

pub(crate) struct Shared {
    name: FolderName,
    directory: PathBuf,
    /// Held during file work, and therefore only taken on the blocking pool.
    disk: Mutex<Access>,
    view: watch::Sender<Arc<View>>,
    registry: Weak<Registry>,
}

/// What the handles of a folder still reach.
enum Access {
    Open(Disk),
    /// Deleted or renamed: another folder may have taken its name.
    Gone,
}

/// A message to be added to a folder.
pub struct Append {
    /// The message. Line ends are brought into order (CRLF); nothing else is touched.
    pub octets: Octets,
    /// System flags; keyword numbers are not used here.
    pub flags: Flags,
    /// Keywords by name. One that has no room in the folder any more is left out; the message is not.
    pub keywords: Vec<String>,
    /// INTERNALDATE in seconds since 1970; now, if nothing.
    pub received: Option<i64>,
}

/// The octets of a message to be added.
pub struct Octets(Held);

enum Held {
    InMemory(Bytes),
    /// As they came in, their line ends in order.
    Spooled(Spool),
}

/// Where an appended message is (RFC 4315, `APPENDUID`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The folder's UIDVALIDITY.
    pub uid_validity: u32,
    /// The message's UID.
    pub uid: u32,
}

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

impl Folder {
    pub(crate) fn new(
        name: FolderName,
        directory: PathBuf,
        maildir: PathBuf,
        registry: Weak<Registry>,
    ) -> Self {
        let disk = Disk::new(directory.clone(), maildir);
        let view = watch::Sender::new(Arc::new(View::empty()));
        Self {
            shared: Arc::new(Shared {
                name,
                directory,
                disk: Mutex::new(Access::Open(disk)),
                view,
                registry,
            }),
            errand: Errand::own(),
        }
    }

    /// A handle of the same folder for this errand.
    pub(crate) fn on(self, errand: Errand) -> Self {
        Self { errand, ..self }
    }

    /// The folder's name at the time it was opened.
    pub fn name(&self) -> &FolderName {
        &self.shared.name
    }

    /// The folder as it was last seen by anybody in this process. Never touches the disk.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.shared.view.borrow())
    }

    /// Wakes whenever [`Folder::view`] has changed: new mail, flags, expunges, by whatever session or delivery of this
    /// process. Do not hold what `borrow()` returns across an await.
    pub fn watch(&self) -> watch::Receiver<Arc<View>> {
        self.shared.view.subscribe()
    }

    /// Looks at the disk, takes in what other tools have done, and returns the view as it is then.
    pub async fn sync(&self) -> Result<Arc<View>> {
        self.on_disk(|disk, _| disk.sync().and_then(|()| disk.view())).await
    }

    /// Takes the messages no session has been told of yet: they are `\Recent` for the caller and for nobody else
    /// (RFC 3501 §2.3.2). Not to be called for EXAMINE; there, [`crate::Message::is_recent`] tells.
    pub async fn claim_recent(&self) -> Result<Vec<u32>> {
        self.on_disk(Disk::claim_recent).await
    }

    /// Adds a message. When this returns, the message survives a power loss.
    pub async fn append(&self, message: Append) -> Result<Appended> {
        self.append_all(vec![message]).await?.pop().ok_or(MailError::NotFound)
    }

    /// Adds many messages, faster than one by one: all, or, if it fails, none.
    pub async fn append_all(&self, messages: Vec<Append>) -> Result<Vec<Appended>> {
        self.on_disk(move |disk, errand| {
            let uids = disk.append(&messages, errand)?;
            let uid_validity = disk.view()?.uid_validity;
            Ok(uids.map(|uid| Appended { uid_validity, uid }).collect())
        })
        .await
    }

    /// The flags with these keyword names, for [`Folder::store`]. Names new to the folder are added to it; a name that
    /// is no keyword, or the 27th, is [`MailError::Misuse`].
    pub async fn keywords(&self, names: Vec<String>) -> Result<Flags> {
        self.on_disk(move |disk, _| disk.keywords(&names)).await
    }

    /// Changes flags. UIDs that are not there are passed over.
    pub async fn store(&self, uids: Vec<u32>, change: FlagChange, flags: Flags) -> Result<Arc<View>> {
        let store = move |disk: &mut Disk, errand: &Errand| {
            disk.store(&uids, change, flags, errand)?;
            disk.view()
        };
        self.on_disk(store).await
    }

    /// Removes messages for good, whatever their flags. Says which of them were there.
    pub async fn expunge(&self, uids: Vec<u32>) -> Result<Vec<u32>> {
        self.on_disk(move |disk, errand| disk.expunge(&uids, errand)).await
    }

    /// Copies messages, all or none. UIDs that are not there are passed over.
    pub async fn copy_to(&self, uids: Vec<u32>, target: &Folder) -> Result<Copied> {
        self.transfer(uids, target, Take::Copy).await
    }

    /// Moves messages: at no moment, power loss included, is one of them in neither folder. Nor in both, if the folders
    /// are on one file system.
    pub async fn move_to(&self, uids: Vec<u32>, target: &Folder) -> Result<Copied> {
        self.transfer(uids, target, Take::Move).await
    }

    async fn transfer(&self, uids: Vec<u32>, target: &Folder, how: Take) -> Result<Copied> {
        let (source, target) = (self.clone(), target.clone());
        let transfer = self.errand.run(move |errand| {
            let leaving = |disk: &mut Disk| {
                disk.sync()?;
                let view = disk.view()?;
                let taken = uids.iter().filter_map(|uid| view.message(*uid)).map(|message| Taken {
                    path: message.path(&source.shared.directory),
                    keywords: view.keyword_names(message.flags).map(str::to_owned).collect(),
                    message: message.clone(),
                });
                Ok::<_, MailError>(taken.collect::<Vec<_>>())
            };
            let left = |disk: &mut Disk, copied: &Copied| match how {
                Take::Copy => Ok(()),
                Take::Move => disk.forget(&copied.uids.iter().map(|(old, _)| *old).collect::<Vec<_>>()),
            };
            let across = |from: &mut Disk, to: &mut Disk| {
                let copied = to.take(&leaving(from)?, how, errand)?;
                left(from, &copied).map(|()| copied)
            };
            // Both folders are held until it is done: a flag that is set meanwhile would rename a message under our
            // hands. In the order of their directories: two sessions may move in opposite directions.
            match source.shared.directory.cmp(&target.shared.directory) {
                Order::Less => source.with_disk(|from| target.with_disk(|to| across(from, to))),
                Order::Greater => target.with_disk(|to| source.with_disk(|from| across(from, to))),
                Order::Equal => source.with_disk(|disk| {
                    let copied = leaving(disk).and_then(|messages| disk.take(&messages, how, errand))?;
                    left(disk, &copied).map(|()| copied)
                }),
            }
        });
        transfer.await
    }

    /// The whole message, every line ending in CRLF.
    pub async fn read(&self, uid: u32) -> Result<Bytes> {
        let folder = self.clone();
        blocking(move || {
            let mut file = folder.open_file(uid)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(with_crlf(bytes))
        })
        .await
    }

    /// The header up to and with the empty line, every line ending in CRLF; at most the first `limit` octets of it.
    pub async fn read_header(&self, uid: u32, limit: usize) -> Result<Bytes> {
        let folder = self.clone();
        blocking(move || {
            let mut file = folder.open_file(uid)?;
            let (mut head, mut piece) = (Vec::new(), vec![0; 8 * 1024]);
            while header_end(&head).is_none() && head.len() < limit {
                match file.read(&mut piece)? {
                    0 => break,
                    read => head.extend_from_slice(piece.get(..read).unwrap_or_default()),
                }
            }
            head.truncate(header_end(&head).unwrap_or(head.len()).min(limit));
            Ok(with_crlf(head))
        })
        .await
    }

    /// Opens a message to be read piece by piece.
    pub(crate) async fn open_message(&self, uid: u32) -> Result<File> {
        let folder = self.clone();
        blocking(move || folder.open_file(uid)).await
    }

    fn open_file(&self, uid: u32) -> Result<File> {
        let path = |view: &View| {
            view.message(uid).map(|m| m.path(&self.shared.directory)).ok_or(MailError::NotFound)
        };
        match File::open(path(&self.view())?) {
            // Renamed since the view was made: by us a moment ago, or by another tool.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => self.with_disk(|disk| {
                disk.list_again()?;
                Ok(File::open(path(&*disk.view()?)?)?)
            }),
            opened => Ok(opened?),
        }
    }

    async fn on_disk<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Disk, &Errand) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let folder = self.clone();
        let acting = self.errand.run(move |errand| {
            folder.with_disk(|disk| {
                // Others may have held us up.
                errand.stands()?;
                act(disk, errand)
            })
        });
        acting.await
    }

    /// Does something to the directory, and lets every session see what came of it, be it all or a part.
    pub(crate) fn with_disk<T>(&self, act: impl FnOnce(&mut Disk) -> Result<T>) -> Result<T> {
        let mut access = self.shared.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let Access::Open(disk) = &mut *access else { return Err(MailError::NotFound) };
        let outcome = act(disk);
        if let Ok(view) = disk.view() {
            self.shared.view.send_if_modified(|shown| {
                let changed = shown.revision != view.revision || shown.uid_validity != view.uid_validity;
                *shown = view;
                changed
            });
        }
        outcome
    }

    /// Cuts all handles off from the directory, which is about to become another folder's or nobody's.
    pub(crate) fn set_gone(&self) {
        *self.shared.disk.lock().unwrap_or_else(PoisonError::into_inner) = Access::Gone;
    }

    pub(crate) fn downgrade(&self) -> Weak<Shared> {
        Arc::downgrade(&self.shared)
    }

    pub(crate) fn upgrade(shared: &Weak<Shared>) -> Option<Self> {
        shared.upgrade().map(|shared| Self { shared, errand: Errand::own() })
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(registry) = self.registry.upgrade() {
            registry.forget(&self.directory);
        }
    }
}

impl Append {
    /// Writes the message with its line ends in order.
    pub(crate) fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        match &self.octets.0 {
            Held::InMemory(bytes) => out.write_all(&CrlfEnds::default().fix(bytes)),
            Held::Spooled(spool) => spool.copy_from(0, out),
        }
    }

    pub(crate) fn received_or_now(&self) -> i64 {
        self.received.unwrap_or_else(maildir::now)
    }
}

impl From<Vec<u8>> for Octets {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Held::InMemory(bytes.into()))
    }
}

impl From<Spool> for Octets {
    /// The spool's line ends are in order.
    fn from(spool: Spool) -> Self {
        Self(Held::Spooled(spool))
    }
}

fn with_crlf(bytes: Vec<u8>) -> Bytes {
    let fixed = match CrlfEnds::default().fix(&bytes) {
        std::borrow::Cow::Borrowed(_) => None,
        std::borrow::Cow::Owned(fixed) => Some(fixed),
    };
    fixed.unwrap_or(bytes).into()
}

/// Where the header ends, with its empty line, whatever the line ends are.
fn header_end(head: &[u8]) -> Option<usize> {
    let mut line_start = 0;
    for (at, _) in head.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
        if matches!(head.get(line_start..at), Some(b"" | b"\r")) {
            return Some(at + 1);
        }
        line_start = at + 1;
    }
    None
}
