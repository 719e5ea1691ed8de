//! The folders that are open in this process. All handles of a folder share one state.

use crate::error::{MailError, Result};
use crate::folder_name::FolderName;
use crate::storage::folder_state::FolderState;
use crate::storage::snapshot::Snapshot;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::watch;

/// The open folders of the process, by directory.
#[derive(Default)]
pub(crate) struct OpenFolders {
    by_directory: Mutex<HashMap<PathBuf, Weak<SharedFolder>>>,
}

/// An open folder, as its handles share it.
pub(crate) struct SharedFolder {
    name: FolderName,
    directory: PathBuf,
    /// Held during file work, and therefore only taken on the blocking pool.
    state: Mutex<Access>,
    snapshot: watch::Sender<Arc<Snapshot>>,
    open_folders: Weak<OpenFolders>,
}

/// Whether the handles of a folder still have a directory.
enum Access {
    Open(FolderState),
    /// Deleted or renamed: another folder may have taken its name.
    Removed,
}

impl OpenFolders {
    /// The one shared folder of a directory. `maildir` is the directory of the mailbox.
    pub(crate) fn open(
        self: &Arc<Self>,
        name: FolderName,
        directory: PathBuf,
        maildir: PathBuf,
    ) -> Arc<SharedFolder> {
        let mut open = self.lock();
        if let Some(folder) = open.get(&directory).and_then(Weak::upgrade) {
            return folder;
        }
        let folder = Arc::new(SharedFolder {
            name,
            state: Mutex::new(Access::Open(FolderState::new(directory.clone(), maildir))),
            directory: directory.clone(),
            snapshot: watch::Sender::new(Arc::new(Snapshot::empty())),
            open_folders: Arc::downgrade(self),
        });
        open.insert(directory, Arc::downgrade(&folder));
        folder
    }

    /// The folder of a directory, if it is open.
    pub(crate) fn find(&self, directory: &Path) -> Option<Arc<SharedFolder>> {
        self.lock().get(directory).and_then(Weak::upgrade)
    }

    /// Invalidates the folder of this directory, and those below it: their handles fail with [`MailError::NotFound`].
    pub(crate) fn invalidate(&self, directory: &Path) {
        let removed: Vec<Arc<SharedFolder>> = {
            let open = self.lock();
            open.iter()
                .filter(|(path, _)| path.starts_with(directory))
                .filter_map(|(_, folder)| folder.upgrade())
                .collect()
        };
        for folder in removed {
            folder.invalidate();
            self.lock().retain(|_, shared| !shared.ptr_eq(&Arc::downgrade(&folder)));
        }
    }

    /// Removes the entry of a folder whose last handle is dropped, unless the directory has a new one.
    fn forget(&self, directory: &Path) {
        let mut open = self.lock();
        if open.get(directory).is_some_and(|shared| shared.strong_count() == 0) {
            open.remove(directory);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PathBuf, Weak<SharedFolder>>> {
        self.by_directory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SharedFolder {
    /// The folder's name at the time it was opened.
    pub(crate) fn name(&self) -> &FolderName {
        &self.name
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The folder as this process last read it.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.borrow())
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshot.subscribe()
    }

    /// Runs an operation on the state, and publishes the new snapshot to all sessions, also when the operation failed.
    pub(crate) fn with_state<T>(&self, act: impl FnOnce(&mut FolderState) -> Result<T>) -> Result<T> {
        let mut access = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Access::Open(state) = &mut *access else { return Err(MailError::NotFound) };
        let outcome = act(state);
        if let Ok(snapshot) = state.snapshot() {
            self.snapshot.send_if_modified(|shown| {
                let changed =
                    shown.revision != snapshot.revision || shown.uid_validity != snapshot.uid_validity;
                *shown = snapshot;
                changed
            });
        }
        outcome
    }

    /// Disconnects all handles from the directory, which is about to be removed or renamed.
    fn invalidate(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Access::Removed;
    }
}

impl Drop for SharedFolder {
    fn drop(&mut self) {
        if let Some(open_folders) = self.open_folders.upgrade() {
            open_folders.forget(&self.directory);
        }
    }
}
