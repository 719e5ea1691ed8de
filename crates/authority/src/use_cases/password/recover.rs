//! *Forgot password?*: the ways to a new password without a session (W5). The answer is the same whether the
//! address exists or not, in bytes and in time; the policy, which is nobody's secret, is spoken of first.

use crate::authority::Authority;
use crate::credential::hasher::Lane;
use crate::credential::password_policy::PasswordProblem;
use crate::credential::recovery_code;
use crate::credential::token::Token;
use crate::error::{
    AuthFailure, LinkError, NewPasswordError, ReplaceError, Unavailable, from_new_password, from_unavailable,
};
use crate::model::Timestamp;
use crate::model::audit_event::{AuditActor, AuditEvent};
use crate::model::link_kind::LinkKind;
use crate::model::link_owner::LinkOwner;
use crate::model::notice::Notice;
use crate::model::principal::{Kind, PrincipalId, State};
use crate::model::receipt::Receipt;
use crate::model::refusal_cause::{RefusalCause, Wrong};
use crate::model::request::Request;
use crate::notification::link_token;
use crate::rate_limit::sign_in_throttle::{Attempt as ThrottledAttempt, Reservation};
use crate::session::proof::OneTimeProof;
use crate::store::outbox::{self, NewLetter};
use crate::store::principals::{self, Principal, PrincipalRef};
use crate::store::recovery::{self, LinkRow};
use crate::store::{Durability, StoreError, Tx, moment};
use crate::use_cases::password::change::{AppPasswords, Authorization, Replacement};
use crate::use_cases::password::recovery_email::HOLD;
use crate::use_cases::sign_in::first_factor::{Login, PasswordAttempt, Reading, Verified};
use jiff::SignedDuration;
use postward_wire::{Address, Attempt, Secret};
use serde_json::json;
use thiserror::Error;

/// How long after a link was mailed another is, at the earliest: whoever presses twice gets one letter, and nobody
/// fills somebody else's mailbox with them.
const LINK_EVERY: SignedDuration = SignedDuration::from_secs(120);
/// After somebody has said that it was not them, a recovery e-mail that is younger than this gets no link.
const YOUNG: SignedDuration = SignedDuration::from_hours(24);

/// Why no new password was set. Nothing has changed, and nothing was spent.
#[derive(Debug, Error)]
pub enum RecoverError {
    /// Something of what was typed is wrong. Which, nobody is told.
    #[error("something of what was typed is wrong")]
    Refused,
    /// Too many wrong attempts; wait.
    #[error("too many wrong attempts")]
    TooManyTries,
    /// The new password does not meet the policy: what is missing.
    #[error("the new password does not meet the policy")]
    Policy(Vec<PasswordProblem>),
    /// It could not be decided.
    #[error(transparent)]
    Unavailable(Unavailable),
}

/// A link that still opens something, and what it is for. Whoever relies on it spends it in a transaction of its own,
/// where it is looked at again.
pub struct OpenLink {
    /// The mailbox, or the person of the dashboard.
    pub login: Address,
    /// What it is about, where that is another address.
    pub address: Option<String>,
    /// Whether the code of a second factor is needed as well.
    pub code_needed: bool,
    kind: LinkKind,
    row: LinkRow,
    principal: Principal,
}

impl From<AuthFailure> for RecoverError {
    fn from(denied: AuthFailure) -> Self {
        match denied {
            AuthFailure::Rejected => Self::Refused,
            AuthFailure::TooManyTries => Self::TooManyTries,
            AuthFailure::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

impl From<ReplaceError> for RecoverError {
    fn from(not_replaced: ReplaceError) -> Self {
        match not_replaced {
            ReplaceError::Overtaken | ReplaceError::NotRecent => Self::Refused,
            ReplaceError::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

from_unavailable! { RecoverError }

from_new_password! { RecoverError }

impl Authority {
    /// Sets a new password with the current one, and a code where a second factor is on: behind the password, or apart
    /// from it.
    ///
    /// # Errors
    /// As [`RecoverError`] says.
    pub async fn change_signed_out(
        &self,
        attempt: Attempt,
        code: Option<Secret>,
        new: Secret,
        request: &Request,
    ) -> Result<Receipt, RecoverError> {
        self.fits_policy(&new).map_err(RecoverError::Policy)?;
        let login = Login::read(&attempt.authcid);
        let (principal, epoch, one_time_proof) = self
            .with_min_response_time(async {
                let (login, secret) = (&login, &attempt.secret);
                let typed = PasswordAttempt { kind: Kind::Mailbox, login, secret, reading: Reading::Either };
                match self.verify(typed, request).await? {
                    Verified::Whole(proven) => Ok((proven.principal, proven.epoch, proven.one_time_proof)),
                    Verified::CodeOwed(first) => {
                        let principal = first.principal();
                        let one_time_proof = self.owed_code(principal, code.as_ref(), request).await?;
                        Ok((principal.id, principal.epoch, one_time_proof))
                    }
                }
            })
            .await?;
        let _lock = self.principal_locks().lock(principal).await;
        let new = self.hash_if_fit(Lane::Known, principal, &new).await?;
        let replacement = Replacement {
            kind: Kind::Mailbox,
            principal,
            login: login.text().to_owned(),
            new,
            event: AuditEvent::PasswordChanged,
            notice: Notice::PasswordChanged,
            by: AuditActor::owner(login.text(), &request.origin),
            authorization: Authorization::Password { epoch, one_time_proof },
            app_passwords: AppPasswords::Revoke,
            now: request.now,
        };
        Ok(self.replace_credential(replacement).await?)
    }

    /// Sets a new password with the recovery code, which is spent by it and turns the second factor off (R1).
    ///
    /// # Errors
    /// As [`RecoverError`] says.
    pub async fn recover_with_code(
        &self,
        address: &str,
        code: Secret,
        new: Secret,
        request: &Request,
    ) -> Result<Receipt, RecoverError> {
        self.fits_policy(&new).map_err(RecoverError::Policy)?;
        let login = Login::read(address);
        let (principal, digest) =
            self.with_min_response_time(self.look_at_code(&login, &code, request)).await?;
        let _lock = self.principal_locks().lock(principal).await;
        let new = self.hash_if_fit(Lane::Known, principal, &new).await?;
        let replacement = Replacement {
            kind: Kind::Mailbox,
            principal,
            login: login.text().to_owned(),
            new,
            event: AuditEvent::RecoveredByCode,
            notice: Notice::RecoveredByCode,
            by: AuditActor::owner(login.text(), &request.origin),
            authorization: Authorization::RecoveryCode(digest),
            app_passwords: AppPasswords::Revoke,
            now: request.now,
        };
        Ok(self.replace_credential(replacement).await?)
    }

    /// Mails a link with which a new password can be set, if there is such an owner and an address to mail it to.
    /// Nobody is told whether there is (W5, D11).
    ///
    /// # Errors
    /// When nothing could be done for anybody.
    pub async fn ask_for_reset_link(
        &self,
        owner: LinkOwner,
        typed: &str,
        request: &Request,
    ) -> Result<(), RecoverError> {
        let now = request.now;
        let login = Login::read(typed);
        let limit = self.throttle().limits().refusal_after;
        let begun = tokio::time::Instant::now();
        // Asking is never right or wrong: the reservation that is settled as wrong counts it. The same address again is
        // the same attempt, which is what a person who waits for the letter does.
        let place = self.place_for(owner.throttled_as(), &login, "", false, request).await;
        let outcome = match place {
            Err(AuthFailure::TooManyTries) => Err(RecoverError::TooManyTries),
            Err(AuthFailure::Unavailable(unavailable)) => Err(unavailable.into()),
            Ok(_) | Err(AuthFailure::Rejected) => {
                if let Ok(reservation) = place {
                    reservation.wrong(Wrong::Plain);
                }
                self.ready().await.map_err(RecoverError::from)
            }
        };
        if outcome.is_ok() {
            // Apart from the answer, which takes the same time whatever comes of it.
            let (this, login) = (self.clone(), login.clone());
            self.changes().spawn(async move {
                if let Err(error) = this.mail_link(owner, &login, now).await {
                    tracing::error!(%error, "a link that was asked for could not be mailed");
                }
            });
        }
        tokio::time::sleep_until(begun + limit).await;
        outcome
    }

    /// What a link is for, if it still opens something. Nothing is spent by asking: mail scanners do.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn open_link(
        &self,
        token: &Token,
        kind: LinkKind,
        now: Timestamp,
    ) -> Result<Option<OpenLink>, Unavailable> {
        let Some((row, principal)) = self.link_and_principal(token, kind, now).await? else {
            return Ok(None);
        };
        let Ok(login) = Address::parse(&principal.login) else { return Ok(None) };
        let code_needed = principal.second_factor.is_some();
        Ok(Some(OpenLink { login, address: row.address.clone(), code_needed, kind, row, principal }))
    }

    /// Sets a new password through a link that was opened; the second factor stays and its code is asked for. For a
    /// person of the dashboard a backup code will do.
    ///
    /// # Errors
    /// As [`LinkError`] says. [`LinkError::Over`] also for a link that sets no password.
    pub async fn reset_by_link(
        &self,
        link: OpenLink,
        code: Option<Secret>,
        new: Secret,
        request: &Request,
    ) -> Result<Receipt, LinkError> {
        let OpenLink { kind, row: link, principal, .. } = link;
        let Some(owner) = LinkOwner::of(kind) else { return Err(LinkError::Over) };
        self.fits_policy(&new).map_err(LinkError::Policy)?;
        let one_time_proof = match (&principal.second_factor, code.filter(|code| !code.expose().is_empty())) {
            (None, _) => OneTimeProof::Nothing,
            (Some(_), None) => return Err(LinkError::CodeMissing),
            (Some(_), Some(code)) => self.check_typed(&principal, &code, request).await?,
        };
        let _lock = self.principal_locks().lock(principal.id).await;
        let new = match self.hash_if_fit(Lane::Known, principal.id, &new).await {
            // The same password was set with this link a moment ago: what is wrong then is the link.
            Err(NewPasswordError::Policy(_)) if !self.is_live(&link, request.now).await? => {
                return Err(LinkError::Over);
            }
            hashed => hashed?,
        };
        let replacement = Replacement {
            kind: principal.kind,
            principal: principal.id,
            new,
            event: owner.event(),
            notice: Notice::RecoveredByMail,
            by: AuditActor::owner(&principal.login, &request.origin),
            authorization: Authorization::Link { id: link.id, epoch: link.epoch, one_time_proof },
            app_passwords: AppPasswords::Revoke,
            now: request.now,
            login: principal.login,
        };
        Ok(self.replace_credential(replacement).await?)
    }

    async fn is_live(&self, link: &LinkRow, now: Timestamp) -> Result<bool, Unavailable> {
        Ok(recovery::link_by_id(self.db(), link.id, now).await?.is_some())
    }

    /// A link that still opens something, and whose it is. One from before the last change of the password does not,
    /// nor one of whoever may not sign in.
    pub(crate) async fn link_and_principal(
        &self,
        token: &Token,
        kind: LinkKind,
        now: Timestamp,
    ) -> Result<Option<(LinkRow, Principal)>, Unavailable> {
        let Some(link) = self.link(token, kind, now).await? else { return Ok(None) };
        let principal =
            principals::find(self.db(), PrincipalRef::Id(link.principal_id), "", Timestamp::MAX).await?;
        let stands = |principal: &Principal| {
            principal.state == State::Active && (kind == LinkKind::NotMe || principal.epoch == link.epoch)
        };
        Ok(principal.filter(stands).map(|principal| (link, principal)))
    }

    /// What the code that is owed after a right password will spend.
    async fn owed_code(
        &self,
        principal: &Principal,
        code: Option<&Secret>,
        request: &Request,
    ) -> Result<OneTimeProof, AuthFailure> {
        match code.filter(|code| !code.expose().is_empty()) {
            Some(code) => Ok(self.check_typed(principal, code, request).await?),
            None => {
                let login = Login::of_text(&principal.login);
                self.note(Some(principal.id), &login, RefusalCause::CodeMissing, request);
                Err(AuthFailure::Rejected)
            }
        }
    }

    /// Whether this is the recovery code of the mailbox, at the price an attempt has (R2).
    async fn look_at_code(
        &self,
        login: &Login,
        code: &Secret,
        request: &Request,
    ) -> Result<(PrincipalId, [u8; 32]), AuthFailure> {
        let found = match login.address() {
            Some(address) => self.find(PrincipalRef::Login(Kind::Mailbox, address), request).await?,
            None => None,
        };
        let known = found.as_ref().is_some_and(|principal| principal.known_network);
        let reservation = self.place_for("recovery code", login, code.expose(), known, request).await;
        let reservation = match reservation {
            Ok(reservation) => reservation,
            Err(denied) => {
                let principal = found.as_ref().map(|principal| principal.id);
                let cause = match denied {
                    AuthFailure::TooManyTries => RefusalCause::Throttled,
                    AuthFailure::Rejected | AuthFailure::Unavailable(_) => RefusalCause::WrongRecovery,
                };
                self.note(principal, login, cause, request);
                return Err(denied);
            }
        };
        if let Some(principal) = found.as_ref().filter(|principal| principal.state == State::Active)
            && let Some(digest) = recovery_code::digest(principal.id, code)
            && recovery::is_code(self.db(), principal.id, &digest).await?
        {
            reservation.right();
            return Ok((principal.id, digest));
        }
        reservation.wrong(Wrong::Plain);
        self.note(found.map(|principal| principal.id), login, RefusalCause::WrongRecovery, request);
        Err(AuthFailure::Rejected)
    }

    /// A place for an attempt at something else than a password, counted apart: guessing at it keeps nobody from
    /// signing in.
    async fn place_for(
        &self,
        what: &str,
        login: &Login,
        typed: &str,
        known: bool,
        request: &Request,
    ) -> Result<Reservation<'_>, AuthFailure> {
        let counted = self.fingerprints().of(&[what.as_bytes(), login.text().as_bytes(), typed.as_bytes()]);
        let this = ThrottledAttempt {
            login: format!("{what} {}", login.text()),
            network: request.origin.network().to_string(),
            ip: request.origin.ip,
            known,
            changed: false,
            counted,
            remembered: counted,
        };
        Ok(self.admit_attempt(this, request.now).await?)
    }

    async fn mail_link(&self, owner: LinkOwner, login: &Login, now: Timestamp) -> Result<(), StoreError> {
        let Some(address) = login.address() else { return Ok(()) };
        let found =
            principals::find(self.db(), PrincipalRef::Login(owner.principal(), address), "", Timestamp::MAX)
                .await?;
        let Some(principal) = found.filter(|principal| principal.state == State::Active) else {
            return Ok(());
        };
        let link_kind = owner.link();
        let just_now = now.checked_sub(LINK_EVERY).unwrap_or(Timestamp::MIN);
        // Looked at before anything is held: whoever asks a thousand times must not keep others from writing.
        if recovery::has_link_since(self.db(), principal.id, link_kind.name(), just_now).await? {
            return Ok(());
        }
        if owner == LinkOwner::Mailbox && recovery::email(self.db(), principal.id).await?.is_none() {
            return Ok(());
        }
        let mut tx = self.db().begin(Durability::Durable).await?;
        if principals::lock_principal(&mut tx, principal.id).await? != Some(principal.epoch) {
            return Ok(());
        }
        if recovery::link_made_since(&mut tx, principal.id, link_kind.name(), just_now).await? {
            return Ok(());
        }
        let recipient = match owner {
            LinkOwner::Staff => Some(principal.login.clone()),
            LinkOwner::Mailbox => trusted_recovery_email(&mut tx, principal.id, now).await?,
        };
        let Some(recipient) = recipient else { return Ok(()) };
        let link = link_token::make(&mut tx, self.keys(), principal.id, link_kind, None, now).await?;
        if link.is_none() {
            return Ok(());
        }
        let detail = json!({});
        let notice = owner.letter();
        let letter =
            NewLetter { principal: principal.id, recipient: &recipient, notice, detail: &detail, link };
        outbox::put(&mut tx, &letter, now).await?;
        tx.commit().await
    }

    /// What anybody may know of a new password before it is known whose it would be.
    fn fits_policy(&self, new: &Secret) -> Result<(), Vec<PasswordProblem>> {
        let problems = self.policy().problems(new.expose());
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

/// The recovery e-mail a link may go to: not one that somebody named shortly before the owner said *This wasn't me*.
async fn trusted_recovery_email(
    tx: &mut Tx,
    of: PrincipalId,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let Some((address, verified_at)) = recovery::verified_email(tx, of).await? else { return Ok(None) };
    let held = recovery::held_until_of(tx, of).await?.map(moment).filter(|until| *until > now);
    let old_enough = |until: Timestamp| {
        let said_at = until.checked_sub(HOLD).unwrap_or(Timestamp::MIN);
        said_at.duration_since(moment(verified_at)) >= YOUNG
    };
    Ok(held.is_none_or(old_enough).then_some(address))
}
