//! Where the store lives.

use std::path::PathBuf;

/// Where the store lives.
#[derive(Clone, Debug)]
pub enum Database {
    /// A SQLite file, created when missing. Its directory must exist.
    Sqlite(PathBuf),
    /// A PostgreSQL URL, `postgres://…`.
    Postgres(String),
}
