//! POP3 after sign-in (RFC 1939): [`session`] serves a client, [`command`] reads its lines, [`dot_stuffing`] writes
//! messages.

mod command;
mod dot_stuffing;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz_targets;
pub(crate) mod session;
