//! Why no hash was computed.

use std::fmt;
use thiserror::Error;

/// Why no hash was computed.
#[derive(Debug, Error)]
pub enum HasherError {
    /// The lane is full.
    #[error("too many sign-ins are waiting")]
    Busy,
    /// The stored hash, or argon2 itself, is broken.
    #[error("{0}")]
    Broken(String),
}

/// Keeps what an error of argon2 says.
pub(super) fn broken(error: impl fmt::Display) -> HasherError {
    HasherError::Broken(error.to_string())
}
