//! The pages, driven through the router as a browser drives them, on a real authority.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod browser;
mod dashboard;
mod fences;
mod host;
mod panel;
mod phone;
mod proxy;
mod recovery;
mod second_step;
mod security;
mod socket;
mod staff;
