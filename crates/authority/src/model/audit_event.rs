//! What the audit records: which event, by whom, on what.

use super::actor::{Actor, Who};
use super::origin::{Origin, Surface};
use super::principal::{AccountId, DomainId, MailboxId, PrincipalId, StaffId};

/// What the audit knows to tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuditEvent {
    AccountAdded,
    DomainAdded,
    StaffAdded,
    MailboxAdded,
    MailboxDeleted,
    MailboxRestored,
    PasswordChanged,
    PasswordReset,
    SessionsEnded,
    SignInSuspended,
    SignInResumed,
    SecondFactorOn,
    SecondFactorReplaced,
    SecondFactorOff,
    BackupCodesRenewed,
    AppPasswordAdded,
    AppPasswordRotated,
    AppPasswordRevoked,
    MailAppModeSet,
    RecoveryCodeIssued,
    RecoveredByCode,
    RecoveredByMail,
    RecoveryEmailSet,
    RecoveryEmailRemoved,
    NotMe,
    KeysRotated,
    StaffPasswordChanged,
    StaffPasswordRecovered,
    StaffPasswordReset,
    NewPlaceNoticesSet,
}

impl AuditEvent {
    pub(crate) fn name(self) -> &'static str {
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
