//! The sessions alive on this node.
use crate::{MailboxId, SessionId, Surface};
use postward_wire::Address;

/// Proof of a signed-in mailbox, and the handle by which its session is ended.
pub struct SessionGuard {}

impl SessionGuard {
    /// The session's id.
    pub fn id(&self) -> SessionId {
        todo!()
    }
    /// The mailbox.
    pub fn mailbox(&self) -> MailboxId {
        todo!()
    }
    /// Its proven address.
    pub fn address(&self) -> &Address {
        todo!()
    }
    /// The door.
    pub fn surface(&self) -> Surface {
        todo!()
    }
    /// Resolves when the session is ended; the holder then closes both sides without waiting for anybody and drops the guard.
    pub async fn ended(&self) -> EndReason {
        todo!()
    }
    /// Passes at once while all is well, waits while this node is frozen, fails when the session is ended. To be asked
    /// before bytes are handed on.
    pub async fn checkpoint(&self) -> Result<(), EndReason> {
        todo!()
    }
    /// What `checkpoint` would say without waiting: true when bytes may be handed on.
    pub fn flowing(&self) -> bool {
        todo!()
    }
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The password was changed.
    PasswordChanged,
    /// The owner or staff ended it.
    Ended,
    /// Sign-in was suspended or the mailbox deleted.
    Suspended,
    /// The node could not prove for too long that the session still stands.
    Stale,
    /// The server is going down.
    Shutdown,
}
