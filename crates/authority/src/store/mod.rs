//! The one place that speaks SQL, and the only one that can write a credential row.
//!
//! The same SQL text runs on SQLite and on PostgreSQL; what differs (how a transaction begins, how other nodes are
//! told) stands in [`db`]. The other modules hold the statements, one for each act or question.

pub(crate) mod app_passwords;
pub(crate) mod audit;
pub(crate) mod change_listener;
pub(crate) mod credentials;
pub(crate) mod db;
pub(crate) mod directory;
pub(crate) mod lists;
pub(crate) mod outbox;
pub(crate) mod principals;
pub(crate) mod recovery;
mod row;
pub(crate) mod second_factors;
pub(crate) mod sessions;

pub(crate) use db::{Db, Durability, StoreError, Tx};

use crate::model::Timestamp;

/// How the store writes a moment.
pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// How it reads one back. What cannot be a moment was never written by us and reads as the earliest one.
pub(crate) fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MIN)
}
