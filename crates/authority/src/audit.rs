//! Who did what to which mailbox, from where.

use crate::authority::{Authority, Unavailable};
use crate::principal::{AccountId, DomainId, MailboxId, PrincipalId, StaffId};
use crate::scope::Actor;
use crate::sessions::ActError;
use crate::store::journal::{self, AuditRow};
use crate::store::moment;
use crate::{Surface, Timestamp};

/// One line of the audit.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who: `operator`, a person's e-mail address, or the mailbox's own address.
    pub actor: String,
    /// What, as a stable word: `password-changed`.
    pub event: String,
    /// The mailbox, domain, account or person it was done to.
    pub subject: String,
    /// From where; none for the command line.
    pub ip: Option<String>,
    /// More, as JSON. Never a secret.
    pub detail: String,
}

/// A try to sign in that did not succeed, as the owner and staff may see it.
#[derive(Clone, Debug)]
pub struct RefusedTry {
    /// When.
    pub at: Timestamp,
    /// The door.
    pub surface: Surface,
    /// From where.
    pub ip: String,
    /// What the client called itself.
    pub client: Option<String>,
    /// Why, as a stable word: `wrong-password`, `previous-password`, `suspended`, `throttled`.
    pub cause: String,
}

/// What the audit knows to tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
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

impl Event {
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

impl AuditEntry {
    pub(crate) fn from_row(row: AuditRow) -> Self {
        let AuditRow { at, actor, event, subject, ip, detail } = row;
        Self { at: moment(at), actor, event, subject, ip, detail }
    }
}

impl Authority {
    /// The newest entries the actor may see, about one mailbox or about all.
    ///
    /// # Errors
    /// [`ActError::NotFound`] when the mailbox is not within the actor's reach.
    pub async fn audit(
        &self,
        actor: &Actor,
        mailbox: Option<MailboxId>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, ActError> {
        if let Some(id) = mailbox {
            self.reachable(actor, id).await?;
        }
        let rows = journal::audit_rows(self.db(), actor, mailbox.map(PrincipalId::from), limit)
            .await
            .map_err(Unavailable::from)?;
        Ok(rows.into_iter().map(AuditEntry::from_row).collect())
    }

    /// The newest tries at a mailbox that did not succeed.
    ///
    /// # Errors
    /// [`ActError::NotFound`] when the mailbox is not within the actor's reach.
    pub async fn refused_tries(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
        limit: u32,
    ) -> Result<Vec<RefusedTry>, ActError> {
        self.reachable(actor, mailbox).await?;
        Ok(self.refused_tries_of(mailbox.into(), limit).await?)
    }

    pub(crate) async fn refused_tries_of(
        &self,
        principal: PrincipalId,
        limit: u32,
    ) -> Result<Vec<RefusedTry>, Unavailable> {
        let rows = journal::refused_rows(self.db(), principal, limit).await?;
        let tries = rows.into_iter().filter_map(|row| {
            Some(RefusedTry {
                at: moment(row.at),
                surface: Surface::from_name(&row.surface)?,
                ip: row.ip,
                client: row.client,
                cause: row.cause,
            })
        });
        Ok(tries.collect())
    }
}
