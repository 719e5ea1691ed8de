//! The pages, driven through the router as a browser drives them, on a real authority.
#![allow(clippy::disallowed_methods, reason = "a test owns its clock and its randomness")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod account;
mod account_security;
mod authenticator;
mod browser;
mod dashboard;
mod mail_apps;
mod panel;
mod proxy;
mod recovery;
mod recovery_page;
mod request_protection;
mod second_factor_challenge;
mod sessions_page;
mod socket;
mod staff;
mod test_host;
