//! The gate, driven by clients on its listeners.

#![allow(clippy::disallowed_methods, reason = "a test owns its clock and its randomness")]
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod dovecot;
mod drain;
mod ending;
mod engine;
mod freezing;
mod pre_auth_limits;
mod remote_imap;
mod signing_in;
mod test_host;
