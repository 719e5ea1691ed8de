//! How a command ends: the tagged `OK`, `NO` or `BAD` of RFC 3501 §7.1, and the response codes of RFC 5530.

use crate::error::MailError;

/// How a command ended, short of the end of the session.
pub(crate) enum Completion {
    /// `OK`, behind which the words stand.
    Ok(String),
    /// `NO`: it cannot be done.
    No(String),
    /// `BAD`: it should not have been asked.
    Bad(&'static str),
    /// The client has said good-bye.
    SignedOut,
}

impl Completion {
    pub(crate) fn ok(words: &str) -> Self {
        Self::Ok(words.to_owned())
    }

    pub(crate) fn no(words: &str) -> Self {
        Self::No(words.to_owned())
    }

    /// What the client hears of an error (RFC 5530). The cause of our own troubles is for the log only.
    pub(crate) fn from_error(error: &MailError) -> Self {
        let code = match error {
            MailError::NotFound => "NONEXISTENT",
            MailError::Exists => "ALREADYEXISTS",
            MailError::Misuse(_) => "CANNOT",
            // Nobody hears it any more.
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
