//! The mailboxes and staff that take part in a drill.

use super::credentials::Credentials;
use super::second_factor::SecondFactor;
use std::io;

/// The mailboxes and staff that take part.
pub(super) struct Participants {
    pub(super) mailbox: Credentials,
    /// Set while it is on.
    pub(super) second_factor: Option<SecondFactor>,
    pub(super) bystander: Option<Credentials>,
    pub(super) owner: Option<Credentials>,
}

impl Participants {
    /// Whoever reads what is mailed to the recovery e-mail.
    pub(super) fn reader(&self) -> io::Result<&Credentials> {
        self.bystander.as_ref().ok_or_else(|| io::Error::other("nobody reads the recovery e-mail"))
    }
}
