//! The ids of everything the store knows.
//!
//! Ids are 63 random bits: they tell neither order nor number, and nobody can guess the id of a neighbour.

use rand::Rng;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! id {
    ($(#[$doc:meta])* $visible:vis $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
                #[serde(transparent)]
        $visible struct $name(pub(crate) i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        /// Reads an id back from a path or a form. That it reads says nothing of whether it exists.
        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id! {
    /// A node of the account tree: the host, a reseller or a customer.
    pub AccountId
}
id! {
    /// A mail domain.
    pub DomainId
}
id! {
    /// A mailbox, which is a principal: it can sign in.
    pub MailboxId
}
id! {
    /// A person of the dashboard, who is a principal too, and never a mailbox.
    pub StaffId
}
id! {
    /// One session, on any surface.
    pub SessionId
}
id! {
    /// An app password of a mailbox.
    pub AppPasswordId
}
id! {
    /// Whoever can sign in: a mailbox or a person of the dashboard.
    pub(crate) PrincipalId
}

impl From<MailboxId> for PrincipalId {
    fn from(id: MailboxId) -> Self {
        Self(id.0)
    }
}

impl From<StaffId> for PrincipalId {
    fn from(id: StaffId) -> Self {
        Self(id.0)
    }
}

/// Draws the number of a new id.
pub(crate) fn draw_id(rng: &mut impl Rng) -> i64 {
    (rng.next_u64() >> 1) as i64
}

macro_rules! drawn {
    ($($name:ident)*) => {$(
        impl $name {
            /// Draws a new id.
            pub(crate) fn draw(rng: &mut impl Rng) -> Self {
                Self(draw_id(rng))
            }
        }
    )*};
}

drawn! { AccountId DomainId MailboxId StaffId SessionId AppPasswordId }

/// Counts the passwords a principal has had. A session carries the epoch that opened it and dies when it passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub(crate) i64);

impl Epoch {
    /// The epoch of a principal that has never had a password.
    pub(crate) const ZERO: Self = Self(0);

    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The number, for receipts.
    pub fn number(self) -> i64 {
        self.0
    }
}

/// The two kinds of principal. Their names live apart: a person and a mailbox may be spelt alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Mailbox,
    Staff,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Staff => "staff",
        }
    }
}

/// Whether a principal may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Active,
    Suspended,
    Deleted,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }

    /// What is not known to be active is not: fail closed.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "active" => Self::Active,
            "deleted" | "deleted-suspended" => Self::Deleted,
            _ => Self::Suspended,
        }
    }
}

/// Whether a principal may sign in changes in one of these ways, and in no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transition {
    Suspend,
    Resume,
    Delete,
    /// Back to what it was when it was deleted: a suspension is not lifted by the way.
    Restore,
}
