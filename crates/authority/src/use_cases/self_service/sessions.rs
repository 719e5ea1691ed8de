//! What an owner sees and settles of its own sign-in: sessions, activity, audit, switches, and going over to
//! another surface.

use crate::authority::Authority;
use crate::credential::token::Token;
use crate::error::{ActError, ReauthRequired, SignedOut, Unavailable};
use crate::model::Timestamp;
use crate::model::actor::Actor;
use crate::model::audit_event::{AuditActor, AuditEvent};
use crate::model::end_reason::{EndReason, SessionEnd, SessionSelector};
use crate::model::mail_app_mode::{MailAppMode, ModeOf};
use crate::model::origin::{Origin, Surface};
use crate::model::principal::{MailboxId, PrincipalId};
use crate::model::request::Request;
use crate::model::stored::Stored;
use crate::session::ended_sessions::EndedSessions;
use crate::session::proof::{FirstFactor, OneTimeProof};
use crate::session::registry::SessionGuard;
use crate::store::principals::{self, PrincipalRef, new_place_notices, set_new_place_notices};
use crate::store::{Durability, audit, moment, sessions};
use crate::use_cases::administration::audit::{AuditEntry, RefusedAttempt};
use crate::use_cases::administration::mail_app_mode::ModeChange;
use crate::use_cases::administration::sessions::LiveSession;
use crate::use_cases::sign_in::SignedIn;
use crate::use_cases::sign_in::first_factor::Login;
use crate::use_cases::sign_in::reauthentication::OwnSession;
use serde_json::json;
use std::collections::BTreeMap;

/// A sign-in of the past or of now.
#[derive(Clone, Debug)]
pub struct PastSession {
    /// The surface.
    pub surface: Surface,
    /// From where.
    pub ip: String,
    /// What the client calls itself.
    pub client: Option<String>,
    /// When it signed in.
    pub since: Timestamp,
    /// When it was over, and why; none while it is live.
    pub over: Option<(Timestamp, Stored<SessionEnd>)>,
    /// The name of the app password that opened it.
    pub app_password: Option<String>,
}

/// Which of its own sessions somebody ends.
#[derive(Clone, Copy, Debug)]
pub enum OwnSessions {
    /// One of them.
    One(crate::model::principal::SessionId),
    /// All but the one that asks.
    Others,
    /// All.
    All,
}

impl Authority {
    /// How many past sign-ins and refused attempts are looked at.
    const HISTORY: i64 = 200;

    /// The live sessions of whoever acts, newest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn own_sessions(
        &self,
        session: impl Into<OwnSession<'_>>,
    ) -> Result<Vec<LiveSession>, Unavailable> {
        self.live_sessions(session.into().principal).await
    }

    /// Ends sessions of whoever acts; how many, by surface. The password stays.
    ///
    /// # Errors
    /// When the store does not answer: they may still be alive.
    pub async fn end_own_sessions(
        &self,
        session: impl Into<OwnSession<'_>>,
        which: OwnSessions,
        request: &Request,
    ) -> Result<BTreeMap<Surface, u64>, Unavailable> {
        let now = request.now;
        let own = &session.into();
        let of = match which {
            OwnSessions::One(id) => SessionSelector::Session(id),
            OwnSessions::Others => SessionSelector::AllBut(own.session),
            OwnSessions::All => SessionSelector::All,
        };
        let mut tx = self.db().begin(Durability::Durable).await?;
        principals::lock_existing(&mut tx, own.principal).await?;
        let rows = sessions::end(&mut tx, own.principal, of, EndReason::Ended, now).await?;
        let in_store = EndedSessions::of(rows);
        if in_store.total() == 0 {
            return Ok(in_store.alive(self.node(), &[], now));
        }
        let (by, detail) =
            (AuditActor::owner(own.login, &request.origin), json!({ "ended": in_store.total() }));
        audit::audit(&mut tx, &by, AuditEvent::SessionsEnded, &own.subject(), &detail, now).await?;
        tx.broadcast_ended_sessions().await?;
        // The request that asks for the end of its own session has to outlive it to answer.
        let ends_itself =
            matches!(which, OwnSessions::All) || matches!(which, OwnSessions::One(id) if id == own.session);
        if ends_itself {
            own.live.detach();
        }
        let (this, principal) = (self.clone(), own.principal);
        let ended = self.finish(async move {
            tx.commit().await?;
            let here = this.registry().kill(principal, of, EndReason::Ended).await;
            Ok(in_store.alive(this.node(), &here, now))
        });
        let ended = ended.await.and_then(|ended| ended);
        if ends_itself && ended.is_err() {
            own.live.reattach();
        }
        ended
    }

    /// The owner's sign-ins of the last ninety days, newest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn own_sign_ins(&self, session: &SessionGuard) -> Result<Vec<PastSession>, Unavailable> {
        self.sign_ins_of(session.live.principal()).await
    }

    /// The same of a mailbox, for staff.
    ///
    /// # Errors
    /// [`ActError::NotFound`] when the mailbox is not within the actor's reach.
    pub async fn sign_ins(&self, actor: &Actor, mailbox: MailboxId) -> Result<Vec<PastSession>, ActError> {
        self.reachable(actor, mailbox).await?;
        Ok(self.sign_ins_of(mailbox.into()).await?)
    }

    /// The newest attempts at the owner's mailbox that did not succeed.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn own_refused_attempts(
        &self,
        session: &SessionGuard,
    ) -> Result<Vec<RefusedAttempt>, Unavailable> {
        self.refused_attempts_of(session.live.principal(), Self::HISTORY as u32).await
    }

    /// The newest entries of the audit about the owner's mailbox, what staff did included (D14).
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn own_audit(&self, session: &SessionGuard) -> Result<Vec<AuditEntry>, Unavailable> {
        let rows = audit::audit_of(self.db(), session.live.principal(), Self::HISTORY as u32).await?;
        Ok(rows.into_iter().map(AuditEntry::from_row).collect())
    }

    /// Whether the owner is told of sign-ins from new places.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn new_place_notices(&self, session: &SessionGuard) -> Result<bool, Unavailable> {
        Ok(new_place_notices(self.db(), session.mailbox().into()).await?)
    }

    /// Sets whether the owner is told of sign-ins from new places.
    ///
    /// # Errors
    /// As [`ReauthRequired`] says.
    pub async fn set_new_place_notices(
        &self,
        session: &SessionGuard,
        tell: bool,
        request: &Request,
    ) -> Result<(), ReauthRequired> {
        let own = OwnSession::from(session);
        let mut tx = self.db().begin(Durability::Durable).await?;
        self.begin_self_service(&mut tx, &own, request.now).await?;
        set_new_place_notices(&mut tx, own.principal, tell).await?;
        let (by, detail) = (AuditActor::owner(own.login, &request.origin), json!({ "on": tell }));
        audit::audit(&mut tx, &by, AuditEvent::NewPlaceNoticesSet, &own.subject(), &detail, request.now)
            .await?;
        Ok(tx.commit().await?)
    }

    /// What the owner's mail apps may sign in with.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn own_mail_app_mode(&self, session: &SessionGuard) -> Result<MailAppMode, Unavailable> {
        let whom = PrincipalRef::Id(session.mailbox().into());
        let found = principals::find(self.db(), whom, "", Timestamp::MAX).await?;
        Ok(found.map_or(MailAppMode::AppPasswordsOnly, |principal| principal.mail_apps))
    }

    /// Sets what the owner's mail apps may sign in with. What is signed in stays so.
    ///
    /// # Errors
    /// As [`ReauthRequired`] says.
    pub async fn set_own_mail_app_mode(
        &self,
        session: &SessionGuard,
        mode: MailAppMode,
        request: &Request,
    ) -> Result<(), ReauthRequired> {
        let own = OwnSession::from(session);
        let mut tx = self.db().begin(Durability::Durable).await?;
        self.begin_self_service(&mut tx, &own, request.now).await?;
        let (of, by) = (ModeOf::Mailbox(session.mailbox()), AuditActor::owner(own.login, &request.origin));
        let change = ModeChange { of, name: own.login, mode: Some(mode), by: &by };
        change.write(&mut tx, request.now).await?;
        Ok(tx.commit().await?)
    }

    /// Goes over to another surface without signing in again (W3). The new session is as strong and as old as the one
    /// it comes from: where a second factor is on that it has not given, the code is owed there. The session that the
    /// browser had there before ends: its cookie is replaced.
    ///
    /// # Errors
    /// When the session has ended, or that cannot be said.
    pub async fn switch_surface(
        &self,
        session: &SessionGuard,
        to: Surface,
        replaces: Option<&Token>,
        request: &Request,
    ) -> Result<SignedIn<SessionGuard>, SignedOut> {
        let request = &Request { origin: Origin { surface: to, ..request.origin.clone() }, now: request.now };
        if let Some(before) = replaces {
            match self.resume(before, request).await {
                Ok(guard) => self.sign_out(guard, request.now).await?,
                Err(SignedOut::Ended) => {}
                Err(unavailable) => return Err(unavailable),
            }
        }
        let from = {
            let mut tx = self.db().begin(Durability::Relaxed).await?;
            sessions::proof(&mut tx, session.id()).await?
        };
        let found = self.find(PrincipalRef::Id(session.mailbox().into()), request).await?;
        let (Some(from), Some(principal)) = (from, found) else { return Err(SignedOut::Ended) };
        let proved_at = moment(from.proved_at);
        let proven = match FirstFactor::of(principal).alone() {
            Ok(proven) => proven,
            Err(first) if from.second_factor => first.with(OneTimeProof::Carried),
            Err(first) => {
                let token = self.begin_challenge(first.principal(), to, proved_at, request.now).await?;
                return Ok(SignedIn::CodeOwed(token));
            }
        };
        let mut proven = proven;
        proven.proved_at = Some(proved_at);
        proven.known_network = true;
        proven.from_session = Some(session.id());
        let token = Token::draw(&mut rand::rng());
        let login = Login::of(session.address());
        let live = match self.open_session(proven, &login, Some(&token), request).await {
            Ok(live) => live,
            Err(crate::error::AuthFailure::Unavailable(unavailable)) => return Err(unavailable.into()),
            Err(_) => return Err(SignedOut::Ended),
        };
        let address = session.address().clone();
        Ok(SignedIn::Session(token, SessionGuard { live, address, surface: to }))
    }

    async fn sign_ins_of(&self, principal: PrincipalId) -> Result<Vec<PastSession>, Unavailable> {
        let rows = sessions::history(self.db(), principal, Self::HISTORY).await?;
        let read = rows.into_iter().filter_map(|row| {
            Some(PastSession {
                surface: Surface::from_name(&row.surface)?,
                ip: row.ip,
                client: row.client,
                since: moment(row.opened_at),
                over: row.ended_at.map(|at| (moment(at), row.end_reason.unwrap_or_default())),
                app_password: row.app_password,
            })
        });
        Ok(read.collect())
    }
}
