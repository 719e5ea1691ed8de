//! Who acts on its own sign-in, and whether it has proved lately that it is still the one who sits there.
//!
//! Setting up a second factor, adding an app password, naming a recovery e-mail: whoever found an open browser must not
//! be able to. Such an act asks for a session whose password was given at most [`Confirmation::RECENT`] ago and, where
//! a second factor is on, with its code. [`Authority::reauthenticate`] makes a session that.

use crate::authority::Authority;
use crate::error::{AuthFailure, CodeFailure, ReauthRequired, Unavailable, from_unavailable};
use crate::model::Timestamp;
use crate::model::audit_event::Subject;
use crate::model::principal::{Epoch, Kind, MailboxId, PrincipalId, SessionId, StaffId};
use crate::model::request::Request;
use crate::session::one_time_proof::spend_code;
use crate::session::proof::OneTimeProof;
use crate::session::registry::{LiveGuard, SessionGuard};
use crate::session::staff_session::StaffSession;
use crate::store::{Durability, Tx, moment, principals, second_factors, sessions};
use crate::use_cases::sign_in::confirmation::Confirmation;
use crate::use_cases::sign_in::first_factor::{Login, PasswordAttempt, Reading, Verified};
use postward_wire::Secret;
use thiserror::Error;

/// Whoever is signed in and acts on its own sign-in: an owner by its [`SessionGuard`], a person of the dashboard by its
/// [`StaffSession`]. What the two do with theirs is the same; whose it is goes along.
pub struct OwnSession<'a> {
    pub(crate) kind: Kind,
    pub(crate) principal: PrincipalId,
    pub(crate) session: SessionId,
    pub(crate) login: &'a str,
    pub(crate) live: &'a LiveGuard,
}

impl<'a> From<&'a SessionGuard> for OwnSession<'a> {
    fn from(guard: &'a SessionGuard) -> Self {
        let (principal, session) = (guard.live.principal(), guard.live.id());
        Self { kind: Kind::Mailbox, principal, session, login: guard.address().as_str(), live: &guard.live }
    }
}

impl<'a> From<&'a StaffSession> for OwnSession<'a> {
    fn from(session: &'a StaffSession) -> Self {
        let (principal, id) = (session.live.principal(), session.live.id());
        Self { kind: Kind::Staff, principal, session: id, login: session.email(), live: &session.live }
    }
}

impl<'a> OwnSession<'a> {
    /// What whoever sits there types as its own password: a code is asked for apart from it.
    pub(crate) fn password_attempt<'b>(&self, login: &'b Login, secret: &'b Secret) -> PasswordAttempt<'b> {
        PasswordAttempt { kind: self.kind, login, secret, reading: Reading::Password }
    }

    /// How the audit names it.
    pub(crate) fn subject(&self) -> Subject<'a> {
        match self.kind {
            Kind::Mailbox => Subject::Mailbox(MailboxId(self.principal.0), self.login),
            Kind::Staff => Subject::Staff(StaffId(self.principal.0), self.login),
        }
    }
}

/// Why somebody is not taken for who it says it is. The session stands.
#[derive(Debug, Error)]
pub enum ReauthenticationError {
    /// The password is wrong.
    #[error("the password is wrong")]
    PasswordWrong,
    /// The password is right, and a code is needed.
    #[error("a code is needed")]
    CodeMissing,
    /// The code is wrong, or was used before.
    #[error("the code is wrong")]
    CodeWrong,
    /// Too many wrong attempts; wait.
    #[error("too many wrong attempts")]
    TooManyTries,
    /// The session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// The store could not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

from_unavailable! { ReauthenticationError }

impl From<AuthFailure> for ReauthenticationError {
    fn from(failure: AuthFailure) -> Self {
        match failure {
            AuthFailure::Rejected => Self::PasswordWrong,
            AuthFailure::TooManyTries => Self::TooManyTries,
            AuthFailure::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

impl From<CodeFailure> for ReauthenticationError {
    fn from(failure: CodeFailure) -> Self {
        match failure {
            CodeFailure::Refused(_) => Self::CodeWrong,
            CodeFailure::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

impl Authority {
    /// Whether the session may act on its own sign-in now: what a page asks before it shows a form.
    ///
    /// # Errors
    /// Why not.
    pub async fn require_recent_auth(
        &self,
        session: impl Into<OwnSession<'_>>,
        now: Timestamp,
    ) -> Result<(), ReauthRequired> {
        let mut tx = self.db().begin(Durability::Relaxed).await?;
        self.begin_self_service(&mut tx, &session.into(), now).await.map(|_| ())
    }

    /// Whether [`Authority::reauthenticate`] will want a code: a second factor is on, and the session has not given
    /// one.
    ///
    /// # Errors
    /// The store could not answer.
    pub async fn reauthentication_needs_code(
        &self,
        session: impl Into<OwnSession<'_>>,
    ) -> Result<bool, Unavailable> {
        let own = session.into();
        let owes = !self.has_given_code(&own).await?;
        Ok(owes && second_factors::enabled_at(self.db(), own.principal).await?.is_some())
    }

    /// Verifies the owner's password against the live store, and a code where the session has not given one, so that
    /// the session may act on its own sign-in for a while.
    ///
    /// # Errors
    /// As [`ReauthenticationError`] says.
    pub async fn reauthenticate(
        &self,
        session: impl Into<OwnSession<'_>>,
        password: &Secret,
        code: Option<&Secret>,
        request: &Request,
    ) -> Result<(), ReauthenticationError> {
        let own = &session.into();
        let login = Login::of_text(own.login);
        let verified = self.verify(own.password_attempt(&login, password), request).await;
        let (epoch, one_time_proof) = match verified {
            Ok(Verified::Whole(proven)) => (proven.epoch, proven.one_time_proof),
            Ok(Verified::CodeOwed(first)) => {
                let principal = first.principal();
                let one_time_proof = match (code, self.has_given_code(own).await?) {
                    (Some(code), _) => self.check_typed(principal, code, request).await?,
                    (None, true) => OneTimeProof::Carried,
                    (None, false) => return Err(ReauthenticationError::CodeMissing),
                };
                (principal.epoch, one_time_proof)
            }
            Err(failure) => return Err(failure.into()),
        };
        let mut tx = self.db().begin(Durability::Durable).await?;
        if !principals::lock_at_epoch(&mut tx, own.principal, epoch).await? {
            return Err(ReauthenticationError::SessionEnded);
        }
        let by_code = matches!(one_time_proof, OneTimeProof::Step { .. } | OneTimeProof::BackupCode(_));
        if !spend_code(&mut tx, own.principal, &one_time_proof).await? {
            return Err(ReauthenticationError::CodeWrong);
        }
        if !sessions::prove(&mut tx, own.session, by_code, request.now).await? {
            return Err(ReauthenticationError::SessionEnded);
        }
        Ok(tx.commit().await?)
    }

    /// Takes the principal's row, and with it the right to act: until the transaction ends the password, the second
    /// factor and the session stay what they are.
    pub(crate) async fn begin_self_service(
        &self,
        tx: &mut Tx,
        own: &OwnSession<'_>,
        now: Timestamp,
    ) -> Result<Epoch, ReauthRequired> {
        let held = principals::lock_principal(tx, own.principal).await?;
        let session = sessions::proof(tx, own.session).await?;
        let (Some(epoch), Some(session)) = (held, session) else { return Err(ReauthRequired::SessionEnded) };
        let recent = now.duration_since(moment(session.proved_at)) <= Confirmation::RECENT;
        let weak = !session.second_factor && second_factors::is_on(tx, own.principal).await?;
        if recent && !weak { Ok(epoch) } else { Err(ReauthRequired::ConfirmFirst) }
    }

    /// Whether the session was opened with a code, or has given one since.
    async fn has_given_code(&self, own: &OwnSession<'_>) -> Result<bool, Unavailable> {
        let mut tx = self.db().begin(Durability::Relaxed).await?;
        Ok(sessions::proof(&mut tx, own.session).await?.is_some_and(|session| session.second_factor))
    }
}
