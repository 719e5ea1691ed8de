//! The second factor: setting one up, putting another in its place, turning it off (W6).
//!
//! The seed is sealed under a key of the file, bound to account and principal, and can be brought back by nothing but a
//! sign-in that holds a code against it. It is shown once, while it is set up.

use crate::authority::Authority;
use crate::credential::backup_code;
use crate::credential::totp::{Code, Seed, SetUp};
use crate::credential::totp_binding::bound;
use crate::error::{
    ActError, AuthFailure, CodeFailure, ReauthRequired, Unavailable, from_reauth_unavailable,
};
use crate::model::Timestamp;
use crate::model::actor::Actor;
use crate::model::audit_event::{AuditActor, AuditEvent};
use crate::model::end_reason::{EndReason, SessionSelector};
use crate::model::notice::Notice;
use crate::model::origin::Surface;
use crate::model::principal::{Kind, MailboxId, PrincipalId};
use crate::model::request::Request;
use crate::notification::notify::{Recipient, notify_owner, notify_staff};
use crate::session::change_broadcast::PrincipalChange;
use crate::session::ended_sessions::EndedSessions;
use crate::session::forget_second_factor::forget;
use crate::session::one_time_proof::spend_code;
use crate::session::proof::OneTimeProof;
use crate::session::registry::SessionGuard;
use crate::session::staff_session::StaffSession;
use crate::store::principals::PrincipalRef;
use crate::store::{Durability, Tx, audit, moment, second_factors, sessions};
use crate::use_cases::sign_in::first_factor::{Login, Verified};
use crate::use_cases::sign_in::reauthentication::OwnSession;
use jiff::SignedDuration;
use postward_wire::Secret;
use serde_json::json;
use std::collections::BTreeMap;
use thiserror::Error;

/// How long a seed that was shown waits for its first code.
const SHOWN_FOR: SignedDuration = SignedDuration::from_mins(30);

/// What becomes of the other sessions when a second factor is turned on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherSessions {
    /// They stay as they are.
    Stay,
    /// They end.
    End,
}

/// A second factor that was just turned on.
pub struct TurnedOn {
    /// How many other sessions were ended, by surface; none when they were to stay.
    pub ended: Option<BTreeMap<Surface, u64>>,
    /// For staff: the backup codes, shown now or never.
    pub backup_codes: Vec<Secret>,
}

/// Why a second factor was not set up or turned off. Nothing has changed.
#[derive(Debug, Error)]
pub enum SecondFactorError {
    /// The session may not do that now.
    #[error(transparent)]
    ReauthRequired(#[from] ReauthRequired),
    /// The code is wrong, or was used before.
    #[error("the code is wrong")]
    CodeWrong,
    /// The password is wrong.
    #[error("the password is wrong")]
    PasswordWrong,
    /// Too many wrong attempts; wait.
    #[error("too many wrong attempts")]
    TooManyTries,
    /// No seed was shown to this session, or too long ago: begin again.
    #[error("no seed was shown to this session lately")]
    BeginAgain,
    /// It is not on.
    #[error("the second factor is off")]
    IsOff,
}

from_reauth_unavailable! { SecondFactorError }

impl From<AuthFailure> for SecondFactorError {
    fn from(failure: AuthFailure) -> Self {
        match failure {
            AuthFailure::Rejected => Self::PasswordWrong,
            AuthFailure::TooManyTries => Self::TooManyTries,
            AuthFailure::Unavailable(unavailable) => unavailable.into(),
        }
    }
}

impl From<CodeFailure> for SecondFactorError {
    fn from(failure: CodeFailure) -> Self {
        match failure {
            CodeFailure::Refused(_) => Self::CodeWrong,
            CodeFailure::Unavailable(unavailable) => unavailable.into(),
        }
    }
}

impl Authority {
    /// Since when the owner's second factor is on, if it is.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn own_second_factor(&self, session: &SessionGuard) -> Result<Option<Timestamp>, Unavailable> {
        Ok(second_factors::enabled_at(self.db(), session.mailbox().into()).await?.map(moment))
    }

    /// The same for a person of the dashboard, with how many backup codes are left.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn staff_second_factor(
        &self,
        session: &StaffSession,
    ) -> Result<Option<(Timestamp, u64)>, Unavailable> {
        let principal = session.live.principal();
        let Some(at) = second_factors::enabled_at(self.db(), principal).await? else { return Ok(None) };
        let left = second_factors::backup_codes_left(self.db(), principal).await?;
        Ok(Some((moment(at), left.unsigned_abs())))
    }

    /// Since when a mailbox's second factor is on, for staff: its state is all there is to see (D4).
    ///
    /// # Errors
    /// [`ActError::NotFound`] when the mailbox is not within the actor's reach.
    pub async fn second_factor_of(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
    ) -> Result<Option<Timestamp>, ActError> {
        self.reachable(actor, mailbox).await?;
        Ok(second_factors::enabled_at(self.db(), mailbox.into()).await?.map(moment))
    }

    /// Draws a seed for the authenticator of whoever acts. Nothing is on before [`Authority::turn_on_second_factor`]
    /// has seen a code of it. Where one is on already, a code of that is needed.
    ///
    /// # Errors
    /// As [`SecondFactorError`] says.
    pub async fn begin_second_factor(
        &self,
        session: impl Into<OwnSession<'_>>,
        code: Option<&Secret>,
        issuer: &str,
        request: &Request,
    ) -> Result<SetUp, SecondFactorError> {
        let own = &session.into();
        let one_time_proof = self.code_of_the_one_that_is_on(own, code, request).await?;
        let seed = Seed::draw(&mut rand::rng());
        let mut tx = self.db().begin(Durability::Durable).await?;
        self.begin_self_service(&mut tx, own, request.now).await?;
        let replaces = second_factors::is_on(&mut tx, own.principal).await?;
        if replaces && matches!(one_time_proof, OneTimeProof::Nothing) {
            return Err(SecondFactorError::CodeWrong);
        }
        if !spend_code(&mut tx, own.principal, &one_time_proof).await? {
            return Err(SecondFactorError::CodeWrong);
        }
        let account = second_factors::account(&mut tx, own.principal).await?;
        let sealed = self.keys().seal(seed.bytes(), &bound(account, own.principal))?;
        second_factors::begin_enrolment(&mut tx, own.session, own.principal, &sealed, request.now).await?;
        tx.commit().await?;
        seed.set_up(issuer, own.login).ok_or(SecondFactorError::BeginAgain)
    }

    /// Turns the second factor on, or puts the one that was begun in the place of the old one, with a code of it. The
    /// code is spent. Staff get ten new backup codes with it.
    ///
    /// # Errors
    /// As [`SecondFactorError`] says.
    pub async fn turn_on_second_factor(
        &self,
        session: impl Into<OwnSession<'_>>,
        code: &Secret,
        others: OtherSessions,
        request: &Request,
    ) -> Result<TurnedOn, SecondFactorError> {
        let now = request.now;
        let own = &session.into();
        let Some(code) = Code::parse(code.expose()) else { return Err(SecondFactorError::CodeWrong) };
        let mut tx = self.db().begin(Durability::Durable).await?;
        self.begin_self_service(&mut tx, own, now).await?;
        let since = now.checked_sub(SHOWN_FOR).unwrap_or(Timestamp::MIN);
        let Some(sealed) = second_factors::enrolment(&mut tx, own.session, since).await? else {
            return Err(SecondFactorError::BeginAgain);
        };
        let account = second_factors::account(&mut tx, own.principal).await?;
        let seed = self.open_seed(account, own.principal, &sealed)?;
        let Some(step) = seed.step_of(&code, now) else { return Err(SecondFactorError::CodeWrong) };
        let replaces = second_factors::is_on(&mut tx, own.principal).await?;
        second_factors::put(&mut tx, own.principal, &sealed, step, now).await?;
        second_factors::end_enrolments(&mut tx, own.principal).await?;
        second_factors::end_challenges(&mut tx, own.principal).await?;
        // It has just given a code.
        sessions::give_code(&mut tx, own.session).await?;
        let backup_codes = match own.kind {
            Kind::Staff => put_backup_codes(&mut tx, own.principal).await?,
            Kind::Mailbox => Vec::new(),
        };
        let rows = match others {
            OtherSessions::Stay => Vec::new(),
            OtherSessions::End => {
                let but = SessionSelector::AllBut(own.session);
                sessions::end(&mut tx, own.principal, but, EndReason::Ended, now).await?
            }
        };
        let in_store = EndedSessions::of(rows);
        let (event, notice) = match replaces {
            false => (AuditEvent::SecondFactorOn, Notice::SecondFactorOn),
            true => (AuditEvent::SecondFactorReplaced, Notice::SecondFactorReplaced),
        };
        let by = AuditActor::owner(own.login, &request.origin);
        let detail = json!({ "ended": in_store.total() });
        audit::audit(&mut tx, &by, event, &own.subject(), &detail, now).await?;
        self.notify_principal(&mut tx, own, notice, &by, now).await?;
        tx.broadcast_change(own.principal).await?;
        tx.broadcast_ended_sessions().await?;
        // From here on it is finished even when whoever asked has hung up.
        let (this, principal, session) = (self.clone(), own.principal, own.session);
        let ended = self
            .finish(async move {
                tx.commit().await?;
                this.broadcast_change(principal, PrincipalChange::SecondFactor);
                if others == OtherSessions::Stay {
                    return Ok::<_, Unavailable>(None);
                }
                let here =
                    this.registry().kill(principal, SessionSelector::AllBut(session), EndReason::Ended).await;
                Ok(Some(in_store.alive(this.node(), &here, now)))
            })
            .await??;
        Ok(TurnedOn { ended, backup_codes })
    }

    /// Turns the second factor off, with the password and a current code; for staff a backup code will do.
    ///
    /// # Errors
    /// As [`SecondFactorError`] says.
    pub async fn turn_off_second_factor(
        &self,
        session: impl Into<OwnSession<'_>>,
        password: &Secret,
        code: &Secret,
        request: &Request,
    ) -> Result<(), SecondFactorError> {
        let own = &session.into();
        let login = Login::of_text(own.login);
        let verified = self.verify(own.password_attempt(&login, password), request).await;
        let first = match verified {
            Ok(Verified::CodeOwed(first)) => first,
            Ok(Verified::Whole(_)) => return Err(SecondFactorError::IsOff),
            Err(failure) => return Err(failure.into()),
        };
        let one_time_proof = self.check_typed(first.principal(), code, request).await?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        let taken =
            crate::store::principals::lock_at_epoch(&mut tx, own.principal, first.principal().epoch).await?;
        if !taken || sessions::proof(&mut tx, own.session).await?.is_none() {
            return Err(SecondFactorError::ReauthRequired(ReauthRequired::SessionEnded));
        }
        if !spend_code(&mut tx, own.principal, &one_time_proof).await? {
            return Err(SecondFactorError::CodeWrong);
        }
        forget(&mut tx, own.principal).await?;
        let by = AuditActor::owner(own.login, &request.origin);
        audit::audit(&mut tx, &by, AuditEvent::SecondFactorOff, &own.subject(), &json!({}), request.now)
            .await?;
        self.notify_principal(&mut tx, own, Notice::SecondFactorOff, &by, request.now).await?;
        tx.broadcast_change(own.principal).await?;
        tx.commit().await?;
        self.broadcast_change(own.principal, PrincipalChange::SecondFactor);
        Ok(())
    }

    /// Ten new backup codes in the place of the old ones, shown now or never.
    ///
    /// # Errors
    /// As [`SecondFactorError`] says.
    pub async fn renew_backup_codes(
        &self,
        session: &StaffSession,
        request: &Request,
    ) -> Result<Vec<Secret>, SecondFactorError> {
        let own = OwnSession::from(session);
        let mut tx = self.db().begin(Durability::Durable).await?;
        self.begin_self_service(&mut tx, &own, request.now).await?;
        if !second_factors::is_on(&mut tx, own.principal).await? {
            return Err(SecondFactorError::IsOff);
        }
        let codes = put_backup_codes(&mut tx, own.principal).await?;
        let by = AuditActor::owner(own.login, &request.origin);
        audit::audit(&mut tx, &by, AuditEvent::BackupCodesRenewed, &own.subject(), &json!({}), request.now)
            .await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// What a code of the second factor that is on now will spend; nothing where none is on.
    async fn code_of_the_one_that_is_on(
        &self,
        own: &OwnSession<'_>,
        code: Option<&Secret>,
        request: &Request,
    ) -> Result<OneTimeProof, SecondFactorError> {
        let found = self.find(PrincipalRef::Id(own.principal), request).await?;
        let (Some(principal), Some(code)) = (found, code) else { return Ok(OneTimeProof::Nothing) };
        if principal.second_factor.is_none() {
            return Ok(OneTimeProof::Nothing);
        }
        Ok(self.check_typed(&principal, code, request).await?)
    }

    /// Tells whoever acts what was done to its sign-in.
    pub(crate) async fn notify_principal(
        &self,
        tx: &mut Tx,
        own: &OwnSession<'_>,
        notice: Notice,
        by: &AuditActor,
        now: Timestamp,
    ) -> Result<(), crate::store::StoreError> {
        let detail = by.as_detail();
        match own.kind {
            Kind::Mailbox => notify_owner(tx, self.keys(), own.principal, notice, &detail, now).await,
            Kind::Staff => {
                notify_staff(
                    tx,
                    Recipient { principal: own.principal, address: own.login },
                    notice,
                    &detail,
                    now,
                )
                .await
            }
        }
    }
}

async fn put_backup_codes(
    tx: &mut Tx,
    principal: PrincipalId,
) -> Result<Vec<Secret>, crate::store::StoreError> {
    let codes = backup_code::draw(&mut rand::rng());
    let digests: Vec<_> = codes.iter().map(|code| backup_code::digest(principal, code)).collect();
    second_factors::put_backup_codes(tx, principal, &digests).await?;
    Ok(codes)
}
