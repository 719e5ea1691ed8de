//! What the system lets this process have, and others see of it.

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};

/// Takes as many open files as the system allows: every session is one, and the usual soft limit of 1024 stems from
/// `select(2)`, which nothing here uses.
pub(crate) fn raise_file_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return;
    }
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, ?current, "the limit of open files could not be raised");
    }
}

/// Keeps every file this process makes from other users: store, mail, keys and sockets alike.
pub(crate) fn keep_files_private() {
    umask(Mode::RWXG | Mode::RWXO);
}
