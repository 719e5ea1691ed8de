//! Why no hash was computed.

use std::fmt;

/// Why no hash was computed.
#[derive(Debug)]
pub enum HasherError {
    /// The lane is full.
    Busy,
    /// The stored hash, or argon2 itself, is broken.
    Broken(String),
}

impl fmt::Display for HasherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("too many sign-ins are waiting"),
            Self::Broken(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for HasherError {}

/// Keeps what an error of argon2 says.
pub(super) fn broken(error: impl fmt::Display) -> HasherError {
    HasherError::Broken(error.to_string())
}
