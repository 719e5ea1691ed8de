//! SMTP (RFC 5321) where mail is taken in: submission after sign-in (RFC 6409) and LMTP (RFC 2033).
//!
//! Reading order: [`submission`] and [`lmtp`] begin a [`session`], which differs by its [`role`]. [`command`] reads a line,
//! [`path`] the addresses in it, [`receive`] and [`data`] what follows DATA. The [`received_message`] gets its
//! [`header`] in order and is delivered.

mod command;
mod data;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz_targets;
mod header;
pub(crate) mod lmtp;
mod path;
mod receive;
mod received_message;
mod role;
mod session;
pub(crate) mod submission;
