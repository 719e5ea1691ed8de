//! Letters to be mailed: written in the transaction of what they tell of, and handed out until they are on their way.

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
