//! Why sessions end, and which sessions of a principal an act ends.

use super::principal::SessionId;
use super::stored::Word;
use std::fmt;

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

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| *reason as u8 == number)
    }
}

/// How a session was over, as its row tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// It was ended.
    Ended(EndReason),
    /// Its connection was closed, by whichever side.
    Closed,
    /// Its node was started anew, and had not closed it before.
    NodeStopped,
    /// A browser's was opened, or last used, too long ago.
    Expired,
}

impl SessionEnd {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 8] = [
        Self::Ended(EndReason::PasswordChanged),
        Self::Ended(EndReason::Ended),
        Self::Ended(EndReason::Suspended),
        Self::Ended(EndReason::Stale),
        Self::Ended(EndReason::Shutdown),
        Self::Closed,
        Self::NodeStopped,
        Self::Expired,
    ];

    /// The name kept in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ended(reason) => reason.name(),
            Self::Closed => "closed",
            Self::NodeStopped => "node-stopped",
            Self::Expired => "expired",
        }
    }
}

impl Word for SessionEnd {
    fn from_name(name: &str) -> Option<Self> {
        let others = [Self::Closed, Self::NodeStopped, Self::Expired];
        EndReason::ALL.into_iter().map(Self::Ended).chain(others).find(|end| end.name() == name)
    }
}

impl fmt::Display for SessionEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
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
