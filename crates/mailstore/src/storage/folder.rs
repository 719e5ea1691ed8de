//! One folder: reading its messages, adding to it, changing it. Its state is shared by every session that has it open.

use crate::crlf::CrlfEnds;
use crate::error::{MailError, Result};
use crate::flags::{FlagChange, Flags};
use crate::folder_name::FolderName;
use crate::storage::append::{Append, Appended};
use crate::storage::cancellation::{Cancellation, blocking};
use crate::storage::folder_state::FolderState;
use crate::storage::open_folders::SharedFolder;
use crate::storage::snapshot::Snapshot;
use crate::storage::transfer::{Copied, Take, Taken};
use bytes::Bytes;
use std::cmp::Ordering as Order;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use tokio::sync::watch;

/// A folder. Clones are the same folder: all sessions of the process share one state, and see each other's changes
/// without asking the disk.
///
/// Every act runs on the blocking pool and runs to its end once begun, also if the future is dropped; that of a session
/// ends before its next message when the session does ([`MailError::Stopped`]). Acts on a folder that was deleted or
/// renamed since it was opened fail with [`MailError::NotFound`].
#[derive(Clone)]
pub struct Folder {
    shared: Arc<SharedFolder>,
    /// Ends what is done through this handle.
    cancellation: Cancellation,
}

impl Folder {
    /// A handle of an open folder, whose acts end with `cancellation`.
    pub(crate) fn new(shared: Arc<SharedFolder>, cancellation: Cancellation) -> Self {
        Self { shared, cancellation }
    }

    /// The folder's name at the time it was opened.
    pub fn name(&self) -> &FolderName {
        self.shared.name()
    }

    /// The folder as it was last seen by anybody in this process. Never touches the disk.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot()
    }

    /// Wakes whenever [`Folder::snapshot`] has changed: new mail, flags, expunges, by whatever session or delivery of this
    /// process. Do not hold what `borrow()` returns across an await.
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.shared.watch()
    }

    /// Looks at the disk, takes in what other tools have done, and returns the snapshot as it is then.
    pub async fn sync(&self) -> Result<Arc<Snapshot>> {
        self.run(|state, _| state.sync().and_then(|()| state.snapshot())).await
    }

    /// Takes the messages no session has been told of yet: they are `\Recent` for the caller and for nobody else
    /// (RFC 3501 §2.3.2). Not to be called for EXAMINE; there, [`crate::Message::is_recent`] tells.
    pub async fn claim_recent(&self) -> Result<Vec<u32>> {
        self.run(FolderState::claim_recent).await
    }

    /// Adds a message. When this returns, the message survives a power loss.
    pub async fn append(&self, message: Append) -> Result<Appended> {
        self.append_all(vec![message]).await?.pop().ok_or(MailError::NotFound)
    }

    /// Adds many messages, faster than one by one: all, or, if it fails, none.
    pub async fn append_all(&self, messages: Vec<Append>) -> Result<Vec<Appended>> {
        self.run(move |state, cancellation| {
            let uids = state.append(&messages, cancellation)?;
            let uid_validity = state.snapshot()?.uid_validity;
            Ok(uids.map(|uid| Appended { uid_validity, uid }).collect())
        })
        .await
    }

    /// The flags with these keyword names, for [`Folder::store`]. Names new to the folder are added to it; a name that
    /// is no keyword, or the 27th, is [`MailError::Misuse`].
    pub async fn keywords(&self, names: Vec<String>) -> Result<Flags> {
        self.run(move |state, _| state.keywords(&names)).await
    }

    /// Changes flags. UIDs that are not there are passed over.
    pub async fn store(&self, uids: Vec<u32>, change: FlagChange, flags: Flags) -> Result<Arc<Snapshot>> {
        let store = move |state: &mut FolderState, cancellation: &Cancellation| {
            state.store(&uids, change, flags, cancellation)?;
            state.snapshot()
        };
        self.run(store).await
    }

    /// Removes messages for good, whatever their flags. Says which of them were there.
    pub async fn expunge(&self, uids: Vec<u32>) -> Result<Vec<u32>> {
        self.run(move |state, cancellation| state.expunge(&uids, cancellation)).await
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

    /// [`Folder::copy_to`] or [`Folder::move_to`].
    pub(crate) async fn transfer(&self, uids: Vec<u32>, target: &Folder, how: Take) -> Result<Copied> {
        let (source, target) = (self.clone(), target.clone());
        let transfer = self.cancellation.blocking(move |cancellation| {
            let leaving = |state: &mut FolderState| {
                state.sync()?;
                let snapshot = state.snapshot()?;
                let taken = uids.iter().filter_map(|uid| snapshot.message(*uid)).map(|message| Taken {
                    path: message.path(source.shared.directory()),
                    keywords: snapshot.keyword_names(message.flags).map(str::to_owned).collect(),
                    message: message.clone(),
                });
                Ok::<_, MailError>(taken.collect::<Vec<_>>())
            };
            let left = |state: &mut FolderState, copied: &Copied| match how {
                Take::Copy => Ok(()),
                Take::Move => state.forget(&copied.uids.iter().map(|(old, _)| *old).collect::<Vec<_>>()),
            };
            let across = |from: &mut FolderState, to: &mut FolderState| {
                let copied = to.take(&leaving(from)?, how, cancellation)?;
                left(from, &copied).map(|()| copied)
            };
            // Both folders are held until it is done: a flag that is set meanwhile would rename a message under our
            // hands. In the order of their directories: two sessions may move in opposite directions.
            match source.shared.directory().cmp(target.shared.directory()) {
                Order::Less => {
                    source.shared.with_state(|from| target.shared.with_state(|to| across(from, to)))
                }
                Order::Greater => {
                    target.shared.with_state(|to| source.shared.with_state(|from| across(from, to)))
                }
                Order::Equal => source.shared.with_state(|state| {
                    let copied =
                        leaving(state).and_then(|messages| state.take(&messages, how, cancellation))?;
                    left(state, &copied).map(|()| copied)
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
        let path = |snapshot: &Snapshot| {
            snapshot.message(uid).map(|m| m.path(self.shared.directory())).ok_or(MailError::NotFound)
        };
        match File::open(path(&self.snapshot())?) {
            // Renamed since the snapshot was made: by us a moment ago, or by another tool.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => self.shared.with_state(|state| {
                state.list_again()?;
                Ok(File::open(path(&*state.snapshot()?)?)?)
            }),
            opened => Ok(opened?),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut FolderState, &Cancellation) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let folder = self.clone();
        let acting = self.cancellation.blocking(move |cancellation| {
            folder.shared.with_state(|state| {
                // The lock may have been waited for.
                cancellation.check()?;
                act(state, cancellation)
            })
        });
        acting.await
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
