//! Who did what to which mailbox, from where.

use crate::authority::Authority;
use crate::error::{ActError, Unavailable};
use crate::model::Timestamp;
use crate::model::actor::Actor;
use crate::model::audit_event::AuditEvent;
use crate::model::origin::Surface;
use crate::model::principal::{MailboxId, PrincipalId};
use crate::model::refusal_cause::RefusalCause;
use crate::model::stored::Stored;
use crate::store::audit::{self, AuditRow};
use crate::store::moment;

/// One line of the audit.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who: `operator`, a person's e-mail address, or the mailbox's own address.
    pub actor: String,
    /// What.
    pub event: Stored<AuditEvent>,
    /// The mailbox, domain, account or person it was done to.
    pub subject: String,
    /// From where; none for the command line.
    pub ip: Option<String>,
    /// More, as JSON. Never a secret.
    pub detail: String,
}

/// An attempt to sign in that did not succeed, as the owner and staff may see it.
#[derive(Clone, Debug)]
pub struct RefusedAttempt {
    /// When.
    pub at: Timestamp,
    /// The surface.
    pub surface: Surface,
    /// From where.
    pub ip: String,
    /// What the client called itself.
    pub client: Option<String>,
    /// Why.
    pub cause: Stored<RefusalCause>,
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
        let rows = audit::audit_rows(self.db(), actor, mailbox.map(PrincipalId::from), limit).await?;
        Ok(rows.into_iter().map(AuditEntry::from_row).collect())
    }

    /// The newest attempts at a mailbox that did not succeed.
    ///
    /// # Errors
    /// [`ActError::NotFound`] when the mailbox is not within the actor's reach.
    pub async fn refused_attempts(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
        limit: u32,
    ) -> Result<Vec<RefusedAttempt>, ActError> {
        self.reachable(actor, mailbox).await?;
        Ok(self.refused_attempts_of(mailbox.into(), limit).await?)
    }

    pub(crate) async fn refused_attempts_of(
        &self,
        principal: PrincipalId,
        limit: u32,
    ) -> Result<Vec<RefusedAttempt>, Unavailable> {
        let rows = audit::refused_rows(self.db(), principal, limit).await?;
        let attempts = rows.into_iter().filter_map(|row| {
            Some(RefusedAttempt {
                at: moment(row.at),
                surface: Surface::from_name(&row.surface)?,
                ip: row.ip,
                client: row.client,
                cause: row.cause,
            })
        });
        Ok(attempts.collect())
    }
}
