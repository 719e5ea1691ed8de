//! What is signed in, and ending it.

use crate::authority::Authority;
use crate::error::{ActError, Unavailable};
use crate::model::Timestamp;
use crate::model::actor::Actor;
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::end_reason::{EndReason, SessionSelector};
use crate::model::mailbox::Mailbox;
use crate::model::origin::Surface;
use crate::model::principal::{MailboxId, PrincipalId, SessionId, Transition};
use crate::model::receipt::Receipt;
use crate::session::ended_sessions::EndedSessions;
use crate::session::registry::SessionGuard;
use crate::session::staff_session::StaffSession;
use crate::store::{
    Durability, StoreError, Tx, audit, directory, moment, principals, recovery, second_factors, sessions,
};
use serde_json::json;

/// A live session, as owners and staff see it.
#[derive(Clone, Debug)]
pub struct LiveSession {
    /// Its id.
    pub id: SessionId,
    /// The surface.
    pub surface: Surface,
    /// The address it came from.
    pub ip: String,
    /// What the client calls itself.
    pub client: Option<String>,
    /// When it signed in.
    pub since: Timestamp,
    /// When it was last used; for connections, when it signed in.
    pub seen: Timestamp,
    /// Whether a second factor was given.
    pub second_factor: bool,
    /// The name of the app password that opened it.
    pub app_password: Option<String>,
}

/// Which sessions of a mailbox to end.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// All of them.
    All,
    /// One.
    One(SessionId),
}

impl Authority {
    /// More sessions than a person looks through; the newest are the ones that matter.
    const LISTED: i64 = 1_000;

    /// The live sessions of a mailbox, newest first.
    ///
    /// # Errors
    /// [`ActError::NotFound`] when the mailbox is not within the actor's reach.
    pub async fn sessions(&self, actor: &Actor, mailbox: MailboxId) -> Result<Vec<LiveSession>, ActError> {
        self.reachable(actor, mailbox).await?;
        Ok(self.live_sessions(mailbox.into()).await?)
    }

    pub(crate) async fn live_sessions(&self, of: PrincipalId) -> Result<Vec<LiveSession>, Unavailable> {
        let rows = sessions::live(self.db(), of, Self::LISTED).await?;
        let live = rows.into_iter().filter_map(|row| {
            Some(LiveSession {
                id: row.id,
                surface: Surface::from_name(&row.surface)?,
                ip: row.ip,
                client: row.client,
                since: moment(row.opened_at),
                seen: moment(row.seen_at),
                second_factor: row.second_factor,
                app_password: row.app_password,
            })
        });
        Ok(live.collect())
    }

    /// Ends sessions of a mailbox; the password stays.
    ///
    /// # Errors
    /// As [`ActError`] says; a single session that is not live is [`ActError::NotFound`].
    pub async fn end_sessions(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
        which: Which,
        now: Timestamp,
    ) -> Result<Receipt, ActError> {
        let of = match which {
            Which::All => SessionSelector::All,
            Which::One(id) => SessionSelector::Session(id),
        };
        self.end(actor, mailbox, Ending::Sessions(of), now).await
    }

    /// Refuses a mailbox at every surface and ends its sessions; delivery goes on.
    ///
    /// # Errors
    /// As [`ActError`] says; suspending twice is [`ActError::NotFound`].
    pub async fn suspend(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
        now: Timestamp,
    ) -> Result<Receipt, ActError> {
        self.end(actor, mailbox, Ending::Suspend, now).await
    }

    /// Lets a suspended mailbox sign in again; sessions that were ended stay ended.
    ///
    /// # Errors
    /// As [`ActError`] says; resuming what is not suspended is [`ActError::NotFound`].
    pub async fn resume_sign_in(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
        now: Timestamp,
    ) -> Result<(), ActError> {
        let row = self.reachable(actor, mailbox).await?;
        actor.require_write()?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        if !principals::transition(&mut tx, mailbox.into(), Transition::Resume).await? {
            return Err(ActError::NotFound);
        }
        let subject = Subject::Mailbox(mailbox, row.address.as_str());
        audit::audit(
            &mut tx,
            &AuditActor::actor(actor),
            AuditEvent::SignInResumed,
            &subject,
            &json!({}),
            now,
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// Deletes a mailbox: its sessions end and it opens nothing. It can be restored for a while, and its address stays
    /// taken until then.
    ///
    /// # Errors
    /// As [`ActError`] says.
    pub async fn delete_mailbox(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
        now: Timestamp,
    ) -> Result<(), ActError> {
        self.end(actor, mailbox, Ending::Delete, now).await.map(|_| ())
    }

    /// Signs a browser session out, at its owner's wish.
    ///
    /// # Errors
    /// When the store could not answer: the session may still be alive.
    pub async fn sign_out(&self, session: SessionGuard, now: Timestamp) -> Result<(), Unavailable> {
        let (id, principal) = (session.id(), session.live.principal());
        drop(session);
        self.sign_out_session(principal, id, now).await
    }

    /// The same for the dashboard.
    ///
    /// # Errors
    /// As [`Authority::sign_out`].
    pub async fn sign_out_staff(&self, session: StaffSession, now: Timestamp) -> Result<(), Unavailable> {
        let (id, principal) = (session.id(), session.live.principal());
        drop(session);
        self.sign_out_session(principal, id, now).await
    }

    async fn sign_out_session(
        &self,
        principal: PrincipalId,
        id: SessionId,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let this = self.clone();
        self.finish(async move {
            let mut tx = this.db().begin(Durability::Durable).await?;
            sessions::end(&mut tx, principal, SessionSelector::Session(id), EndReason::Ended, now).await?;
            tx.broadcast_ended_sessions().await?;
            tx.commit().await?;
            this.registry().kill(principal, SessionSelector::Session(id), EndReason::Ended).await;
            Ok(())
        })
        .await?
    }

    /// Whatever ends sessions without a new password. Finished even when whoever asked has hung up.
    async fn end(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
        ending: Ending,
        now: Timestamp,
    ) -> Result<Receipt, ActError> {
        let row = self.reachable(actor, mailbox).await?;
        actor.require_write()?;
        let (this, by) = (self.clone(), AuditActor::actor(actor));
        self.finish(async move { this.end_and_kill(row, by, ending, now).await }).await?
    }

    async fn end_and_kill(
        &self,
        mailbox: Mailbox,
        by: AuditActor,
        ending: Ending,
        now: Timestamp,
    ) -> Result<Receipt, ActError> {
        let principal = PrincipalId::from(mailbox.id);
        let mut tx = self.db().begin(Durability::Durable).await?;
        if !ending.begin(&mut tx, mailbox.id, now).await? {
            return Err(ActError::NotFound);
        }
        let rows = sessions::end(&mut tx, principal, ending.of(), ending.reason(), now).await?;
        if matches!(ending, Ending::Sessions(SessionSelector::Session(_))) && rows.is_empty() {
            return Err(ActError::NotFound);
        }
        let in_store = EndedSessions::of(rows);
        let subject = Subject::Mailbox(mailbox.id, mailbox.address.as_str());
        let detail = json!({ "ended": in_store.total() });
        audit::audit(&mut tx, &by, ending.event(), &subject, &detail, now).await?;
        tx.broadcast_ended_sessions().await?;
        tx.commit().await?;

        let here = self.registry().kill(principal, ending.of(), ending.reason()).await;
        let ended = in_store.alive(self.node(), &here, now);
        Ok(Receipt {
            address: mailbox.address,
            epoch: mailbox.epoch,
            ended,
            app_passwords_revoked: 0,
            second_factor_off: false,
        })
    }
}

/// Ends whatever would open something later: resuming does not bring it back (D15). The row is held first.
async fn forget_half_done(tx: &mut Tx, id: PrincipalId) -> Result<(), StoreError> {
    principals::lock_existing(tx, id).await?;
    second_factors::end_challenges(tx, id).await?;
    second_factors::end_enrolments(tx, id).await?;
    recovery::end_all_links(tx, id).await
}

/// The ways to end sessions without a new password.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Sessions(SessionSelector),
    Suspend,
    Delete,
}

impl Ending {
    /// Does what comes with it. False when there is nothing to do it to.
    async fn begin(self, tx: &mut Tx, mailbox: MailboxId, now: Timestamp) -> Result<bool, StoreError> {
        let id = PrincipalId::from(mailbox);
        match self {
            Self::Sessions(_) => Ok(true),
            Self::Suspend => {
                forget_half_done(tx, id).await?;
                principals::transition(tx, id, Transition::Suspend).await
            }
            Self::Delete => {
                forget_half_done(tx, id).await?;
                directory::set_deleted(tx, mailbox, Some(now)).await?;
                principals::transition(tx, id, Transition::Delete).await
            }
        }
    }

    fn of(self) -> SessionSelector {
        match self {
            Self::Sessions(of) => of,
            Self::Suspend | Self::Delete => SessionSelector::All,
        }
    }

    fn reason(self) -> EndReason {
        match self {
            Self::Sessions(_) => EndReason::Ended,
            Self::Suspend | Self::Delete => EndReason::Suspended,
        }
    }

    fn event(self) -> AuditEvent {
        match self {
            Self::Sessions(_) => AuditEvent::SessionsEnded,
            Self::Suspend => AuditEvent::SignInSuspended,
            Self::Delete => AuditEvent::MailboxDeleted,
        }
    }
}
