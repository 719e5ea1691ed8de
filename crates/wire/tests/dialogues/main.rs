//! Every dialogue, as transcripts and under malformed input.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

mod imap;
mod imap_upstream;
mod noise;
mod pop3;
mod smtp;
mod transcript;
