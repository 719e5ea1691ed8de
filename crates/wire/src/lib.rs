//! The mail dialogues of a stranger, up to the moment of sign-in, without any input or output.
//!
//! Reading order: [`address`] and [`secret`] are the words everything else speaks; [`dialogue`] is the contract
//! between a dialogue and whoever drives it; [`refusal`] is the one table of what a stranger may hear; [`sasl`] is
//! the one copy of the SASL mechanisms; [`imap`], [`pop3`] and [`smtp`] are the dialogues themselves.
//!
//! This crate never opens a socket, reads a clock or draws a random number: it has neither `std` nor `async`.

#![no_std]

extern crate alloc;

pub mod address;
pub mod dialogue;
pub mod refusal;
pub mod secret;

pub use address::Address;
pub use dialogue::{Attempt, Protocol, Step};
pub use refusal::Refusal;
pub use secret::Secret;
