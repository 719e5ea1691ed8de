//! What the audit records: which event, by whom, on what.

use super::actor::{Actor, Who};
use super::origin::{Origin, Surface};
use super::principal::{AccountId, DomainId, MailboxId, PrincipalId, StaffId};
use super::stored::Word;
use std::fmt;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditEvent {
    /// An account was added.
    AccountAdded,
    /// A domain was added.
    DomainAdded,
    /// A person of the dashboard was added.
    StaffAdded,
    /// A mailbox was added.
    MailboxAdded,
    /// A mailbox was deleted; it can be restored for a while.
    MailboxDeleted,
    /// A deleted mailbox was restored.
    MailboxRestored,
    /// The owner changed the password.
    PasswordChanged,
    /// Staff or the operator set a password.
    PasswordReset,
    /// Sessions were ended, and the password stayed.
    SessionsEnded,
    /// Sign-in was suspended.
    SignInSuspended,
    /// Sign-in was allowed again.
    SignInResumed,
    /// A second factor was turned on.
    SecondFactorOn,
    /// Another second factor took the place of the one before.
    SecondFactorReplaced,
    /// The second factor was turned off.
    SecondFactorOff,
    /// New backup codes took the place of the old ones.
    BackupCodesRenewed,
    /// An app password was added.
    AppPasswordAdded,
    /// An app password was made anew.
    AppPasswordRotated,
    /// An app password was revoked.
    AppPasswordRevoked,
    /// What mail apps may sign in with was set.
    MailAppModeSet,
    /// A recovery code was issued.
    RecoveryCodeIssued,
    /// A password was set with the recovery code.
    RecoveredByCode,
    /// A password was set through a mailed link.
    RecoveredByMail,
    /// A recovery e-mail was verified, and is in force.
    RecoveryEmailSet,
    /// The recovery e-mail was removed.
    RecoveryEmailRemoved,
    /// Somebody followed *This wasn't me*.
    NotMe,
    /// The key file has a new key.
    KeysRotated,
    /// A person of the dashboard changed its own password.
    StaffPasswordChanged,
    /// A person of the dashboard set a password through a mailed link.
    StaffPasswordRecovered,
    /// The operator set the password of a person of the dashboard.
    StaffPasswordReset,
    /// Notices of sign-ins from new networks were turned on or off.
    NewPlaceNoticesSet,
}

impl AuditEvent {
    pub(crate) const ALL: [Self; 30] = [
        Self::AccountAdded,
        Self::DomainAdded,
        Self::StaffAdded,
        Self::MailboxAdded,
        Self::MailboxDeleted,
        Self::MailboxRestored,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::SessionsEnded,
        Self::SignInSuspended,
        Self::SignInResumed,
        Self::SecondFactorOn,
        Self::SecondFactorReplaced,
        Self::SecondFactorOff,
        Self::BackupCodesRenewed,
        Self::AppPasswordAdded,
        Self::AppPasswordRotated,
        Self::AppPasswordRevoked,
        Self::MailAppModeSet,
        Self::RecoveryCodeIssued,
        Self::RecoveredByCode,
        Self::RecoveredByMail,
        Self::RecoveryEmailSet,
        Self::RecoveryEmailRemoved,
        Self::NotMe,
        Self::KeysRotated,
        Self::StaffPasswordChanged,
        Self::StaffPasswordRecovered,
        Self::StaffPasswordReset,
        Self::NewPlaceNoticesSet,
    ];

    /// The name in the store and in JSON: `password-changed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountAdded => "account-added",
            Self::DomainAdded => "domain-added",
            Self::StaffAdded => "staff-added",
            Self::MailboxAdded => "mailbox-added",
            Self::MailboxDeleted => "mailbox-deleted",
            Self::MailboxRestored => "mailbox-restored",
            Self::PasswordChanged => "password-changed",
            Self::PasswordReset => "password-reset",
            Self::SessionsEnded => "sessions-ended",
            Self::SignInSuspended => "sign-in-suspended",
            Self::SignInResumed => "sign-in-resumed",
            Self::SecondFactorOn => "second-factor-on",
            Self::SecondFactorReplaced => "second-factor-replaced",
            Self::SecondFactorOff => "second-factor-off",
            Self::BackupCodesRenewed => "backup-codes-renewed",
            Self::AppPasswordAdded => "app-password-added",
            Self::AppPasswordRotated => "app-password-rotated",
            Self::AppPasswordRevoked => "app-password-revoked",
            Self::MailAppModeSet => "mail-app-mode-set",
            Self::RecoveryCodeIssued => "recovery-code-issued",
            Self::RecoveredByCode => "recovered-by-code",
            Self::RecoveredByMail => "recovered-by-mail",
            Self::RecoveryEmailSet => "recovery-email-set",
            Self::RecoveryEmailRemoved => "recovery-email-removed",
            Self::NotMe => "not-me",
            Self::KeysRotated => "keys-rotated",
            Self::StaffPasswordChanged => "staff-password-changed",
            Self::StaffPasswordRecovered => "staff-password-recovered",
            Self::StaffPasswordReset => "staff-password-reset",
            Self::NewPlaceNoticesSet => "new-place-notices-set",
        }
    }
}

impl Word for AuditEvent {
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}

impl fmt::Display for AuditEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an act was done to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    Account(AccountId, &'a str),
    Domain(DomainId, &'a str),
    Mailbox(MailboxId, &'a str),
    Staff(StaffId, &'a str),
}

impl<'a> Subject<'a> {
    pub(crate) fn name(&self) -> &'a str {
        match self {
            Self::Account(_, name)
            | Self::Domain(_, name)
            | Self::Mailbox(_, name)
            | Self::Staff(_, name) => name,
        }
    }

    /// The account, domain or principal it is; one of the three.
    pub(crate) fn ids(&self) -> (Option<AccountId>, Option<DomainId>, Option<PrincipalId>) {
        match *self {
            Self::Account(id, _) => (Some(id), None, None),
            Self::Domain(id, _) => (None, Some(id), None),
            Self::Mailbox(id, _) => (None, None, Some(id.into())),
            Self::Staff(id, _) => (None, None, Some(id.into())),
        }
    }
}

/// Who did it and from where, as the audit keeps it.
pub(crate) struct AuditActor {
    pub(crate) actor: String,
    pub(crate) surface: Option<Surface>,
    pub(crate) ip: Option<String>,
    /// What the client calls itself: for the letter, not for the audit.
    pub(crate) client: Option<String>,
}

impl AuditActor {
    /// An act of staff or the operator.
    pub(crate) fn actor(actor: &Actor) -> Self {
        let (name, surface) = match &actor.who {
            Who::Operator => ("operator".to_owned(), None),
            Who::Staff { email, .. } => (email.clone(), Some(Surface::Dashboard)),
        };
        Self { actor: name, surface, ip: actor.ip.map(|ip| ip.to_string()), client: None }
    }

    /// An act of whoever reads a letter of ours.
    pub(crate) fn reader(address: &str, origin: &Origin) -> Self {
        Self { actor: format!("whoever reads the mail of {address}"), ..Self::owner(address, origin) }
    }

    /// Who did it and from where, as a letter tells it.
    pub(crate) fn as_detail(&self) -> serde_json::Value {
        let Self { actor, surface, ip, client } = self;
        serde_json::json!({ "by": actor, "surface": surface, "ip": ip, "client": client })
    }

    /// An act of the mailbox's owner.
    pub(crate) fn owner(address: &str, origin: &Origin) -> Self {
        let (surface, ip) = (Some(origin.surface), Some(origin.ip.to_string()));
        Self { actor: address.to_owned(), surface, ip, client: origin.client.clone() }
    }
}
