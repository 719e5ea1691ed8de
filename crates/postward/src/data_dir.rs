//! The data directory: what lies where, and who holds it.
//!
//! Exactly one process holds a directory: a server, or a command that works on the store while no server runs. A file
//! lock decides; it is gone with the process that held it, however that ended.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Where everything of one host is kept.
#[derive(Clone, Debug)]
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// Names a directory. Nothing is created.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Creates the directory, for its owner's eyes only, where it is missing.
    pub(crate) fn create(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)
    }

    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where the built-in engine keeps mail.
    pub(crate) fn mail(&self) -> PathBuf {
        self.0.join("mail")
    }

    /// The socket commands speak to a running server through.
    pub(crate) fn control_socket(&self) -> PathBuf {
        self.0.join("control.sock")
    }

    /// Takes the directory for this process alone.
    pub(crate) fn hold(&self) -> Result<Hold, HoldError> {
        let file = self.lock_file()?;
        file.try_lock().map_err(HoldError::of)?;
        Ok(Hold { _file: file })
    }

    fn lock_file(&self) -> Result<File, HoldError> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true).mode(0o600);
        options.open(self.0.join("postward.lock")).map_err(HoldError::Io)
    }
}

/// The directory is held until this is dropped.
#[derive(Debug)]
pub(crate) struct Hold {
    _file: File,
}

/// Why a directory cannot be held.
#[derive(Debug)]
pub(crate) enum HoldError {
    /// Another process holds it.
    Held,
    /// The lock file cannot be used.
    Io(io::Error),
}

impl HoldError {
    fn of(error: TryLockError) -> Self {
        match error {
            TryLockError::WouldBlock => Self::Held,
            TryLockError::Error(error) => Self::Io(error),
        }
    }
}
