//! What an actor may see and do: the wall between accounts.

use crate::model::principal::{AccountId, StaffId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a person of the dashboard may do within their account's subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything, staff included.
    Owner,
    /// Everything about domains and mailboxes.
    Admin,
    /// Looks, touches nothing.
    ReadOnly,
}

impl Role {
    /// The name used in the store and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::ReadOnly => "read-only",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Owner, Self::Admin, Self::ReadOnly].into_iter().find(|role| role.name() == name)
    }
}

/// Somebody who acts on accounts, domains and mailboxes, with the wall around what they may reach.
///
/// There is no public constructor: it comes from a [`StaffSession`](crate::session::staff_session::StaffSession) or
/// from [`Authority::operator`](crate::Authority::operator).
#[derive(Clone, Debug)]
pub struct Actor {
    pub(crate) who: Who,
    pub(crate) scope: Scope,
    pub(crate) role: Role,
    /// The address the act came from; none for the command line.
    pub(crate) ip: Option<std::net::IpAddr>,
}

/// Who acts, as the audit names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Whoever holds the data directory.
    Operator,
    /// A person of the dashboard.
    Staff { id: StaffId, email: String },
}

/// The part of the tree an actor may reach. Every query carries one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The account's path, `/` at both ends: everything below starts with it.
    pub(crate) path: String,
    /// The account itself.
    pub(crate) account: AccountId,
    /// The person, where it is limited to some domains; which ones the store knows.
    pub(crate) limited_to: Option<StaffId>,
}

impl Actor {
    /// The account at the top of what this actor may reach.
    pub fn account(&self) -> AccountId {
        self.scope.account
    }

    /// What this actor may do there.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether it reaches only some domains of the account, and decides nothing for the account itself.
    pub fn is_limited(&self) -> bool {
        self.scope.limited_to.is_some()
    }

    /// Whether it may change anything, or only look. Every act that changes something asks the same.
    pub fn may_write(&self) -> bool {
        match self.role {
            Role::Owner | Role::Admin => true,
            Role::ReadOnly => false,
        }
    }

    pub(crate) fn require_write(&self) -> Result<(), ReadOnly> {
        if self.may_write() { Ok(()) } else { Err(ReadOnly) }
    }
}

/// The actor may look but not touch.
#[derive(Clone, Copy, Debug, Error)]
#[error("only looking is allowed")]
pub(crate) struct ReadOnly;
