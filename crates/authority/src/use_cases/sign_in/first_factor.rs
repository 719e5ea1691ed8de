//! The first factor: what was typed is held against what the store knows, at the price a try has.

use crate::authority::Authority;
use crate::credential::app_password::AppPasswordText;
use crate::credential::hasher::Lane;
use crate::credential::password_policy::prepare;
use crate::credential::totp::Code;
use crate::error::{AuthFailure, CodeFailure, Unavailable};
use crate::model::Timestamp;
use crate::model::mail_app_mode::MailAppMode;
use crate::model::origin::{Origin, Surface};
use crate::model::principal::{Epoch, Kind, State};
use crate::model::refusal_cause::{Cause, Wrong};
use crate::model::request::Request;
use crate::rate_limit::sign_in_throttle::{Attempt as ThrottledAttempt, Verdict};
use crate::rate_limit::verified_password_cache::Fingerprint;
use crate::session::proof::{AuthProof, FirstFactor};
use crate::store::credentials;
use crate::store::principals::{self, Principal, PrincipalRef};
use postward_wire::{Address, Secret};
use zeroize::Zeroizing;

/// How what was typed as the password is to be read, where a second factor is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As the password, and nothing else.
    Password,
    /// As the password with the code directly behind it (G2).
    CodeBehind,
    /// As either (P1).
    Either,
}

impl Reading {
    /// The doors, and how each reads.
    pub(crate) fn at(surface: Surface) -> Self {
        match surface {
            Surface::Imap | Surface::Pop3 | Surface::Smtp => Self::CodeBehind,
            Surface::Panel => Self::Either,
            Surface::Webmail | Surface::Dashboard => Self::Password,
        }
    }

    /// What may be the password, most likely first. At the panel everybody pays for both readings of what ends in six
    /// digits, whoever has a second factor and whoever does not exist.
    fn candidates(self, typed: &str, second_factor: bool) -> Vec<Candidate> {
        let whole = || Candidate::of(typed, None);
        let behind = || Code::behind(typed).map(|(password, code)| Candidate::of(password, Some(code)));
        match self {
            Self::Password => vec![whole()],
            Self::CodeBehind if second_factor => vec![behind().unwrap_or_else(whole)],
            Self::CodeBehind => vec![whole()],
            Self::Either => [whole()].into_iter().chain(behind()).collect(),
        }
    }
}

/// One way to read what was typed.
struct Candidate {
    /// None for what cannot be a password: it is nobody's, and costs what a wrong one costs.
    password: Option<Zeroizing<String>>,
    code: Option<Code>,
}

impl Candidate {
    fn of(typed: &str, code: Option<Code>) -> Self {
        Self { password: prepare(typed).ok(), code }
    }
}

/// What was found to be right.
pub(crate) enum Verified {
    /// All that is asked for.
    Whole(AuthProof),
    /// The password; a code is owed.
    CodeOwed(FirstFactor),
}

impl Authority {
    /// Holds what was typed against the principal, now. Also asked when an owner confirms a change.
    pub(crate) async fn verify(
        &self,
        kind: Kind,
        login: &Login,
        secret: &Secret,
        reading: Reading,
        request: &Request,
    ) -> Result<Verified, AuthFailure> {
        let now = request.now;
        if self.registry().is_frozen() {
            return Err(AuthFailure::Unavailable(Unavailable::Frozen));
        }
        let found = match login.is_address {
            true => self.find(PrincipalRef::Login(kind, &login.text), request).await?,
            false => None,
        };
        if let Some(proven) = self.by_app_password(found.as_ref(), secret, reading).await? {
            return Ok(Verified::Whole(proven));
        }
        let second_factor = found.as_ref().is_some_and(|principal| principal.second_factor.is_some());
        let candidates = reading.candidates(secret.expose(), second_factor);
        let this = self.as_throttled_attempt(kind, login, (secret, reading), found.as_ref(), &request.origin);
        let remembered = this.remembered;

        let epoch = found.as_ref().map_or(Epoch::ZERO, |principal| principal.epoch);
        let is_cached = |principal: &Principal, candidate: &Candidate| {
            principal.state == State::Active
                && candidate.password.as_ref().is_some_and(|password| {
                    self.verified_passwords().verified(principal.id, epoch, password, now)
                })
        };
        if let Some(principal) = &found
            && let Some(at) = candidates.iter().position(|candidate| is_cached(principal, candidate))
        {
            // A phone that repeats a stale code all night is one wrong guess.
            if second_factor && let Some(wrong) = self.throttle().wrong_before(&remembered) {
                self.note_refusal(found.as_ref(), login, Cause::from(wrong), request);
                return Err(AuthFailure::Rejected);
            }
            let code = candidates.into_iter().nth(at).and_then(|candidate| candidate.code);
            return match self.require_second_factor(principal.clone(), code, reading, request).await {
                Ok(verified) => Ok(verified),
                Err(CodeFailure::Unavailable(unavailable)) => Err(unavailable.into()),
                Err(CodeFailure::Refused(cause)) => {
                    if let Some(wrong) = cause.lasting() {
                        self.throttle().wrong(remembered, wrong);
                    }
                    self.note_refusal(found.as_ref(), login, cause, request);
                    Err(AuthFailure::Rejected)
                }
            };
        }

        let known = this.known;
        let reservation = match self.throttle().reserve(this, now) {
            Verdict::Verify(reservation) => reservation,
            Verdict::WrongBefore(wrong) => {
                self.note_refusal(found.as_ref(), login, Cause::from(wrong), request);
                return Err(AuthFailure::Rejected);
            }
            Verdict::TooMany => {
                self.note_refusal(found.as_ref(), login, Cause::Throttled, request);
                return Err(AuthFailure::TooManyTries);
            }
        };

        // Even a sleep of no time at all waits for the next tick of the clock.
        if !reservation.wait.is_zero() {
            tokio::time::sleep(reservation.wait).await;
        }
        if !reservation.is_admitted(&mut rand::rng()) {
            self.note_refusal(found.as_ref(), login, Cause::Throttled, request);
            return Err(AuthFailure::TooManyTries);
        }
        let lane = if known { Lane::Known } else { Lane::Stranger };
        let mut right = None;
        let mut typed = Zeroizing::default();
        for candidate in candidates {
            let hash =
                found.as_ref().map(|principal| &principal.hash).filter(|_| candidate.password.is_some());
            let password = candidate.password.unwrap_or_default();
            if self.hasher().verify(lane, password.clone(), hash).await.map_err(Unavailable::from)? {
                right = Some((password, candidate.code));
                break;
            }
            typed = password;
        }
        let beyond = reservation.beyond();
        match (found, right) {
            (Some(principal), Some((password, code))) if principal.state == State::Active => {
                self.verified_passwords().remember(principal.id, epoch, &password, now);
                self.renew_outdated(&principal, password);
                match self.require_second_factor(principal.clone(), code, reading, request).await {
                    Ok(verified) => {
                        reservation.right();
                        return Ok(verified);
                    }
                    Err(CodeFailure::Unavailable(unavailable)) => return Err(unavailable.into()),
                    Err(CodeFailure::Refused(cause)) => {
                        if let Some(wrong) = cause.lasting() {
                            reservation.wrong(wrong);
                        }
                        self.note_refusal(Some(&principal), login, cause, request);
                    }
                }
            }
            // To the stranger as wrong as any other, now and when it comes again.
            (found, Some(_)) => {
                reservation.wrong(Wrong::Suspended);
                self.note_refusal(found.as_ref(), login, Cause::Suspended, request);
            }
            (found, None) => {
                reservation.wrong(Wrong::Plain);
                let (login, remember) = (login.clone(), (!beyond).then_some(remembered));
                self.detect_previous_password(WrongTry {
                    found,
                    password: typed,
                    login,
                    remember,
                    request: request.clone(),
                });
            }
        }
        Err(if beyond { AuthFailure::TooManyTries } else { AuthFailure::Rejected })
    }

    /// Looks a principal up, with what a try from there needs to know of it.
    pub(crate) async fn find(
        &self,
        whom: PrincipalRef<'_>,
        request: &Request,
    ) -> Result<Option<Principal>, Unavailable> {
        // A window longer than time itself is the operator's way to say «always».
        let since = request.now.checked_sub(self.throttle().limits().window).unwrap_or(Timestamp::MIN);
        Ok(principals::find(self.db(), whom, &request.origin.network().to_string(), since).await?)
    }

    /// What the throttle is told of a try. What was typed is counted. What is remembered of it is another matter: what
    /// is wrong in one epoch, at one kind of door, or while sign-in is suspended or a second factor is on, may be right
    /// in the next.
    fn as_throttled_attempt(
        &self,
        kind: Kind,
        login: &Login,
        (secret, reading): (&Secret, Reading),
        found: Option<&Principal>,
        origin: &Origin,
    ) -> ThrottledAttempt {
        let prepared = prepare(secret.expose()).unwrap_or_default();
        let (whose, name, typed) = (kind.name().as_bytes(), login.text.as_bytes(), prepared.as_bytes());
        let epoch = found.map_or(Epoch::ZERO, |principal| principal.epoch).0.to_be_bytes();
        let state = found.map_or(State::Active, |principal| principal.state).name().as_bytes();
        let factor = found.and_then(|principal| principal.second_factor.as_ref());
        let factor = factor.map_or(0, |factor| factor.enabled_at).to_be_bytes();
        let reading = [reading as u8];
        let mode = found.map_or(MailAppMode::default(), |principal| principal.mail_apps).name().as_bytes();
        ThrottledAttempt {
            login: format!("{} {}", kind.name(), login.text),
            network: origin.network().to_string(),
            ip: origin.ip,
            known: found.is_some_and(|principal| principal.known_network),
            changed: found.is_some_and(|principal| principal.changed),
            counted: self.fingerprints().of(&[whose, name, typed]),
            remembered: self.fingerprints().of(&[whose, name, &epoch, state, &factor, mode, &reading, typed]),
        }
    }

    /// Whether what was typed at a mail protocol is one of the mailbox's app passwords. It is asked before the
    /// throttle, which other people's guessing can exhaust: 75 random bits are not guessed.
    async fn by_app_password(
        &self,
        found: Option<&Principal>,
        secret: &Secret,
        reading: Reading,
    ) -> Result<Option<AuthProof>, AuthFailure> {
        let Some(principal) = found.filter(|principal| principal.state == State::Active) else {
            return Ok(None);
        };
        let (Reading::CodeBehind, Some(letters)) = (reading, AppPasswordText::parse(secret.expose())) else {
            return Ok(None);
        };
        let row = self.find_app_password(principal.id, &letters).await?;
        Ok(row.map(|row| AuthProof::by_app_password(principal, row.id, row.digest)))
    }

    /// The password was right: what else is asked for, and was it given?
    async fn require_second_factor(
        &self,
        principal: Principal,
        code: Option<Code>,
        reading: Reading,
        request: &Request,
    ) -> Result<Verified, CodeFailure> {
        if reading == Reading::CodeBehind && principal.mail_apps == MailAppMode::AppPasswordsOnly {
            return Err(CodeFailure::Refused(Cause::AppPasswordRequired));
        }
        let (first, code) = match (FirstFactor::of(principal).alone(), code) {
            (Ok(proven), None) => return Ok(Verified::Whole(proven)),
            // Six digits behind a password that has none to give.
            (Ok(_), Some(_)) => return Err(CodeFailure::Refused(Cause::Wrong)),
            (Err(_), None) if reading == Reading::CodeBehind => {
                return Err(CodeFailure::Refused(Cause::CodeMissing));
            }
            (Err(first), None) => return Ok(Verified::CodeOwed(first)),
            (Err(first), Some(code)) => (first, code),
        };
        let spends = self.check_code(first.principal(), &code, request).await?;
        Ok(Verified::Whole(first.with(spends)))
    }

    /// The tripwire: finds out, when the machine has nothing better to do, whether a wrong password was the mailbox's
    /// password once, and notes the refused try as what it was. The stranger has long been answered.
    fn detect_previous_password(&self, wrong: WrongTry) {
        let this = self.clone();
        self.changes().spawn(async move {
            let WrongTry { found, password, login, request, remember } = wrong;
            let mut cause = Cause::Wrong;
            if let Some(principal) = &found {
                // A store or a hasher that has no time leaves the try as what it is at least: wrong.
                let used = credentials::used(this.db(), principal.id).await.unwrap_or_default();
                // The first is the current one, and it was not that.
                for hash in used.iter().skip(1) {
                    let was = this.hasher().verify(Lane::Background, password.clone(), Some(hash)).await;
                    if matches!(was, Ok(true)) {
                        cause = Cause::Previous;
                        break;
                    }
                }
            }
            if let (Some(fingerprint), Cause::Previous) = (remember, cause) {
                this.throttle().wrong(fingerprint, Wrong::Previous);
            }
            this.note_refusal(found.as_ref(), &login, cause, &request);
        });
    }

    fn note_refusal(&self, found: Option<&Principal>, login: &Login, cause: Cause, request: &Request) {
        self.note(found.map(|principal| principal.id), login, cause, request);
    }

    /// Hashes a password anew that was hashed at another cost than today's, once it has proved right. Nobody waits.
    fn renew_outdated(&self, principal: &Principal, password: Zeroizing<String>) {
        if !self.hasher().outdated(&principal.hash) {
            return;
        }
        let (this, id, epoch) = (self.clone(), principal.id, principal.epoch);
        self.changes().spawn(async move {
            let renewed = this.renew(id, epoch, password).await;
            if let Err(unavailable) = renewed {
                tracing::warn!(%unavailable, "a password could not be hashed anew; the next sign-in tries again");
            }
        });
    }
}

/// What was typed as the name.
#[derive(Clone)]
pub(crate) struct Login {
    /// As the store spells it, where it is an address; else what can be shown of it.
    text: String,
    /// What is no address belongs to nobody. It is not looked up, and treated like any unknown one.
    is_address: bool,
}

impl Login {
    pub(crate) fn read(authcid: &str) -> Self {
        match Address::parse(authcid) {
            Ok(address) => Self::of(&address),
            Err(_) => {
                let printable = authcid.chars().filter(|c| !c.is_control()).take(Address::MAX_LEN);
                Self { text: printable.collect(), is_address: false }
            }
        }
    }

    pub(crate) fn of(address: &Address) -> Self {
        Self::of_text(address.as_str())
    }

    /// A login the store has told.
    pub(crate) fn of_text(login: &str) -> Self {
        Self { text: login.to_owned(), is_address: true }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The address, where it is one.
    pub(crate) fn address(&self) -> Option<&str> {
        self.is_address.then_some(&self.text)
    }
}

/// A try whose password was wrong.
struct WrongTry {
    found: Option<Principal>,
    password: Zeroizing<String>,
    login: Login,
    request: Request,
    /// Where the throttle is to know this password again.
    remember: Option<Fingerprint>,
}
