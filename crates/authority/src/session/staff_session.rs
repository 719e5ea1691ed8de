//! Proof that a person is signed in at the dashboard.

use super::registry::LiveGuard;
use crate::model::actor::{Actor, Role};
use crate::model::end_reason::EndReason;
use crate::model::principal::{AccountId, SessionId, StaffId};

/// Proof that a person is signed in at the dashboard, for one request.
pub struct StaffSession {
    pub(crate) live: LiveGuard,
    pub(crate) id: StaffId,
    pub(crate) email: String,
    pub(crate) actor: Actor,
}

impl StaffSession {
    /// The person.
    pub fn staff(&self) -> StaffId {
        self.id
    }

    /// The person's e-mail address.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// What the person may do.
    pub fn role(&self) -> Role {
        self.actor.role()
    }

    /// The account the person belongs to.
    pub fn account(&self) -> AccountId {
        self.actor.account()
    }

    /// The session's id.
    pub fn id(&self) -> SessionId {
        self.live.session()
    }

    /// The person as an actor.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Resolves when the session is ended, as [`SessionGuard::ended`].
    pub async fn ended(&self) -> EndReason {
        self.live.ended().await
    }

    /// To be asked before bytes are handed on, as [`SessionGuard::wait_until_live`].
    pub async fn wait_until_live(&self) -> Result<(), EndReason> {
        self.live.wait_until_live().await
    }

    /// What [`StaffSession::wait_until_live`] would say without waiting, as [`SessionGuard::is_live`].
    pub fn is_live(&self) -> bool {
        self.live.is_live()
    }
}
