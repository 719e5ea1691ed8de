//! What the dialogue is to do next: the answer of a protocol's state to what its client sent.

use crate::close_reason::CloseReason;
use crate::step::Attempt;
use alloc::vec::Vec;

/// What a protocol's state asks of the dialogue. The bytes are whole reply lines, with their line ends.
pub(crate) enum Action {
    /// Send the reply to a command that was understood.
    Reply(Vec<u8>),
    /// Send the reply to a wrong command, and count it (`Limits::bad_commands`).
    BadCommand(Vec<u8>),
    /// Refuse credentials that can be nobody's, in the words and at the cost of a wrong password.
    Reject,
    /// Send the reply that lets TLS begin, then begin it.
    StartTls(Vec<u8>),
    /// Ask the authority.
    SignIn(Attempt),
    /// Send the reply to QUIT or LOGOUT, then close.
    Quit(Vec<u8>),
    /// Say why, then close.
    Close(CloseReason),
}

impl Action {
    /// Asks the authority about credentials that can be somebody's, and rejects the others without it.
    pub(crate) fn sign_in(attempt: Option<Attempt>) -> Self {
        attempt.map_or(Self::Reject, Self::SignIn)
    }
}
