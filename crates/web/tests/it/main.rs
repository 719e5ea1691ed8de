//! The pages, driven through the router as a browser drives them, on a real authority.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod browser;
mod dashboard;
mod fences;
mod host;
mod panel;
mod proxy;
mod recovery_page;
mod sessions_page;
mod socket;
