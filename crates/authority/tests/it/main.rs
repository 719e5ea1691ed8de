//! The authority through its public face, on SQLite and on PostgreSQL: every promise is held against both.

#![allow(clippy::disallowed_methods, reason = "a test owns its clock and its randomness")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod app_password;
mod authenticator;
mod change;
mod directory;
mod mail_app_mode;
mod model;
mod once;
mod outbox;
mod own;
mod race;
mod recovery;
mod second_factor;
mod sign_in;
mod soak;
mod staff_rescue;
mod test_host;
mod trouble;
