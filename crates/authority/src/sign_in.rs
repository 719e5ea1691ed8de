//! An attempt becomes a session or a refusal.
use crate::{
    AccountId, Actor, Authority, Origin, Role, SessionGuard, SessionId, StaffId, Surface, Timestamp, Token,
    Unavailable,
};
use postward_wire::{Attempt, Refusal};

impl Authority {
    /// Signs a mailbox in at a mail protocol.
    pub async fn sign_in(
        &self,
        _attempt: Attempt,
        _origin: Origin,
        _now: Timestamp,
    ) -> Result<SessionGuard, Refusal> {
        todo!()
    }
    /// Signs a mailbox in at a browser surface (webmail, panel).
    pub async fn sign_in_browser(
        &self,
        _attempt: Attempt,
        _origin: Origin,
        _now: Timestamp,
    ) -> Result<(Token, SessionGuard), Refusal> {
        todo!()
    }
    /// Signs a person in at the dashboard.
    pub async fn sign_in_staff(
        &self,
        _attempt: Attempt,
        _origin: Origin,
        _now: Timestamp,
    ) -> Result<(Token, StaffSession), Refusal> {
        todo!()
    }
    /// Finds the browser session a cookie stands for. The guard holds for this request: hold it until the answer is sent.
    pub async fn resume(
        &self,
        _token: &Token,
        _origin: &Origin,
        _now: Timestamp,
    ) -> Result<SessionGuard, SignedOut> {
        todo!()
    }
    /// The same for the dashboard.
    pub async fn resume_staff(
        &self,
        _token: &Token,
        _origin: &Origin,
        _now: Timestamp,
    ) -> Result<StaffSession, SignedOut> {
        todo!()
    }
    /// Signs a browser session out, at its owner's wish.
    pub async fn sign_out(&self, _session: SessionGuard, _now: Timestamp) -> Result<(), Unavailable> {
        todo!()
    }
    /// The same for the dashboard.
    pub async fn sign_out_staff(&self, _session: StaffSession, _now: Timestamp) -> Result<(), Unavailable> {
        todo!()
    }
}

/// Why a cookie opens nothing.
#[derive(Debug)]
pub enum SignedOut {
    /// There is no such session, or not any more.
    Ended,
    /// The store could not answer.
    Unavailable(Unavailable),
}

/// Proof that a person is signed in at the dashboard.
pub struct StaffSession {}

impl StaffSession {
    /// The person.
    pub fn staff(&self) -> StaffId {
        todo!()
    }
    /// The person's e-mail address.
    pub fn email(&self) -> &str {
        todo!()
    }
    /// What the person may do.
    pub fn role(&self) -> Role {
        todo!()
    }
    /// The account the person belongs to.
    pub fn account(&self) -> AccountId {
        todo!()
    }
    /// The session's id.
    pub fn id(&self) -> SessionId {
        todo!()
    }
    /// The person as an actor.
    pub fn actor(&self) -> Actor {
        todo!()
    }
    /// Resolves when the session ends.
    pub async fn ended(&self) {
        todo!()
    }
    /// The door.
    pub fn surface(&self) -> Surface {
        Surface::Dashboard
    }
}
