//! The challenge for the second factor.
//!
//! A browser whose password was right has ten minutes and five attempts for it. What it holds until then belongs to one
//! principal, one surface and one browser, and opens nothing else; a change of the password or the state ends it.

use crate::authority::Authority;
use crate::credential::backup_code;
use crate::credential::key_file::Sealed;
use crate::credential::token::Token;
use crate::credential::totp::{Code, Seed};
use crate::credential::totp_binding::bound;
use crate::error::{AuthFailure, CodeFailure, Unavailable, from_unavailable};
use crate::model::Timestamp;
use crate::model::notice::Notice;
use crate::model::origin::Surface;
use crate::model::principal::{AccountId, Kind, PrincipalId, State};
use crate::model::refusal_cause::RefusalCause;
use crate::model::request::Request;
use crate::notification::notify::{Recipient, notify_owner, notify_staff};
use crate::rate_limit::code_attempts::guesses;
use crate::session::proof::{AuthProof, FirstFactor, OneTimeProof};
use crate::session::registry::{LiveGuard, SessionGuard};
use crate::session::staff_session::StaffSession;
use crate::store::principals::{Principal, PrincipalRef};
use crate::store::second_factors::{self, ChallengeRow, NewChallenge};
use crate::store::{Durability, moment};
use crate::use_cases::sign_in::first_factor::Login;
use jiff::SignedDuration;
use postward_wire::{Address, Secret};
use thiserror::Error;

/// How long a browser may owe its code: the phone lies in the next room.
const OWED_FOR: SignedDuration = SignedDuration::from_mins(10);
/// Wrong codes a browser may send before it has to give the password again.
const TRIES: i64 = 5;
/// The wrong code of a window at which the owner is told. Fewer are slips of a finger.
const TELL_AT: i64 = 3;

/// Why the challenge was not met.
#[derive(Debug, Error)]
pub enum SecondFactorChallengeError {
    /// The code is wrong, or was used before, or there were too many before it.
    #[error("the code is wrong")]
    CodeWrong,
    /// The first step is too long ago, was overtaken, or has had too many wrong codes: begin with the password.
    #[error("the sign-in has to begin with the password again")]
    Over,
    /// It could not be decided.
    #[error(transparent)]
    Unavailable(Unavailable),
}

from_unavailable! { SecondFactorChallengeError }

impl Authority {
    /// Whether a browser still owes a code at this surface: else the page that asks for it makes no sense.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn owes_code(
        &self,
        token: &Token,
        surface: Surface,
        now: Timestamp,
    ) -> Result<bool, Unavailable> {
        Ok(self.pending(token, surface, now).await?.is_some())
    }

    /// Ends a sign-in at the webmail or the panel, with the code.
    ///
    /// # Errors
    /// As [`SecondFactorChallengeError`] says.
    pub async fn finish_sign_in(
        &self,
        pending: &Token,
        code: &Secret,
        request: &Request,
    ) -> Result<(Token, SessionGuard), SecondFactorChallengeError> {
        let (token, live, login) = self.answer_challenge(pending, code, request).await?;
        let address = Address::parse(&login).map_err(|_| SecondFactorChallengeError::Over)?;
        Ok((token, SessionGuard { live, address, surface: request.origin.surface }))
    }

    /// Ends a sign-in at the dashboard, with the code or one of the backup codes.
    ///
    /// # Errors
    /// As [`SecondFactorChallengeError`] says.
    pub async fn finish_staff_sign_in(
        &self,
        pending: &Token,
        code: &Secret,
        request: &Request,
    ) -> Result<(Token, StaffSession), SecondFactorChallengeError> {
        let (token, live, email) = self.answer_challenge(pending, code, request).await?;
        let session = self
            .staff_session(live, email, request.origin.ip)
            .await?
            .ok_or(SecondFactorChallengeError::Over)?;
        Ok((token, session))
    }

    /// Notes that a browser owes a code.
    pub(crate) async fn begin_challenge(
        &self,
        principal: &Principal,
        surface: Surface,
        proved_at: Timestamp,
        now: Timestamp,
    ) -> Result<Token, Unavailable> {
        let token = Token::draw(&mut rand::rng());
        let mut tx = self.db().begin(Durability::Relaxed).await?;
        let challenge = NewChallenge {
            token_digest: &token.digest(),
            principal: principal.id,
            epoch: principal.epoch,
            surface,
            proved_at,
            begun_at: now,
        };
        second_factors::begin_challenge(&mut tx, &challenge).await?;
        tx.commit().await?;
        Ok(token)
    }

    async fn pending(
        &self,
        token: &Token,
        surface: Surface,
        now: Timestamp,
    ) -> Result<Option<ChallengeRow>, Unavailable> {
        let row = second_factors::challenge(self.db(), &token.digest(), surface.name()).await?;
        let in_time = |row: &ChallengeRow| now.duration_since(moment(row.begun_at)).abs() < OWED_FOR;
        Ok(row.filter(|row| in_time(row) && row.tries < TRIES))
    }

    async fn answer_challenge(
        &self,
        pending: &Token,
        code: &Secret,
        request: &Request,
    ) -> Result<(Token, LiveGuard, String), SecondFactorChallengeError> {
        if self.registry().is_frozen() {
            return Err(SecondFactorChallengeError::Unavailable(Unavailable::Frozen));
        }
        let Some(row) = self.pending(pending, request.origin.surface, request.now).await? else {
            return Err(SecondFactorChallengeError::Over);
        };
        let found = self.find(PrincipalRef::Id(row.principal_id), request).await?;
        let still = |principal: &Principal| principal.epoch == row.epoch && principal.state == State::Active;
        let Some(principal) = found.filter(still) else { return Err(SecondFactorChallengeError::Over) };

        let (login, digest) = (principal.login.clone(), pending.digest());
        let by_name = Login::of_text(&login);
        let finishing = async {
            let mut proven = self.prove(principal, code, request).await?;
            proven.challenge = Some(digest.clone());
            proven.proved_at = Some(moment(row.proved_at));
            let token = Token::draw(&mut rand::rng());
            let live = self.open_session(proven, &by_name, Some(&token), request).await?;
            Ok((token, live))
        };
        match self.with_min_response_time(finishing).await {
            Ok((token, live)) => Ok((token, live, login)),
            Err(AuthFailure::Unavailable(unavailable)) => Err(unavailable.into()),
            Err(AuthFailure::Rejected | AuthFailure::TooManyTries) => {
                let mut tx = self.db().begin(Durability::Relaxed).await?;
                second_factors::fail_challenge(&mut tx, &digest).await?;
                tx.commit().await?;
                match self.pending(pending, request.origin.surface, request.now).await? {
                    Some(_) => Err(SecondFactorChallengeError::CodeWrong),
                    None => Err(SecondFactorChallengeError::Over),
                }
            }
        }
    }

    /// The proof that a right password and this code make.
    async fn prove(
        &self,
        principal: Principal,
        typed: &Secret,
        request: &Request,
    ) -> Result<AuthProof, CodeFailure> {
        // Turned off meanwhile: then the password was all that is asked for.
        let first = match FirstFactor::of(principal).alone() {
            Ok(proven) => return Ok(proven),
            Err(first) => first,
        };
        let one_time_proof = self.check_typed(first.principal(), typed, request).await?;
        Ok(first.with(one_time_proof))
    }

    /// Holds what was typed as a code against the second factor: a code of the authenticator, or, for staff, a backup
    /// code. A refusal is noted.
    pub(crate) async fn check_typed(
        &self,
        principal: &Principal,
        typed: &Secret,
        request: &Request,
    ) -> Result<OneTimeProof, CodeFailure> {
        let checked = self.check_code_or_backup_code(principal, typed, request).await;
        if let Err(CodeFailure::Refused(cause)) = &checked {
            self.note(Some(principal.id), &Login::of_text(&principal.login), *cause, request);
        }
        checked
    }

    async fn check_code_or_backup_code(
        &self,
        principal: &Principal,
        typed: &Secret,
        request: &Request,
    ) -> Result<OneTimeProof, CodeFailure> {
        if let Some(code) = Code::parse(typed.expose()) {
            return self.check_code(principal, &code, request).await;
        }
        // What is no code at all costs a guess like any other.
        self.reserve_guess(principal, request).await?;
        let digest = backup_code::digest(principal.id, typed);
        match second_factors::has_backup_code(self.db(), principal.id, &digest).await? {
            true => Ok(OneTimeProof::BackupCode(digest)),
            false => Err(self.wrong_code(principal, request).await),
        }
    }

    /// Holds a code against the second factor of a principal whose password was right. It is spent by whoever relies on
    /// it, in the transaction of that.
    pub(crate) async fn check_code(
        &self,
        principal: &Principal,
        code: &Code,
        request: &Request,
    ) -> Result<OneTimeProof, CodeFailure> {
        let Some(factor) = &principal.second_factor else {
            return Err(CodeFailure::Refused(RefusalCause::WrongCode));
        };
        // First, so that a trouble of ours costs no guess.
        let seed = self.open_seed(principal.account, principal.id, &factor.seed)?;
        self.reserve_guess(principal, request).await?;
        match seed.step_of(code, request.now) {
            Some(step) => Ok(OneTimeProof::Step { enabled_at: factor.enabled_at, step }),
            None => Err(self.wrong_code(principal, request).await),
        }
    }

    /// Counts a guess before it is looked at, so that a thousand at once cannot slip through together.
    async fn reserve_guess(&self, principal: &Principal, request: &Request) -> Result<(), CodeFailure> {
        let (network, at_most, window) = guesses(principal.known_network, &request.origin);
        let since = request.now.checked_sub(window).unwrap_or(Timestamp::MIN);
        let mut tx = self.db().begin(Durability::Relaxed).await?;
        let counted =
            second_factors::guess(&mut tx, principal.id, &network, since, at_most, request.now).await?;
        tx.commit().await?;
        if counted { Ok(()) } else { Err(CodeFailure::Refused(RefusalCause::TooManyCodes)) }
    }

    /// Notes a wrong code behind a right password, and tells the owner when there were several.
    async fn wrong_code(&self, principal: &Principal, request: &Request) -> CodeFailure {
        let noted = async {
            let (network, ..) = guesses(principal.known_network, &request.origin);
            let mut tx = self.db().begin(Durability::Relaxed).await?;
            if second_factors::guessed_wrong(&mut tx, principal.id, &network).await? == TELL_AT {
                let detail = request.origin.as_detail();
                let reader = Recipient { principal: principal.id, address: principal.login.as_str() };
                match principal.kind {
                    Kind::Mailbox => {
                        let keys = self.keys();
                        notify_owner(&mut tx, keys, principal.id, Notice::WrongCodes, &detail, request.now)
                            .await?;
                    }
                    Kind::Staff => {
                        notify_staff(&mut tx, reader, Notice::WrongCodes, &detail, request.now).await?
                    }
                }
            }
            tx.commit().await
        };
        match noted.await {
            Ok(()) => CodeFailure::Refused(RefusalCause::WrongCode),
            Err(error) => error.into(),
        }
    }

    /// The seed behind a second factor.
    pub(crate) fn open_seed(
        &self,
        account: Option<AccountId>,
        principal: PrincipalId,
        sealed: &Sealed,
    ) -> Result<Seed, Unavailable> {
        let bound = bound(account, principal);
        Ok(Seed::from_bytes(self.keys().open(sealed, &bound)?))
    }
}
