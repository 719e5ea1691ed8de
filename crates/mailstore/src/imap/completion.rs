//! How a command ends: the tagged `OK`, `NO` or `BAD` of RFC 3501 §7.1, and the response codes of RFC 5530.

use crate::error::{MailError, Result};

/// How a command ended, short of the end of the session.
pub(crate) enum Completion {
    /// `OK` with this text.
    Ok(String),
    /// `NO`: it cannot be done.
    No(String),
    /// `BAD`: it should not have been asked.
    Bad(&'static str),
    /// `OK`, after LOGOUT.
    SignedOut,
}

impl Completion {
    pub(crate) fn ok(text: &str) -> Self {
        Self::Ok(text.to_owned())
    }

    pub(crate) fn no(text: &str) -> Self {
        Self::No(text.to_owned())
    }

    /// `OK` with this text, or the `NO` of the error.
    pub(crate) fn from_result(done: Result<()>, text: &str) -> Self {
        match done {
            Ok(()) => Self::ok(text),
            Err(error) => Self::from_error(&error),
        }
    }

    /// `NO` with the response code of the error (RFC 5530). The cause of a fault of ours goes to the log only.
    pub(crate) fn from_error(error: &MailError) -> Self {
        let code = match error {
            MailError::NotFound => "NONEXISTENT",
            MailError::Exists => "ALREADYEXISTS",
            MailError::Misuse(_) => "CANNOT",
            // The session is over; this is not sent.
            MailError::Stopped => "UNAVAILABLE",
            MailError::Unavailable(cause) => {
                tracing::warn!(%cause, "a mailbox could not be read or written");
                "UNAVAILABLE"
            }
        };
        Self::No(format!("[{code}] {error}"))
    }

    /// The same, where the folder that is missing is one the client could create (RFC 3501 §6.3.11).
    pub(crate) fn from_target_error(error: &MailError) -> Self {
        match error {
            MailError::NotFound => Self::no("[TRYCREATE] There is no such folder."),
            error => Self::from_error(error),
        }
    }
}
