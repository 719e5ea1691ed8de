//! What is signed in, and ending it.
use crate::{Actor, Authority, MailboxId, Receipt, SessionId, Surface, Timestamp, Unavailable};
/// A live session, as owners and staff see it.
#[derive(Clone, Debug)]
pub struct LiveSession {
    /// Its id.
    pub id: SessionId,
    /// The door.
    pub surface: Surface,
    /// The address it came from.
    pub ip: String,
    /// What the client calls itself.
    pub client: Option<String>,
    /// When it signed in.
    pub since: Timestamp,
}
/// Which sessions to end.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// All of the mailbox.
    All,
    /// One.
    One(SessionId),
}
/// Why an act on a mailbox was not done.
#[derive(Debug)]
pub enum ActError {
    /// No such thing within the actor's reach.
    NotFound,
    /// The actor may look but not touch.
    ReadOnly,
    /// The store could not answer.
    Unavailable(Unavailable),
}
impl Authority {
    /// Lists the live sessions of a mailbox, newest first.
    pub async fn sessions(
        &self,
        _actor: &Actor,
        _mailbox: MailboxId,
        _now: Timestamp,
    ) -> Result<Vec<LiveSession>, ActError> {
        todo!()
    }
    /// Ends sessions of a mailbox; the password stays.
    pub async fn end_sessions(
        &self,
        _actor: &Actor,
        _mailbox: MailboxId,
        _which: Which,
        _now: Timestamp,
    ) -> Result<Receipt, ActError> {
        todo!()
    }
    /// Refuses every door to a mailbox and ends its sessions; delivery goes on.
    pub async fn suspend(
        &self,
        _actor: &Actor,
        _mailbox: MailboxId,
        _now: Timestamp,
    ) -> Result<Receipt, ActError> {
        todo!()
    }
    /// Lets the mailbox sign in again; revoked credentials stay revoked.
    pub async fn resume_sign_in(
        &self,
        _actor: &Actor,
        _mailbox: MailboxId,
        _now: Timestamp,
    ) -> Result<(), ActError> {
        todo!()
    }
}
