//! Recovery codes: one for each mailbox, shown once, and good for one thing (R1).

use crate::authority::Authority;
use crate::credential::recovery_code::{TEXT, digest};
use crate::error::{ActError, ReauthRequired, Unavailable};
use crate::model::Timestamp;
use crate::model::actor::Actor;
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::notice::Notice;
use crate::model::principal::MailboxId;
use crate::model::request::Request;
use crate::notification::notify::notify_owner;
use crate::session::change_broadcast::PrincipalChange;
use crate::session::registry::SessionGuard;
use crate::store::{Durability, StoreError, Tx, audit, moment, principals, recovery};
use postward_wire::Secret;
use serde_json::json;

impl Authority {
    /// When the active recovery code of a mailbox was issued, if there is one (D8).
    ///
    /// # Errors
    /// [`ActError::NotFound`] when the mailbox is not within the actor's reach.
    pub async fn recovery_code_issued(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
    ) -> Result<Option<Timestamp>, ActError> {
        self.reachable(actor, mailbox).await?;
        Ok(recovery::code_issued_at(self.db(), mailbox.into()).await?.map(moment))
    }

    /// The same for the owner.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn own_recovery_code_issued(
        &self,
        session: &SessionGuard,
    ) -> Result<Option<Timestamp>, Unavailable> {
        Ok(recovery::code_issued_at(self.db(), session.mailbox().into()).await?.map(moment))
    }

    /// Issues a new recovery code for a mailbox; the one before opens nothing any more. It is shown now or never.
    ///
    /// # Errors
    /// As [`ActError`] says.
    pub async fn issue_recovery_code(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
        now: Timestamp,
    ) -> Result<Secret, ActError> {
        let row = self.reachable(actor, mailbox).await?;
        actor.require_write()?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        let code = self.issue(&mut tx, mailbox, row.address.as_str(), &AuditActor::actor(actor), now).await?;
        tx.commit().await?;
        self.broadcast_change(mailbox.into(), PrincipalChange::Recovery);
        Ok(code)
    }

    /// Issues a new recovery code at the owner's wish (W9).
    ///
    /// # Errors
    /// As [`ReauthRequired`] says.
    pub async fn issue_own_recovery_code(
        &self,
        session: &SessionGuard,
        request: &Request,
    ) -> Result<Secret, ReauthRequired> {
        let mut tx = self.db().begin(Durability::Durable).await?;
        self.begin_self_service(&mut tx, &session.into(), request.now).await?;
        let address = session.address().as_str();
        let code = self
            .issue(
                &mut tx,
                session.mailbox(),
                address,
                &AuditActor::owner(address, &request.origin),
                request.now,
            )
            .await?;
        tx.commit().await?;
        self.broadcast_change(session.mailbox().into(), PrincipalChange::Recovery);
        Ok(code)
    }

    async fn issue(
        &self,
        tx: &mut Tx,
        mailbox: MailboxId,
        address: &str,
        by: &AuditActor,
        now: Timestamp,
    ) -> Result<Secret, StoreError> {
        let code = TEXT.draw(&mut rand::rng());
        // Always there: it was drawn by the same table that reads it.
        let digest = digest(mailbox.into(), &code).unwrap_or_default();
        principals::lock_existing(tx, mailbox.into()).await?;
        recovery::put_code(tx, mailbox.into(), &digest, now).await?;
        let subject = Subject::Mailbox(mailbox, address);
        audit::audit(tx, by, AuditEvent::RecoveryCodeIssued, &subject, &json!({}), now).await?;
        let detail = by.as_detail();
        notify_owner(tx, self.keys(), mailbox.into(), Notice::RecoveryCodeIssued, &detail, now).await?;
        tx.broadcast_change(mailbox.into()).await?;
        Ok(code)
    }
}
