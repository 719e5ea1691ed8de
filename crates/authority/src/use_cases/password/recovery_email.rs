//! The recovery e-mail of a mailbox: verified before it is used, and held as it is when somebody says that it was not
//! them (W9).

use crate::authority::Authority;
use crate::credential::token::Token;
use crate::error::{LinkError, ReauthRequired, Unavailable, from_reauth_unavailable};
use crate::model::Timestamp;
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::end_reason::{EndReason, SessionSelector};
use crate::model::link_kind::LinkKind;
use crate::model::notice::Notice;
use crate::model::principal::{MailboxId, PrincipalId};
use crate::model::receipt::Receipt;
use crate::model::request::Request;
use crate::model::revoke_reason::RevokeReason;
use crate::notification::link_token;
use crate::notification::notify::{Recipient, notify, notify_owner};
use crate::session::change_broadcast::PrincipalChange;
use crate::session::ended_sessions::EndedSessions;
use crate::session::registry::SessionGuard;
use crate::store::outbox::{self, NewLetter};
use crate::store::{
    Durability, Tx, app_passwords, audit, moment, principals, recovery, second_factors, sessions,
};
use crate::use_cases::sign_in::reauthentication::OwnSession;
use jiff::SignedDuration;
use postward_wire::Address;
use serde_json::json;
use thiserror::Error;

/// How long the recovery e-mail cannot be changed after somebody has said *This wasn't me*: a night's sleep for whoever
/// finds out what happened.
pub(crate) const HOLD: SignedDuration = SignedDuration::from_hours(24);

/// How things stand with a mailbox's recovery e-mail.
#[derive(Clone, Debug)]
pub struct RecoveryEmail {
    /// The address, and when it was verified.
    pub address: Option<(String, Timestamp)>,
    /// Until when it cannot be changed, if it cannot.
    pub held_until: Option<Timestamp>,
}

/// Why a recovery e-mail was not changed. Nothing has changed.
#[derive(Debug, Error)]
pub enum RecoveryEmailError {
    /// The session may not do that now.
    #[error(transparent)]
    ReauthRequired(#[from] ReauthRequired),
    /// It is the mailbox itself, which is closed to whoever has lost its password.
    #[error("the recovery e-mail would be the mailbox itself")]
    Itself,
    /// Somebody has said that it was not them: not before this moment.
    #[error("the recovery e-mail is held until {0}")]
    Held(Timestamp),
    /// There is none.
    #[error("there is no recovery e-mail")]
    None,
}

from_reauth_unavailable! { RecoveryEmailError }

impl Authority {
    /// How things stand with the owner's recovery e-mail.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn recovery_email(
        &self,
        session: &SessionGuard,
        now: Timestamp,
    ) -> Result<RecoveryEmail, Unavailable> {
        let of = session.mailbox().into();
        let address = recovery::email(self.db(), of).await?.map(|(address, at)| (address, moment(at)));
        let held_until = recovery::held_until(self.db(), of).await?.map(moment).filter(|until| *until > now);
        Ok(RecoveryEmail { address, held_until })
    }

    /// Mails a link to an address, which becomes the recovery e-mail when somebody there follows it.
    ///
    /// # Errors
    /// As [`RecoveryEmailError`] says.
    pub async fn name_recovery_email(
        &self,
        session: &SessionGuard,
        address: &Address,
        now: Timestamp,
    ) -> Result<(), RecoveryEmailError> {
        if address == session.address() {
            return Err(RecoveryEmailError::Itself);
        }
        let own = OwnSession::from(session);
        let mut tx = self.db().begin(Durability::Durable).await?;
        self.begin_self_service(&mut tx, &own, now).await?;
        not_held(&mut tx, own.principal, now).await?;
        let (kind, to) = (LinkKind::VerifyRecoveryEmail, Some(address.as_str()));
        let link = link_token::make(&mut tx, self.keys(), own.principal, kind, to, now).await?;
        if link.is_none() {
            // The file says why; the log has it.
            self.keys().newest()?;
        }
        let letter = NewLetter {
            principal: own.principal,
            recipient: address.as_str(),
            notice: Notice::VerifyRecoveryEmail,
            detail: &json!({}),
            link,
        };
        outbox::put(&mut tx, &letter, now).await?;
        Ok(tx.commit().await?)
    }

    /// Takes the recovery e-mail away; the address hears of it.
    ///
    /// # Errors
    /// As [`RecoveryEmailError`] says.
    pub async fn remove_recovery_email(
        &self,
        session: &SessionGuard,
        request: &Request,
    ) -> Result<(), RecoveryEmailError> {
        let now = request.now;
        let own = OwnSession::from(session);
        let mut tx = self.db().begin(Durability::Durable).await?;
        self.begin_self_service(&mut tx, &own, now).await?;
        not_held(&mut tx, own.principal, now).await?;
        let by = AuditActor::owner(own.login, &request.origin);
        // Before it is gone: it is one of those that are told.
        let notice = Notice::RecoveryEmailReplaced;
        notify_owner(&mut tx, self.keys(), own.principal, notice, &by.as_detail(), now).await?;
        if !recovery::remove_email(&mut tx, own.principal).await? {
            return Err(RecoveryEmailError::None);
        }
        recovery::end_links(&mut tx, own.principal, LinkKind::Reset.name()).await?;
        audit::audit(&mut tx, &by, AuditEvent::RecoveryEmailRemoved, &own.subject(), &json!({}), now).await?;
        tx.broadcast_change(own.principal).await?;
        tx.commit().await?;
        self.broadcast_change(own.principal, PrincipalChange::Recovery);
        Ok(())
    }

    /// Follows the link that was mailed to a new recovery e-mail: from now on it is the one. The one before hears of
    /// it. Returns the mailbox and its new recovery e-mail.
    ///
    /// # Errors
    /// As [`LinkError`] says.
    pub async fn verify_recovery_email(
        &self,
        token: &Token,
        request: &Request,
    ) -> Result<(Address, String), LinkError> {
        let now = request.now;
        let kind = LinkKind::VerifyRecoveryEmail;
        let Some((link, principal)) = self.link_and_principal(token, kind, now).await? else {
            return Err(LinkError::Over);
        };
        let login = Address::parse(&principal.login).map_err(|_| LinkError::Over)?;
        let address = link.address.ok_or(LinkError::Over)?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        let stands = principals::lock_principal(&mut tx, principal.id).await? == Some(link.epoch);
        if !stands || not_held(&mut tx, principal.id, now).await.is_err() {
            return Err(LinkError::Over);
        }
        if !recovery::spend_link(&mut tx, link.id, now).await? {
            return Err(LinkError::Over);
        }
        let by = AuditActor::owner(login.as_str(), &request.origin);
        let before = recovery::email_of(&mut tx, principal.id).await?.filter(|before| *before != address);
        let mut detail = by.as_detail();
        if let Some(before) = &before {
            let to = Recipient { principal: principal.id, address: before.as_str() };
            notify(&mut tx, self.keys(), to, Notice::RecoveryEmailReplaced, &detail, now).await?;
        }
        recovery::put_email(&mut tx, principal.id, &address, now).await?;
        recovery::end_links(&mut tx, principal.id, LinkKind::Reset.name()).await?;
        detail["address"] = address.as_str().into();
        notify_owner(&mut tx, self.keys(), principal.id, Notice::RecoveryEmailSet, &detail, now).await?;
        let subject = Subject::Mailbox(MailboxId(principal.id.0), login.as_str());
        let detail = json!({ "address": address });
        audit::audit(&mut tx, &by, AuditEvent::RecoveryEmailSet, &subject, &detail, now).await?;
        tx.broadcast_change(principal.id).await?;
        tx.commit().await?;
        self.broadcast_change(principal.id, PrincipalChange::Recovery);
        Ok((login, address))
    }

    /// *This wasn't me*: ends every session, revokes the app passwords, forgets whatever is half done, and holds the
    /// recovery e-mail as it is for a day. The password stays: whoever reads somebody's mail must not be able to take
    /// it away.
    ///
    /// # Errors
    /// As [`LinkError`] says.
    pub async fn not_me(&self, token: &Token, request: &Request) -> Result<Receipt, LinkError> {
        let now = request.now;
        let Some((link, principal)) = self.link_and_principal(token, LinkKind::NotMe, now).await? else {
            return Err(LinkError::Over);
        };
        let address = Address::parse(&principal.login).map_err(|_| LinkError::Over)?;
        let id = principal.id;
        let mut tx = self.db().begin(Durability::Durable).await?;
        let Some(epoch) = principals::lock_principal(&mut tx, id).await? else { return Err(LinkError::Over) };
        if !recovery::spend_link(&mut tx, link.id, now).await? {
            return Err(LinkError::Over);
        }
        second_factors::end_challenges(&mut tx, id).await?;
        second_factors::end_enrolments(&mut tx, id).await?;
        for kind in [LinkKind::Reset, LinkKind::VerifyRecoveryEmail] {
            recovery::end_links(&mut tx, id, kind.name()).await?;
        }
        let until = now.checked_add(HOLD).unwrap_or(Timestamp::MAX);
        recovery::hold_recovery_email(&mut tx, id, until).await?;
        let app_passwords_revoked = app_passwords::revoke_all(&mut tx, id, RevokeReason::NotMe, now).await?;
        let rows = sessions::end(&mut tx, id, SessionSelector::All, EndReason::Ended, now).await?;
        let in_store = EndedSessions::of(rows);
        let subject = Subject::Mailbox(MailboxId(id.0), address.as_str());
        let detail = json!({ "ended": in_store.total(), "app_passwords_revoked": app_passwords_revoked });
        // Whoever reads the letter need not be the owner.
        let by = AuditActor::reader(link.address.as_deref().unwrap_or(address.as_str()), &request.origin);
        audit::audit(&mut tx, &by, AuditEvent::NotMe, &subject, &detail, now).await?;
        tx.broadcast_change(id).await?;
        tx.broadcast_ended_sessions().await?;
        let this = self.clone();
        let ended = self
            .finish(async move {
                tx.commit().await?;
                let here = this.registry().kill(id, SessionSelector::All, EndReason::Ended).await;
                this.broadcast_change(id, PrincipalChange::Recovery);
                Ok::<_, Unavailable>(in_store.alive(this.node(), &here, now))
            })
            .await??;
        Ok(Receipt { address, epoch, ended, app_passwords_revoked, second_factor_off: false })
    }
}

/// Whether the recovery e-mail may be changed. The principal's row is held.
async fn not_held(tx: &mut Tx, of: PrincipalId, now: Timestamp) -> Result<(), RecoveryEmailError> {
    match recovery::held_until_of(tx, of).await?.map(moment) {
        Some(until) if until > now => Err(RecoveryEmailError::Held(until)),
        _ => Ok(()),
    }
}
