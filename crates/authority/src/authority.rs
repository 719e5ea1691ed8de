//! The authority itself: what it is opened with and what it holds.
use crate::{Timestamp, policy::Policy, scope::Actor};
use std::path::PathBuf;
use std::time::Duration;

/// Where the store lives.
#[derive(Clone, Debug)]
pub enum Database {
    /// A SQLite file, created when missing.
    Sqlite(PathBuf),
    /// A PostgreSQL URL, `postgres://…`.
    Postgres(String),
}

/// What the authority is opened with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the store lives.
    pub database: Database,
    /// The name of this node, unique among the nodes of one store.
    pub node: String,
    /// What a new password must be.
    pub policy: Policy,
    /// What a hash costs and how many are computed at once.
    pub hashing: crate::hasher::Hashing,
    /// How long a verified password is remembered for mail apps that reconnect; zero switches it off.
    pub reconnect: Duration,
    /// What tries cost a stranger.
    pub throttle: crate::throttle::Limits,
}

impl Settings {
    /// The defaults, on a given store.
    pub fn on(_database: Database) -> Self {
        todo!()
    }
}

/// The sign-in authority. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct Authority {}

impl Authority {
    /// Opens the store and brings its schema up to date.
    pub async fn open(_settings: Settings, _now: Timestamp) -> Result<Self, OpenError> {
        todo!()
    }
    /// The actor of whoever holds the data directory: may do everything.
    pub async fn operator(&self) -> Result<Actor, Unavailable> {
        todo!()
    }
    /// What a new password must be.
    pub fn policy(&self) -> &Policy {
        todo!()
    }
    /// Whether the store can be reached, for health checks.
    pub async fn ready(&self) -> Result<(), Unavailable> {
        todo!()
    }
}

/// Why the authority could not be opened, in words for the operator.
#[derive(Debug)]
pub struct OpenError(pub String);
impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for OpenError {}

/// The store could not answer. Never counted against anybody; trying again later is right.
#[derive(Debug)]
pub struct Unavailable(pub(crate) String);
impl std::fmt::Display for Unavailable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for Unavailable {}
