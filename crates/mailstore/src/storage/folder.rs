//! One folder: reading its messages, adding to it, changing it. Its state is shared by every session that has it open.

use crate::crlf::CrlfEnds;
use crate::error::{MailError, Result};
use crate::flags::{FlagChange, Flags};
use crate::folder_name::FolderName;
use crate::header_end::find_header_end;
use crate::storage::append::{Append, Appended};
use crate::storage::cancellation::{Cancellation, blocking};
use crate::storage::folder_state::FolderState;
use crate::storage::open_folders::SharedFolder;
use crate::storage::snapshot::Snapshot;
use crate::storage::transfer::{Copied, TransferMode, TransferSource};
use bytes::Bytes;
use std::cmp::Ordering as Order;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use tokio::sync::watch;

/// A folder. Clones are the same folder: all sessions of the process share one state, and see each other's changes
/// without file access.
///
/// Every operation runs on the blocking pool and runs to its end once begun, also if the future is dropped; that of a session
/// ends before its next message when the session does ([`MailError::Stopped`]). Operations on a folder that was deleted
/// or renamed since it was opened fail with [`MailError::NotFound`].
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

    /// The folder as this process last read it. Without file access.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot()
    }

    /// Wakes whenever [`Folder::snapshot`] has changed: new mail, flags, expunges, by whatever session or delivery of this
    /// process. Do not hold what `borrow()` returns across an await.
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.shared.watch()
    }

    /// Reads the directories if they have changed, and returns the new snapshot.
    pub async fn sync(&self) -> Result<Arc<Snapshot>> {
        self.run(|state, _| state.sync().and_then(|()| state.snapshot())).await
    }

    /// Claims the messages that no session has claimed yet, and returns their UIDs: they are `\Recent` in the caller's
    /// session and in no other (RFC 3501 §2.3.2). Not for EXAMINE, which uses [`crate::Message::is_recent`].
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

    /// Changes flags. UIDs that are not there are skipped.
    pub async fn store(&self, uids: Vec<u32>, change: FlagChange, flags: Flags) -> Result<Arc<Snapshot>> {
        let store = move |state: &mut FolderState, cancellation: &Cancellation| {
            state.store(&uids, change, flags, cancellation)?;
            state.snapshot()
        };
        self.run(store).await
    }

    /// Removes messages for good, whatever their flags. Returns those that were there.
    pub async fn expunge(&self, uids: Vec<u32>) -> Result<Vec<u32>> {
        self.run(move |state, cancellation| state.expunge(&uids, cancellation)).await
    }

    /// Copies messages, all or none. UIDs that are not there are skipped.
    pub async fn copy_to(&self, uids: Vec<u32>, target: &Folder) -> Result<Copied> {
        self.transfer(uids, target, TransferMode::Copy).await
    }

    /// Moves messages: at no moment, power loss included, is one of them in neither folder. Nor in both, if the folders
    /// are on one file system.
    pub async fn move_to(&self, uids: Vec<u32>, target: &Folder) -> Result<Copied> {
        self.transfer(uids, target, TransferMode::Move).await
    }

    /// [`Folder::copy_to`] or [`Folder::move_to`].
    pub(crate) async fn transfer(
        &self,
        uids: Vec<u32>,
        target: &Folder,
        mode: TransferMode,
    ) -> Result<Copied> {
        let (source, target) = (self.clone(), target.clone());
        let transfer = self.cancellation.blocking(move |cancellation| {
            let sources = |state: &mut FolderState| {
                state.sync()?;
                let snapshot = state.snapshot()?;
                let sources =
                    uids.iter().filter_map(|uid| snapshot.message(*uid)).map(|message| TransferSource {
                        path: message.path(source.shared.directory()),
                        keywords: snapshot.keyword_names(message.flags).map(str::to_owned).collect(),
                        message: message.clone(),
                    });
                Ok::<_, MailError>(sources.collect::<Vec<_>>())
            };
            let drop_moved = |state: &mut FolderState, copied: &Copied| match mode {
                TransferMode::Copy => Ok(()),
                TransferMode::Move => {
                    state.drop_messages(&copied.uids.iter().map(|(old, _)| *old).collect::<Vec<_>>())
                }
            };
            let between = |from: &mut FolderState, to: &mut FolderState| {
                let copied = to.transfer_from(&sources(from)?, mode, cancellation)?;
                drop_moved(from, &copied).map(|()| copied)
            };
            // Both locks are held until it is done: a STORE meanwhile would rename the files. They are taken in the order
            // of the directories, so that transfers in opposite directions cannot deadlock.
            match source.shared.directory().cmp(target.shared.directory()) {
                Order::Less => {
                    source.shared.with_state(|from| target.shared.with_state(|to| between(from, to)))
                }
                Order::Greater => {
                    target.shared.with_state(|to| source.shared.with_state(|from| between(from, to)))
                }
                Order::Equal => source.shared.with_state(|state| {
                    let copied = sources(state)
                        .and_then(|messages| state.transfer_from(&messages, mode, cancellation))?;
                    drop_moved(state, &copied).map(|()| copied)
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
            while find_header_end(&head).is_none() && head.len() < limit {
                match file.read(&mut piece)? {
                    0 => break,
                    read => head.extend_from_slice(piece.get(..read).unwrap_or_default()),
                }
            }
            head.truncate(find_header_end(&head).unwrap_or(head.len()).min(limit));
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
            // Renamed since the snapshot was made, here or by another program.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => self.shared.with_state(|state| {
                state.rescan()?;
                Ok(File::open(path(&*state.snapshot()?)?)?)
            }),
            opened => Ok(opened?),
        }
    }

    /// Runs an operation on the state of the folder, unless the session has ended by then.
    async fn run<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut FolderState, &Cancellation) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let folder = self.clone();
        let running = self.cancellation.blocking(move |cancellation| {
            folder.shared.with_state(|state| {
                // The lock may have been waited for.
                cancellation.check()?;
                act(state, cancellation)
            })
        });
        running.await
    }
}

fn with_crlf(bytes: Vec<u8>) -> Bytes {
    let fixed = match CrlfEnds::default().fix(&bytes) {
        std::borrow::Cow::Borrowed(_) => None,
        std::borrow::Cow::Owned(fixed) => Some(fixed),
    };
    fixed.unwrap_or(bytes).into()
}
