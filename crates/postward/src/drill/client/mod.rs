//! Small IMAP, POP3, SMTP and web clients, and a TOTP authenticator.
//!
//! They use real sockets and know nothing of the server but what every client knows. The drill and the whole-system
//! tests share them.

pub(crate) mod authenticator;
pub(crate) mod browser;
pub(crate) mod connection;
pub(crate) mod imap;
pub(crate) mod pop3;
mod sign_in_outcome;
pub(crate) mod smtp;

pub(crate) use sign_in_outcome::SignInOutcome;
