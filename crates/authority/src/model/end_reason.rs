//! Why sessions end, and which sessions of a principal an act ends.

use super::principal::SessionId;

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum EndReason {
    /// The password was changed.
    PasswordChanged = 1,
    /// The owner or staff ended it.
    Ended = 2,
    /// Sign-in was suspended or the mailbox deleted.
    Suspended = 3,
    /// This node could not prove for too long that the session still stands.
    Stale = 4,
    /// The server is going down.
    Shutdown = 5,
}

impl EndReason {
    const ALL: [Self; 5] = [Self::PasswordChanged, Self::Ended, Self::Suspended, Self::Stale, Self::Shutdown];

    /// The name kept in the store.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password-changed",
            Self::Ended => "ended",
            Self::Suspended => "suspended",
            Self::Stale => "stale",
            Self::Shutdown => "shutdown",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| *reason as u8 == number)
    }
}

/// Which guards of a principal to kill.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SessionSelector {
    /// All.
    All,
    /// Those of one session.
    Session(SessionId),
    /// Those of every session but one, the acting one.
    AllBut(SessionId),
}
