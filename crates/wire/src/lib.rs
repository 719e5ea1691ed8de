//! The mail protocols up to the moment of sign-in, without any input or output.
//!
//! Reading order: [`address`], [`client_name`] and [`secret`] are the values the rest is written in, [`untrusted_text`] what
//! is left of others; [`step`] is the contract between a dialogue and its driver, [`dialogue_config`] what a dialogue is
//! configured with; [`refusal`] and [`close_reason`] are the two tables of what a client is told when it gets no session;
//! [`sasl`] holds the SASL mechanisms, once for all protocols. [`dialogue`] holds the [`Dialogue`] with a client that has
//! not signed in, on top of what is peculiar to [`imap`], `pop3` and `smtp`; `line` buffers what a client sends, `action`
//! is what a protocol asks of the dialogue. [`upstream`] is the contract of the dialogues with a remote mail engine.
//!
//! This crate never opens a socket, reads a clock or draws a random number: it has neither `std` nor `async`.

#![no_std]

extern crate alloc;

mod action;
pub mod address;
pub mod client_name;
pub mod close_reason;
pub mod dialogue;
pub mod dialogue_config;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod imap;
mod line;
mod pop3;
pub mod refusal;
pub mod sasl;
pub mod secret;
mod smtp;
pub mod step;
pub mod untrusted_text;
pub mod upstream;

pub use address::Address;
pub use client_name::ClientName;
pub use close_reason::CloseReason;
pub use dialogue::Dialogue;
pub use dialogue_config::{Channel, DialogueConfig, Limits};
pub use refusal::Refusal;
pub use secret::Secret;
pub use step::{Attempt, Protocol, Step};
pub use upstream::UpstreamStep;
