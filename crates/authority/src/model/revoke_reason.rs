//! Why an app password opens nothing any more.

use super::stored::Word;
use std::fmt;

/// Why an app password was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeReason {
    /// The owner revoked it.
    Revoked,
    /// The password of the mailbox was changed.
    PasswordChanged,
    /// Somebody followed *This wasn't me*.
    NotMe,
}

impl RevokeReason {
    pub(crate) const ALL: [Self; 3] = [Self::Revoked, Self::PasswordChanged, Self::NotMe];

    /// The name kept in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::PasswordChanged => "password-changed",
            Self::NotMe => "not-me",
        }
    }
}

impl Word for RevokeReason {
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

impl fmt::Display for RevokeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
