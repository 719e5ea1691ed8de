//! What a mailed link is for, and how long it lives.

use jiff::SignedDuration;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Sets a new password of a mailbox.
    Reset,
    /// Verifies a recovery e-mail.
    VerifyRecoveryEmail,
    /// *This wasn't me*.
    NotMe,
    /// Sets a new password of a person of the dashboard.
    StaffReset,
}

impl LinkKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::VerifyRecoveryEmail => "verify-recovery-email",
            Self::NotMe => "not-me",
            Self::StaffReset => "staff-reset",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Reset, Self::VerifyRecoveryEmail, Self::NotMe, Self::StaffReset]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// How long it opens something. A reset is done now or not at all; whoever is on holiday reads *This wasn't me*
    /// late.
    pub const fn lifetime(self) -> SignedDuration {
        match self {
            Self::Reset | Self::StaffReset => SignedDuration::from_hours(1),
            Self::VerifyRecoveryEmail => SignedDuration::from_hours(24),
            Self::NotMe => SignedDuration::from_hours(7 * 24),
        }
    }

    /// Whether a new one ends those before. Not so where the reader of each letter has its own to press: an intruder
    /// could end the owner's by doing something else.
    pub(crate) fn one_live(self) -> bool {
        match self {
            Self::Reset | Self::VerifyRecoveryEmail | Self::StaffReset => true,
            Self::NotMe => false,
        }
    }
}
