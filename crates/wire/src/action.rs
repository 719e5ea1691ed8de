//! What the dialogue is to do about what a client sent.

use crate::close_reason::CloseReason;
use crate::step::Attempt;
use alloc::vec::Vec;

/// What a protocol makes of the client's next words.
pub(crate) enum Move {
    /// An answer to something sensible.
    Say(Vec<u8>),
    /// An answer to a mistake; a connection may make only so many.
    Complain(Vec<u8>),
    /// An answer to credentials nobody can have.
    Refuse(Vec<u8>),
    /// The go-ahead for TLS.
    StartTls(Vec<u8>),
    /// Somebody wants to sign in.
    Ask(Attempt),
    /// The answer to a good-bye.
    Leave(Vec<u8>),
    /// This cannot go on.
    GiveUp(CloseReason),
}
