//! What can go wrong with mail on disk, named by whose fault it is.

use std::{fmt, io};

/// Why an act on a mailbox did not happen. No message is half done when one of these comes back.
#[derive(Debug)]
#[non_exhaustive]
pub enum MailError {
    /// The folder, message or mailbox is not there (any more).
    NotFound,
    /// There is one of that name already.
    Exists,
    /// The client asked for something that cannot be; the sentence may be shown to it.
    Misuse(&'static str),
    /// The session this was done for has ended in the meantime. What was done until then is done, unless the act is
    /// all or nothing.
    Stopped,
    /// Trouble of ours: a full disk, a permission, a broken device. Trying again later is right, and the cause is
    /// for the log only.
    Unavailable(io::Error),
}

/// What every act on mail returns.
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

/// A file that is missing is an answer; everything else is our trouble.
impl From<io::Error> for MailError {
    fn from(cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::Unavailable(cause),
        }
    }
}
