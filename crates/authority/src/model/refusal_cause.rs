//! Why an attempt was refused, as the activity keeps it. Whoever made it never hears it.

use super::stored::Word;
use std::fmt;

/// Why an attempt was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCause {
    /// The password was wrong, and never was the mailbox's.
    Wrong,
    /// It was the mailbox's password once.
    Previous,
    /// The password was right, and the mailbox may not sign in.
    Suspended,
    /// There were too many attempts before this one; it was not looked at.
    Throttled,
    /// The password or the state was changed while this sign-in was on its way.
    Overtaken,
    /// The password was right, and the code was missing.
    CodeMissing,
    /// The password was right, and the code was wrong.
    WrongCode,
    /// The password was right, and the code was used before.
    SpentCode,
    /// The password was right, and there were too many codes before this one.
    TooManyCodes,
    /// The password was right, and mail apps need an app password here.
    AppPasswordRequired,
    /// A recovery code or a mailed link that opens nothing.
    WrongRecovery,
}

impl RefusalCause {
    pub(crate) const ALL: [Self; 11] = [
        Self::Wrong,
        Self::Previous,
        Self::Suspended,
        Self::Throttled,
        Self::Overtaken,
        Self::CodeMissing,
        Self::WrongCode,
        Self::SpentCode,
        Self::TooManyCodes,
        Self::AppPasswordRequired,
        Self::WrongRecovery,
    ];

    /// The name in the store and in JSON: `wrong-password`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wrong => "wrong-password",
            Self::Previous => "previous-password",
            Self::Suspended => "suspended",
            Self::Throttled => "throttled",
            Self::Overtaken => "overtaken",
            Self::CodeMissing => "code-missing",
            Self::WrongCode => "wrong-code",
            Self::SpentCode => "spent-code",
            Self::TooManyCodes => "too-many-codes",
            Self::AppPasswordRequired => "app-password-required",
            Self::WrongRecovery => "wrong-recovery-code",
        }
    }

    /// What the throttle is to remember of it: what will be wrong again when it is typed again.
    pub(crate) fn lasting(self) -> Option<Wrong> {
        match self {
            Self::Wrong => Some(Wrong::Plain),
            Self::Previous => Some(Wrong::Previous),
            Self::Suspended => Some(Wrong::Suspended),
            Self::CodeMissing => Some(Wrong::CodeMissing),
            Self::WrongCode => Some(Wrong::Code),
            Self::AppPasswordRequired => Some(Wrong::AppPasswordRequired),
            Self::Throttled
            | Self::Overtaken
            | Self::SpentCode
            | Self::TooManyCodes
            | Self::WrongRecovery => None,
        }
    }
}

impl Word for RefusalCause {
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }
}

impl fmt::Display for RefusalCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<Wrong> for RefusalCause {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Plain => Self::Wrong,
            Wrong::Previous => Self::Previous,
            Wrong::Suspended => Self::Suspended,
            Wrong::CodeMissing => Self::CodeMissing,
            Wrong::Code => Self::WrongCode,
            Wrong::AppPasswordRequired => Self::AppPasswordRequired,
        }
    }
}

/// What is known about a wrong password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Just wrong.
    Plain,
    /// It was the mailbox's password once: a forgotten device, or an intruder.
    Previous,
    /// It is the mailbox's password, and the mailbox may not sign in.
    Suspended,
    /// It is the mailbox's password, and the code behind it is missing.
    CodeMissing,
    /// It is the mailbox's password with a wrong code behind it.
    Code,
    /// It is the mailbox's password, and its mail apps need app passwords.
    AppPasswordRequired,
}
