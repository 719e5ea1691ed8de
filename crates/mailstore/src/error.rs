//! The errors of the mail store, and whose fault each is.
//!
//! [`MailError`] is for every operation on mail: the client's fault (`NotFound`, `Exists`, `Misuse`), ours (`Unavailable`),
//! or of neither (`Stopped`: the session ended first). The protocols translate it to their answers and keep its cause for the
//! log. A recipient that cannot be looked up is [`crate::Unavailable`]. Inside the crate, `UidListError` says why the UID
//! list of a folder cannot be used, `StreamEnd` why a client's stream ended, and `SessionEnd` why an IMAP session did.

use std::{fmt, io};

/// Why an operation on a mailbox failed. No message is left half changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum MailError {
    /// The client's fault: the folder, message or mailbox does not exist, or does not any more.
    NotFound,
    /// The client's fault: the name is in use.
    Exists,
    /// The client's fault: it asked for something impossible. The sentence may be shown to it.
    Misuse(&'static str),
    /// No fault: the session has ended meanwhile. What was done until then stays, unless the operation is all or
    /// none.
    Stopped,
    /// Our fault, or that of our host: a full disk, a permission, a broken device. The client may try again later; the
    /// cause is for the log only.
    Unavailable(io::Error),
}

/// What every operation on mail returns.
pub type Result<T, E = MailError> = std::result::Result<T, E>;

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "There is no such folder or message.",
            Self::Exists => "There is one of that name already.",
            Self::Misuse(why) => why,
            Self::Stopped => "The session has ended.",
            Self::Unavailable(_) => "The mailbox is not reachable at the moment. Try again later.",
        })
    }
}

impl std::error::Error for MailError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unavailable(cause) => Some(cause),
            Self::NotFound | Self::Exists | Self::Misuse(_) | Self::Stopped => None,
        }
    }
}

/// A missing file means that something does not exist; every other error is ours.
impl From<io::Error> for MailError {
    fn from(cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::Unavailable(cause),
        }
    }
}
