//! The host name of a host that was given none.

/// The name of a host that has no DNS name configured.
pub(crate) const LOCALHOST: &str = "localhost";
