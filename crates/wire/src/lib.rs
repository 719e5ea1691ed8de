//! The mail dialogues of a stranger, up to the moment of sign-in, without any input or output.
//!
//! Reading order: [`address`] and [`secret`] are the words everything else speaks; [`step`] is the contract between a
//! dialogue and whoever drives it, [`dialogue_config`] what it is told at its start; [`refusal`] and [`close_reason`]
//! are the two tables of what a stranger may hear; [`sasl`] is the one copy of the SASL mechanisms. [`dialogue`] holds
//! the [`Dialogue`] with a stranger, on top of what is peculiar to [`imap`], `pop3` and `smtp`; [`upstream`] is the
//! contract of the dialogues with the engine behind.
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
pub mod imap;
mod line;
mod pop3;
pub mod refusal;
pub mod sasl;
pub mod secret;
mod smtp;
pub mod step;
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
