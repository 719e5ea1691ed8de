//! The nouns of the authority: ids, kinds, states and reasons. No I/O, no clock, no store; every other module may name
//! these.

pub(crate) mod actor;
pub(crate) mod audit_event;
pub(crate) mod database;
pub(crate) mod end_reason;
pub(crate) mod link_kind;
pub(crate) mod link_owner;
pub(crate) mod mail_app_mode;
pub(crate) mod mailbox;
pub(crate) mod notice;
pub(crate) mod origin;
pub(crate) mod principal;
pub(crate) mod receipt;
pub(crate) mod refusal_cause;
pub(crate) mod request;
pub(crate) mod revoke_reason;
pub(crate) mod stored;

/// A moment in time. It is always an argument: nothing in this crate reads a clock.
pub type Timestamp = jiff::Timestamp;
