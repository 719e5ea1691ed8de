//! The only way in, for every surface: an attempt becomes a session, or a code is owed, or it is refused.

pub(crate) mod admission;
pub(crate) mod confirmation;
pub(crate) mod first_factor;
pub(crate) mod reauthentication;
pub(crate) mod resume;
pub(crate) mod second_factor_challenge;

use crate::authority::Authority;
use crate::credential::token::Token;
use crate::error::{AuthFailure, Unavailable};
use crate::model::origin::Origin;
use crate::model::principal::{Kind, PrincipalId};
use crate::model::refusal_cause::RefusalCause;
use crate::model::request::Request;
use crate::session::proof::AuthProof;
use crate::session::registry::{LiveGuard, SessionGuard};
use crate::session::staff_session::StaffSession;
use crate::session::writer::{OpenSessionError, PendingSession};
use crate::store::audit::NewRefusedAttempt;
use crate::use_cases::sign_in::first_factor::{Login, PasswordAttempt, Reading, Verified};
use postward_wire::{Address, Attempt, Refusal};
use std::time::Duration;

/// What became of a sign-in at a browser.
pub enum SignedIn<S> {
    /// A session. The guard holds for this request; the token is for the cookie.
    Session(Token, S),
    /// The password was right, and the code of the second factor is owed. The token stands for this browser until then;
    /// it opens nothing.
    CodeOwed(Token),
}

impl Authority {
    /// Signs a mailbox in at a mail protocol.
    ///
    /// # Errors
    /// What whoever asks may hear. Why, the activity of the mailbox tells.
    pub async fn sign_in(&self, attempt: Attempt, request: &Request) -> Result<SessionGuard, Refusal> {
        let surface = request.origin.surface;
        let login = Login::read(&attempt.authcid);
        let admitted = async {
            match self.verify_attempt(Kind::Mailbox, &login, &attempt, request).await? {
                Verified::Whole(proven) => self.open_session(proven, &login, None, request).await,
                // A mail protocol has no next page; the sign-in has refused this already.
                Verified::CodeOwed(_) => Err(AuthFailure::Rejected),
            }
        };
        let live = self.with_min_response_time(admitted).await.map_err(|denied| denied.refusal())?;
        let address = Address::parse(login.text()).map_err(|_| Refusal::Unavailable)?;
        Ok(SessionGuard { live, address, surface })
    }

    /// Signs a mailbox in at a browser surface (webmail, user panel).
    ///
    /// # Errors
    /// As [`Authority::sign_in`].
    pub async fn sign_in_browser(
        &self,
        attempt: Attempt,
        request: &Request,
    ) -> Result<SignedIn<SessionGuard>, Refusal> {
        let surface = request.origin.surface;
        let login = Login::read(&attempt.authcid);
        match self.admit(Kind::Mailbox, &login, &attempt, request).await? {
            SignedIn::CodeOwed(token) => Ok(SignedIn::CodeOwed(token)),
            SignedIn::Session(token, live) => {
                let address = Address::parse(login.text()).map_err(|_| Refusal::Unavailable)?;
                Ok(SignedIn::Session(token, SessionGuard { live, address, surface }))
            }
        }
    }

    /// Signs a person in at the dashboard.
    ///
    /// # Errors
    /// As [`Authority::sign_in`].
    pub async fn sign_in_staff(
        &self,
        attempt: Attempt,
        request: &Request,
    ) -> Result<SignedIn<StaffSession>, Refusal> {
        let ip = request.origin.ip;
        let login = Login::read(&attempt.authcid);
        match self.admit(Kind::Staff, &login, &attempt, request).await? {
            SignedIn::CodeOwed(token) => Ok(SignedIn::CodeOwed(token)),
            SignedIn::Session(token, live) => {
                match self.staff_session(live, login.text().to_owned(), ip).await {
                    Ok(Some(session)) => Ok(SignedIn::Session(token, session)),
                    Ok(None) | Err(_) => Err(Refusal::Unavailable),
                }
            }
        }
    }

    /// Every sign-in of a browser.
    async fn admit(
        &self,
        kind: Kind,
        login: &Login,
        attempt: &Attempt,
        request: &Request,
    ) -> Result<SignedIn<LiveGuard>, Refusal> {
        let admitted = async {
            match self.verify_attempt(kind, login, attempt, request).await? {
                Verified::Whole(proven) => {
                    let token = Token::draw(&mut rand::rng());
                    let live = self.open_session(proven, login, Some(&token), request).await?;
                    Ok(SignedIn::Session(token, live))
                }
                Verified::CodeOwed(first) => {
                    let Request { origin: Origin { surface, .. }, now } = request;
                    let token = self.begin_challenge(first.principal(), *surface, *now, *now).await?;
                    Ok(SignedIn::CodeOwed(token))
                }
            }
        };
        self.with_min_response_time(admitted).await.map_err(|denied| denied.refusal())
    }

    async fn verify_attempt(
        &self,
        kind: Kind,
        login: &Login,
        attempt: &Attempt,
        request: &Request,
    ) -> Result<Verified, AuthFailure> {
        let (secret, reading) = (&attempt.secret, Reading::at(request.origin.surface));
        self.verify(PasswordAttempt { kind, login, secret, reading }, request).await
    }

    /// Answers a refusal no sooner than the throttle says, whatever the reason.
    pub(crate) async fn with_min_response_time<T>(
        &self,
        deciding: impl Future<Output = Result<T, AuthFailure>>,
    ) -> Result<T, AuthFailure> {
        let begun = tokio::time::Instant::now();
        let denied = match deciding.await {
            Ok(admitted) => return Ok(admitted),
            Err(denied) => denied,
        };
        if let AuthFailure::Unavailable(unavailable) = &denied {
            tracing::error!(%unavailable, "a sign-in could not be decided");
        }
        tokio::time::sleep_until(begun + self.answer_after(&denied)).await;
        Err(denied)
    }

    /// How long after the attempt a refusal is answered, at the earliest. Beyond the limits some attempts are looked at
    /// and some are not; that must not be heard.
    fn answer_after(&self, denied: &AuthFailure) -> Duration {
        let limits = self.throttle().limits();
        match denied {
            AuthFailure::Rejected | AuthFailure::Unavailable(_) => limits.refusal_after,
            AuthFailure::TooManyTries => limits.refusal_after + limits.under_attack_wait,
        }
    }

    /// Opens a session for whoever has proved everything.
    pub(crate) async fn open_session(
        &self,
        proven: AuthProof,
        login: &Login,
        token: Option<&Token>,
        request: &Request,
    ) -> Result<LiveGuard, AuthFailure> {
        let principal = proven.principal;
        let (pending, guard) = PendingSession::new(proven, token.map(Token::digest), request.clone());
        let closed = |_| AuthFailure::Unavailable(Unavailable::ShuttingDown);
        self.session_writer().open_session(pending).await.map_err(closed)?;
        let cause = match guard.await {
            Ok(Ok(guard)) => return Ok(guard),
            // Right a moment ago, and overtaken by a change of the password or the state (invariant 2).
            Ok(Err(OpenSessionError::Overtaken)) => RefusalCause::Overtaken,
            Ok(Err(OpenSessionError::CodeSpent)) => RefusalCause::SpentCode,
            Ok(Err(OpenSessionError::Unavailable)) => {
                return Err(AuthFailure::Unavailable(Unavailable::NotWritten));
            }
            Err(_) => return Err(AuthFailure::Unavailable(Unavailable::ShuttingDown)),
        };
        self.note(Some(principal), login, cause, request);
        Err(AuthFailure::Rejected)
    }

    /// Notes a refused attempt.
    pub(crate) fn note(
        &self,
        principal: Option<PrincipalId>,
        login: &Login,
        cause: RefusalCause,
        request: &Request,
    ) {
        let login = login.text().to_owned();
        self.session_writer().refused(NewRefusedAttempt {
            principal,
            login,
            cause,
            request: request.clone(),
        });
    }
}
