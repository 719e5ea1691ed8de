//! What mail apps may sign in with, and where that is set (W8).

use super::principal::{AccountId, DomainId, MailboxId};

/// What the mail apps of a mailbox may sign in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MailAppMode {
    /// The mailbox's password (and a code, where a second factor is on), or an app password.
    #[default]
    PasswordOrAppPassword,
    /// App passwords only.
    AppPasswordsOnly,
}

impl MailAppMode {
    /// The name in the store, in forms and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::PasswordOrAppPassword => "password-or-app-password",
            Self::AppPasswordsOnly => "app-passwords-only",
        }
    }

    /// What is not known to allow the password does not: fail closed.
    pub(crate) fn from_name(name: &str) -> Self {
        Self::parse(name).unwrap_or(Self::AppPasswordsOnly)
    }

    /// Reads a name from a form.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::PasswordOrAppPassword, Self::AppPasswordsOnly].into_iter().find(|mode| mode.name() == name)
    }
}

/// Whose mail apps a mode is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModeOf {
    /// One mailbox.
    Mailbox(MailboxId),
    /// Every mailbox of a domain that has no mode of its own.
    Domain(DomainId),
    /// Every mailbox of an account whose domain has none either.
    Account(AccountId),
}

impl ModeOf {
    /// The number of its id.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Mailbox(id) => id.0,
            Self::Domain(id) => id.0,
            Self::Account(id) => id.0,
        }
    }
}

/// What mail apps may sign in with at a mailbox, a domain or an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModeAt {
    /// What was set here; none leaves it to what stands above.
    pub own: Option<MailAppMode>,
    /// What holds where nothing is set here.
    pub above: MailAppMode,
}

impl ModeAt {
    /// What holds here.
    pub fn applies(self) -> MailAppMode {
        self.own.unwrap_or(self.above)
    }

    pub(crate) fn read(own: Option<String>, above: Option<String>) -> Self {
        let mode = |name: String| MailAppMode::from_name(&name);
        Self { own: own.map(mode), above: above.map(mode).unwrap_or_default() }
    }
}
