//! Limits of this process: open files, and the permissions of the files it creates.

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};

/// Raises the limit of open files as far as the system allows: every session is one, and the usual soft limit of 1024
/// stems from `select(2)`, which is not used here.
pub(crate) fn raise_file_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return;
    }
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, ?current, "the limit of open files could not be raised");
    }
}

/// Sets the umask so that other users can read no file this process creates: store, mail, keys and sockets.
pub(crate) fn keep_files_private() {
    umask(Mode::RWXG | Mode::RWXO);
}
