//! Proof that a person is signed in at the dashboard.

use super::registry::LiveGuard;
use crate::model::actor::{Actor, Role};
use crate::model::principal::{AccountId, StaffId};
use std::ops::Deref;

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

    /// The person as an actor.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl Deref for StaffSession {
    type Target = LiveGuard;

    fn deref(&self) -> &LiveGuard {
        &self.live
    }
}
