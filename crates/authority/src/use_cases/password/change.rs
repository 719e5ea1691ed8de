//! A new password: the only place that writes one, and the place that ends what was open.
//!
//! Every way to a new password (the owner's, staff's, the operator's) ends in [`Authority::replace_credential`]: one
//! transaction for hash, epoch, sessions, audit and notice; then the commit; then the kill; then the answer.

use crate::authority::Authority;
use crate::credential::hasher::{HasherError, Lane, Phc};
use crate::credential::password_policy::{PasswordProblem, prepare};
use crate::error::{ActError, AuthFailure, NewPasswordError, ReplaceError, Unavailable, from_new_password};
use crate::model::Timestamp;
use crate::model::actor::{Actor, ReadOnly};
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::end_reason::{EndReason, SessionSelector};
use crate::model::link_kind::LinkKind;
use crate::model::notice::Notice;
use crate::model::principal::{Epoch, Kind, MailboxId, PrincipalId, SessionId, StaffId};
use crate::model::receipt::Receipt;
use crate::model::request::Request;
use crate::model::revoke_reason::RevokeReason;
use crate::notification::notify::{Recipient, notify_owner, notify_staff};
use crate::session::change_broadcast::PrincipalChange;
use crate::session::ended_sessions::EndedSessions;
use crate::session::forget_second_factor::forget;
use crate::session::one_time_proof::spend_code;
use crate::session::proof::OneTimeProof;
use crate::session::registry::SessionGuard;
use crate::session::staff_session::StaffSession;
use crate::store::sessions::{self, EndedRow};
use crate::store::{
    Durability, Tx, app_passwords, audit, credentials, moment, principals, recovery, second_factors,
};
use crate::use_cases::sign_in::confirmation::{Confirmation, Confirmed};
use crate::use_cases::sign_in::first_factor::{Login, Verified};
use crate::use_cases::sign_in::reauthentication::OwnSession;
use futures_util::future::{try_join, try_join_all};
use postward_wire::{Address, Secret};
use serde_json::json;
use thiserror::Error;
use zeroize::Zeroizing;

from_new_password! { ChangeError ResetError }

impl From<AuthFailure> for ChangeError {
    fn from(failure: AuthFailure) -> Self {
        match failure {
            AuthFailure::Rejected => Self::CurrentPasswordWrong,
            AuthFailure::TooManyTries => Self::TooManyTries,
            AuthFailure::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

impl Authority {
    /// The owner changes the password. Every session ends, the acting one too; its guard alone does not resolve
    /// `ended`, so that the request can still answer with the receipt.
    ///
    /// # Errors
    /// Nothing has changed, and the sessions stand.
    pub async fn change(
        &self,
        session: &SessionGuard,
        confirmation: Confirmation,
        new: Secret,
        app_passwords: AppPasswords,
        request: &Request,
    ) -> Result<Receipt, ChangeError> {
        let own = OwnSession::from(session);
        self.change_own(&own, confirmation, new, app_passwords, request).await
    }

    /// A person of the dashboard changes its own password; every session of it ends, the acting one too, as in
    /// [`Authority::change`].
    ///
    /// # Errors
    /// Nothing has changed, and the sessions stand.
    pub async fn change_staff(
        &self,
        session: &StaffSession,
        confirmation: Confirmation,
        new: Secret,
        request: &Request,
    ) -> Result<Receipt, ChangeError> {
        let own = OwnSession::from(session);
        self.change_own(&own, confirmation, new, AppPasswords::Revoke, request).await
    }

    async fn change_own(
        &self,
        own: &OwnSession<'_>,
        confirmation: Confirmation,
        new: Secret,
        app_passwords: AppPasswords,
        request: &Request,
    ) -> Result<Receipt, ChangeError> {
        let confirmed = match confirmation {
            Confirmation::Current(current) => Confirmed::At(self.confirm(own, &current, request).await?),
            Confirmation::RecentSignIn => Confirmed::Recently,
        };
        // Whoever has a session can ask as often as it likes; it must not fill the lanes that others wait in.
        let _lock = self.principal_locks().lock(own.principal).await;
        let new = self.hash_if_fit(Lane::Known, own.principal, &new).await?;
        own.live.detach();
        let replacement = Replacement {
            kind: own.kind,
            principal: own.principal,
            login: own.login.to_owned(),
            new,
            event: match own.kind {
                Kind::Mailbox => AuditEvent::PasswordChanged,
                Kind::Staff => AuditEvent::StaffPasswordChanged,
            },
            notice: Notice::PasswordChanged,
            by: AuditActor::owner(own.login, &request.origin),
            authorization: Authorization::Session(own.session, confirmed),
            app_passwords,
            now: request.now,
        };
        match self.replace_credential(replacement).await {
            Ok(receipt) => Ok(receipt),
            Err(error) => {
                own.live.reattach();
                Err(match error {
                    ReplaceError::Overtaken => ChangeError::SessionEnded,
                    ReplaceError::NotRecent => ChangeError::ConfirmFirst,
                    ReplaceError::Unavailable(unavailable) => ChangeError::Unavailable(unavailable),
                })
            }
        }
    }

    /// Staff or the operator sets a password; no current one is asked.
    ///
    /// # Errors
    /// Nothing has changed, and the sessions stand.
    pub async fn reset(
        &self,
        actor: &Actor,
        mailbox: MailboxId,
        new: Secret,
        now: Timestamp,
    ) -> Result<Receipt, ResetError> {
        let row = self.reachable(actor, mailbox).await?;
        actor.require_write()?;
        let replacement = Replacement {
            kind: Kind::Mailbox,
            principal: mailbox.into(),
            login: row.address.as_str().to_owned(),
            new: self.hash_if_fit(Lane::Staff, mailbox.into(), &new).await?,
            event: AuditEvent::PasswordReset,
            notice: Notice::PasswordReset,
            by: AuditActor::actor(actor),
            authorization: Authorization::Nothing,
            app_passwords: AppPasswords::Revoke,
            now,
        };
        self.replace_credential(replacement).await.map_err(|error| match error {
            ReplaceError::Overtaken | ReplaceError::NotRecent => ResetError::NotFound,
            ReplaceError::Unavailable(unavailable) => ResetError::Unavailable(unavailable),
        })
    }

    /// Verifies the current password against the live store, with the sign-in throttle: what the session remembers is
    /// worth nothing here (an intruder's session remembers too).
    async fn confirm(
        &self,
        own: &OwnSession<'_>,
        current: &Secret,
        request: &Request,
    ) -> Result<Epoch, ChangeError> {
        let login = Login::of_text(own.login);
        match self.verify(own.password_attempt(&login, current), request).await {
            Ok(Verified::Whole(proven)) => Ok(proven.epoch),
            // Whether the session has given a code is read in the transaction.
            Ok(Verified::CodeOwed(first)) => Ok(first.principal().epoch),
            Err(failure) => Err(failure.into()),
        }
    }

    /// The hash of a mailbox's new password, unless something keeps it from becoming that: the policy, or that the
    /// mailbox has had it. Whoever knows one of the former passwords is why it is being changed.
    ///
    /// All of that is hashed on as many cores as there are: every moment until the commit is one that an intruder has.
    pub(crate) async fn hash_if_fit(
        &self,
        lane: Lane,
        id: PrincipalId,
        new: &Secret,
    ) -> Result<Phc, NewPasswordError> {
        let problems = self.policy().problems(new.expose());
        if !problems.is_empty() {
            return Err(NewPasswordError::Policy(problems));
        }
        let prepared = prepare(new.expose()).map_err(|problem| NewPasswordError::Policy(vec![problem]))?;
        let used = credentials::used(self.db(), id).await?;
        let hasher = self.hasher();
        let was = used.iter().map(|hash| hasher.verify(lane, prepared.clone(), Some(hash)));
        let (hash, was) = try_join(hasher.hash(lane, prepared.clone()), try_join_all(was)).await?;
        // The first is the current one.
        match was.iter().position(|was| *was) {
            None => Ok(hash),
            Some(0) => Err(NewPasswordError::Policy(vec![PasswordProblem::Unchanged])),
            Some(_) => Err(NewPasswordError::Policy(vec![PasswordProblem::UsedBefore])),
        }
    }

    /// The hash of somebody's first password, if it meets the policy.
    pub(crate) async fn hash_first(&self, new: &Secret) -> Result<Phc, NewPasswordError> {
        let problems = self.policy().problems(new.expose());
        if !problems.is_empty() {
            return Err(NewPasswordError::Policy(problems));
        }
        let prepared = prepare(new.expose()).map_err(|problem| HasherError::Broken(problem.sentence()))?;
        Ok(self.hasher().hash(Lane::Staff, prepared).await?)
    }

    /// Hashes the same password at today's cost. No epoch begins: it opens what it opened.
    pub(crate) async fn renew(
        &self,
        id: PrincipalId,
        epoch: Epoch,
        password: Zeroizing<String>,
    ) -> Result<(), Unavailable> {
        let hash = self.hasher().hash(Lane::Background, password).await?;
        let mut tx = self.db().begin(Durability::Durable).await?;
        credentials::renew(&mut tx, id, epoch, &hash).await?;
        Ok(tx.commit().await?)
    }

    /// The one writer (invariants 1 and 4). Runs to its end even when whoever asked has hung up: a committed change
    /// whose kill nobody finished would leave the old sessions alive.
    pub(crate) async fn replace_credential(&self, replacement: Replacement) -> Result<Receipt, ReplaceError> {
        let this = self.clone();
        self.finish(async move { this.replace_and_kill(replacement).await }).await?
    }

    async fn replace_and_kill(&self, replacement: Replacement) -> Result<Receipt, ReplaceError> {
        let mut tx = self.db().begin(Durability::Durable).await?;
        let Replaced { epoch, rows, app_passwords_revoked, factor_off } =
            self.replace_in(&mut tx, &replacement).await?;
        tx.broadcast_ended_sessions().await?;
        tx.broadcast_change(replacement.principal).await?;
        tx.commit().await?;

        let Replacement { principal, login, now, .. } = replacement;
        let in_store = EndedSessions::of(rows);
        let here = self.registry().kill(principal, SessionSelector::All, EndReason::PasswordChanged).await;
        self.broadcast_change(principal, PrincipalChange::SecondFactor);
        let ended = in_store.alive(self.node(), &here, now);
        let address = Address::parse(&login).map_err(|_| ReplaceError::Overtaken)?;
        Ok(Receipt { address, epoch, ended, app_passwords_revoked, second_factor_off: factor_off })
    }

    async fn replace_in(&self, tx: &mut Tx, replacement: &Replacement) -> Result<Replaced, ReplaceError> {
        let Replacement { kind, principal, login, new, event, notice, by, authorization, app_passwords, now } =
            replacement;
        let (principal, now) = (*principal, *now);
        let expected = match authorization {
            Authorization::Session(_, Confirmed::At(epoch)) => Some(*epoch),
            Authorization::Password { epoch, .. } | Authorization::Link { epoch, .. } => Some(*epoch),
            Authorization::Nothing
            | Authorization::Session(_, Confirmed::Recently)
            | Authorization::RecoveryCode(_) => None,
        };
        let Some(epoch) = credentials::replace(tx, principal, expected, new, now).await? else {
            return Err(ReplaceError::Overtaken);
        };
        // The principal's row is held: what is read or spent of it now is true until the commit.
        redeem(tx, principal, authorization, now).await?;
        let factor_off = match authorization {
            Authorization::RecoveryCode(_) => forget(tx, principal).await?,
            _ => false,
        };
        second_factors::end_challenges(tx, principal).await?;
        second_factors::end_enrolments(tx, principal).await?;
        for kind in [LinkKind::Reset, LinkKind::StaffReset, LinkKind::VerifyRecoveryEmail] {
            recovery::end_links(tx, principal, kind.name()).await?;
        }
        let app_passwords_revoked = match app_passwords {
            AppPasswords::Revoke => {
                app_passwords::revoke_all(tx, principal, RevokeReason::PasswordChanged, now).await?
            }
            AppPasswords::Keep => 0,
        };
        let rows =
            sessions::end(tx, principal, SessionSelector::All, EndReason::PasswordChanged, now).await?;
        let detail = json!({
            "epoch": epoch, "ended": rows.len(), "app_passwords_revoked": app_passwords_revoked,
            "second_factor_off": factor_off,
        });
        let subject = match kind {
            Kind::Mailbox => Subject::Mailbox(MailboxId(principal.0), login),
            Kind::Staff => Subject::Staff(StaffId(principal.0), login),
        };
        audit::audit(tx, by, *event, &subject, &detail, now).await?;
        let mut detail = by.as_detail();
        detail["second_factor_off"] = factor_off.into();
        match kind {
            Kind::Mailbox => notify_owner(tx, self.keys(), principal, *notice, &detail, now).await?,
            Kind::Staff => {
                notify_staff(tx, Recipient { principal, address: login }, *notice, &detail, now).await?
            }
        }
        Ok(Replaced { epoch, rows, app_passwords_revoked, factor_off })
    }
}

/// Takes what entitles to a change, in the transaction of the change (invariant 5).
async fn redeem(
    tx: &mut Tx,
    principal: PrincipalId,
    authorization: &Authorization,
    now: Timestamp,
) -> Result<(), ReplaceError> {
    let redeemed = match authorization {
        Authorization::Nothing => true,
        Authorization::Session(session, confirmed) => {
            let Some(proof) = sessions::proof(tx, *session).await? else {
                return Err(ReplaceError::Overtaken);
            };
            let recent = now.duration_since(moment(proof.proved_at)) <= Confirmation::RECENT;
            let weak = !proof.second_factor && second_factors::is_on(tx, principal).await?;
            if weak || (matches!(confirmed, Confirmed::Recently) && !recent) {
                return Err(ReplaceError::NotRecent);
            }
            true
        }
        Authorization::Password { one_time_proof, .. } => spend_code(tx, principal, one_time_proof).await?,
        Authorization::RecoveryCode(digest) => recovery::spend_code(tx, principal, digest).await?,
        Authorization::Link { id, one_time_proof, .. } => {
            recovery::spend_link(tx, *id, now).await? && spend_code(tx, principal, one_time_proof).await?
        }
    };
    // Whoever may not sign in may not come back in this way either (D15).
    let may_sign_in = match authorization {
        Authorization::Nothing => true,
        _ => principals::lock_principal(tx, principal).await?.is_some(),
    };
    if redeemed && may_sign_in { Ok(()) } else { Err(ReplaceError::Overtaken) }
}

/// What becomes of app passwords when the owner changes the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppPasswords {
    /// They open nothing any more.
    Revoke,
    /// They stay. The sessions they have opened end like all others.
    Keep,
}

/// What a change is made of, whoever asked for it.
pub(crate) struct Replacement {
    pub(crate) kind: Kind,
    pub(crate) principal: PrincipalId,
    pub(crate) login: String,
    pub(crate) new: Phc,
    pub(crate) event: AuditEvent,
    pub(crate) notice: Notice,
    pub(crate) by: AuditActor,
    pub(crate) authorization: Authorization,
    pub(crate) app_passwords: AppPasswords,
    pub(crate) now: Timestamp,
}

/// What entitles to a change: it is spent by it.
pub(crate) enum Authorization {
    /// The right of staff.
    Nothing,
    /// The session that asks, and how it was confirmed.
    Session(SessionId, Confirmed),
    /// The password without a session, and the code that goes with it.
    Password { epoch: Epoch, one_time_proof: OneTimeProof },
    /// The recovery code, by what the store keeps of it. It turns the second factor off (R1).
    RecoveryCode([u8; 32]),
    /// A mailed link, and the code that goes with it.
    Link { id: i64, epoch: Epoch, one_time_proof: OneTimeProof },
}

/// What a change has done in its transaction.
struct Replaced {
    epoch: Epoch,
    rows: Vec<EndedRow>,
    app_passwords_revoked: u64,
    factor_off: bool,
}

/// Why an owner's change was not made. Nothing has changed.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// The current password is wrong.
    #[error("the current password is wrong")]
    CurrentPasswordWrong,
    /// The sign-in is too old to stand for the current password: ask for it.
    #[error("the current password has to be given")]
    ConfirmFirst,
    /// Too many wrong attempts; wait.
    #[error("too many wrong attempts")]
    TooManyTries,
    /// The new password does not meet the policy: what is missing.
    #[error("the new password does not meet the policy")]
    Policy(Vec<PasswordProblem>),
    /// The session has ended, or the password was changed, while this change was on its way.
    #[error("the session has ended")]
    SessionEnded,
    /// The store could not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

/// Why a reset was not made. Nothing has changed.
#[derive(Debug, Error)]
pub enum ResetError {
    /// There is no such mailbox within the actor's reach.
    #[error("no such mailbox within reach")]
    NotFound,
    /// The actor may look but not touch.
    #[error("only looking is allowed")]
    ReadOnly,
    /// The new password does not meet the policy: what is missing.
    #[error("the new password does not meet the policy")]
    Policy(Vec<PasswordProblem>),
    /// The store could not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

impl From<ReadOnly> for ResetError {
    fn from(_: ReadOnly) -> Self {
        Self::ReadOnly
    }
}

impl From<ActError> for ResetError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound => Self::NotFound,
            ActError::ReadOnly => Self::ReadOnly,
            ActError::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}
