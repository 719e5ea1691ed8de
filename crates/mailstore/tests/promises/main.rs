//! What the mail store promises, tested through its public interface and its protocols.
#![allow(clippy::disallowed_methods, reason = "a test owns its clock and its randomness")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod crash;
mod dovecot;
mod folders;
mod imap;
mod lmtp;
mod pop3;
mod sharing;
mod smuggling;
mod stopping;
mod submission;
mod test_host;
mod transcript;
mod uids;
