//! The data directory: the paths of what is in it, and the lock that one process holds.
//!
//! One process at a time locks a directory: a server, or a command that works on the store while no server runs. It is a
//! file lock, which the system releases with the process, however that ended.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The directory of one host.
#[derive(Clone, Debug)]
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// Names a directory. Nothing is created.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Creates the directory where it is missing, readable by its owner only.
    pub(crate) fn create(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)
    }

    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The directory of the built-in engine's mail.
    pub(crate) fn mail(&self) -> PathBuf {
        self.0.join("mail")
    }

    /// The control socket of a running server.
    pub(crate) fn control_socket(&self) -> PathBuf {
        self.0.join("control.sock")
    }

    /// Locks the directory for this process. Does not wait.
    pub(crate) fn lock(&self) -> Result<DataDirLock, LockError> {
        let file = self.open_lock_file()?;
        file.try_lock().map_err(LockError::of)?;
        Ok(DataDirLock { _file: file })
    }

    fn open_lock_file(&self) -> Result<File, LockError> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true).mode(0o600);
        options.open(self.0.join("postward.lock")).map_err(LockError::Io)
    }
}

/// The lock of a data directory, which is released when this is dropped.
#[derive(Debug)]
pub(crate) struct DataDirLock {
    _file: File,
}

/// Why a directory cannot be locked.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another process has locked it.
    Locked,
    /// The lock file cannot be used.
    Io(io::Error),
}

impl LockError {
    fn of(error: TryLockError) -> Self {
        match error {
            TryLockError::WouldBlock => Self::Locked,
            TryLockError::Error(error) => Self::Io(error),
        }
    }
}
