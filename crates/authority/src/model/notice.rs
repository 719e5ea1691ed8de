//! What the people concerned are told by mail: the kinds of notice, and the id of a message in the outbox.

use std::fmt;

/// The id of a letter. It is in the letter's Message-ID too, and tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LetterId(pub(crate) i64);

impl LetterId {
    /// The number, for what has to be named after a letter.
    pub fn number(self) -> u64 {
        self.0.unsigned_abs()
    }
}

impl fmt::Display for LetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

/// What a letter tells its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The owner changed the password.
    PasswordChanged,
    /// Staff or the operator set a password.
    PasswordReset,
    /// A password was set with the recovery code; 2FA is off.
    RecoveredByCode,
    /// A password was set through a link to the recovery e-mail.
    RecoveredByMail,
    /// 2FA was turned on.
    SecondFactorOn,
    /// 2FA was moved to another authenticator.
    SecondFactorReplaced,
    /// 2FA was turned off.
    SecondFactorOff,
    /// The right password met wrong codes.
    WrongCodes,
    /// An app password was added or made anew.
    AppPasswordAdded,
    /// A new recovery code was issued.
    RecoveryCodeIssued,
    /// A recovery e-mail was verified and is in force.
    RecoveryEmailSet,
    /// Another recovery e-mail stands in the place of the reader's.
    RecoveryEmailReplaced,
    /// Somebody signed in from a network that was not seen before.
    NewPlace,
    /// A link with which a new password can be set.
    ResetLink,
    /// A link that verifies a recovery e-mail.
    VerifyRecoveryEmail,
    /// A link with which a person of the dashboard sets a new password.
    StaffResetLink,
}

impl Notice {
    /// What a person of the dashboard may be told of its own sign-in.
    pub const OF_STAFF: [Self; 8] = [
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::RecoveredByMail,
        Self::SecondFactorOn,
        Self::SecondFactorReplaced,
        Self::SecondFactorOff,
        Self::WrongCodes,
        Self::StaffResetLink,
    ];

    /// Every kind there is.
    pub const ALL: [Self; 16] = [
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::RecoveredByCode,
        Self::RecoveredByMail,
        Self::SecondFactorOn,
        Self::SecondFactorReplaced,
        Self::SecondFactorOff,
        Self::WrongCodes,
        Self::AppPasswordAdded,
        Self::RecoveryCodeIssued,
        Self::RecoveryEmailSet,
        Self::RecoveryEmailReplaced,
        Self::NewPlace,
        Self::ResetLink,
        Self::VerifyRecoveryEmail,
        Self::StaffResetLink,
    ];

    /// Reads a name back.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.name() == name)
    }

    /// Whether the letter is nothing but the link it carries.
    pub(crate) fn is_a_link(self) -> bool {
        matches!(self, Self::ResetLink | Self::VerifyRecoveryEmail | Self::StaffResetLink)
    }

    /// The name kept in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password-changed",
            Self::PasswordReset => "password-reset",
            Self::RecoveredByCode => "recovered-by-code",
            Self::RecoveredByMail => "recovered-by-mail",
            Self::SecondFactorOn => "second-factor-on",
            Self::SecondFactorReplaced => "second-factor-replaced",
            Self::SecondFactorOff => "second-factor-off",
            Self::WrongCodes => "wrong-codes",
            Self::AppPasswordAdded => "app-password-added",
            Self::RecoveryCodeIssued => "recovery-code-issued",
            Self::RecoveryEmailSet => "recovery-email-set",
            Self::RecoveryEmailReplaced => "recovery-email-replaced",
            Self::NewPlace => "new-place",
            Self::ResetLink => "reset-link",
            Self::VerifyRecoveryEmail => "verify-recovery-email",
            Self::StaffResetLink => "staff-reset-link",
        }
    }
}
