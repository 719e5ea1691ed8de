//! What the whole promises, driven from outside: the real binary, real sockets, real files.
//!
//! Each module is a promise or a family of them. [`test_host`] starts a host and ends it with the test.
#![allow(clippy::disallowed_methods, reason = "a test owns its clock and its randomness")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod account_enumeration;
mod bad_input;
mod canary;
mod command_line;
mod crash;
mod crash_once;
mod data_directory;
mod delivery;
mod drill;
mod full_disk;
mod leak_scanner;
mod mail_apps;
mod mailer;
mod relay;
mod soak;
mod staff;
mod storm;
mod test_host;
