//! The first factor: what was typed is held against what the store knows, at the price an attempt has.

use crate::authority::Authority;
use crate::credential::app_password::AppPasswordText;
use crate::credential::hasher::Lane;
use crate::credential::password_policy::prepare;
use crate::credential::totp::Code;
use crate::error::{AuthFailure, CodeFailure, Unavailable};
use crate::model::Timestamp;
use crate::model::mail_app_mode::MailAppMode;
use crate::model::origin::Surface;
use crate::model::principal::{Epoch, Kind, State};
use crate::model::refusal_cause::{RefusalCause, Wrong};
use crate::model::request::Request;
use crate::rate_limit::sign_in_throttle::Attempt as ThrottledAttempt;
use crate::rate_limit::verified_password_cache::Fingerprint;
use crate::session::proof::{AuthProof, FirstFactor};
use crate::store::credentials;
use crate::store::principals::{self, Principal, PrincipalRef};
use crate::store::second_factors::SecondFactor;
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
    /// How each surface reads.
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

/// What somebody types as a name and a password, and how it is to be read.
#[derive(Clone, Copy)]
pub(crate) struct PasswordAttempt<'a> {
    pub(crate) kind: Kind,
    pub(crate) login: &'a Login,
    pub(crate) secret: &'a Secret,
    pub(crate) reading: Reading,
}

/// The same, with the principal it is about.
struct Identified<'a> {
    attempt: PasswordAttempt<'a>,
    request: &'a Request,
    /// None for a name that belongs to nobody, which is treated like any other to the end.
    found: Option<Principal>,
}

impl Identified<'_> {
    fn epoch(&self) -> Epoch {
        self.found.as_ref().map_or(Epoch::ZERO, |principal| principal.epoch)
    }

    fn state(&self) -> State {
        self.found.as_ref().map_or(State::Active, |principal| principal.state)
    }

    fn second_factor(&self) -> Option<&SecondFactor> {
        self.found.as_ref().and_then(|principal| principal.second_factor.as_ref())
    }

    /// The principal, if it may sign in.
    fn active(&self) -> Option<&Principal> {
        self.found.as_ref().filter(|principal| principal.state == State::Active)
    }
}

/// What hashing has shown of what was typed.
enum Hashed {
    /// This is the password, and perhaps a code that was typed behind it.
    Right(Zeroizing<String>, Option<Code>),
    /// None is; this was the last that was looked at.
    Wrong(Zeroizing<String>),
}

impl Authority {
    /// Holds what was typed against the principal, now. Also asked when an owner confirms a change.
    pub(crate) async fn verify(
        &self,
        attempt: PasswordAttempt<'_>,
        request: &Request,
    ) -> Result<Verified, AuthFailure> {
        if self.registry().is_frozen() {
            return Err(AuthFailure::Unavailable(Unavailable::Frozen));
        }
        let this = self.identify(attempt, request).await?;
        if let Some(proven) = self.by_app_password(&this).await? {
            return Ok(Verified::Whole(proven));
        }
        let mut candidates =
            attempt.reading.candidates(attempt.secret.expose(), this.second_factor().is_some());
        match self.find_cached(&this, &mut candidates) {
            Some((principal, code)) => self.verify_cached(&this, principal, code).await,
            None => self.verify_hashed(this, candidates).await,
        }
    }

    async fn identify<'a>(
        &self,
        attempt: PasswordAttempt<'a>,
        request: &'a Request,
    ) -> Result<Identified<'a>, Unavailable> {
        let PasswordAttempt { kind, login, .. } = attempt;
        let found = match login.address() {
            Some(address) => self.find(PrincipalRef::Login(kind, address), request).await?,
            None => None,
        };
        Ok(Identified { attempt, request, found })
    }

    /// Looks a principal up, with what an attempt from there needs to know of it.
    pub(crate) async fn find(
        &self,
        whom: PrincipalRef<'_>,
        request: &Request,
    ) -> Result<Option<Principal>, Unavailable> {
        // A window longer than time itself is the operator's way to say «always».
        let since = request.now.checked_sub(self.throttle().limits().window).unwrap_or(Timestamp::MIN);
        Ok(principals::find(self.db(), whom, &request.origin.network().to_string(), since).await?)
    }

    /// Whether what was typed at a mail protocol is one of the mailbox's app passwords. It is asked before the
    /// throttle, which other people's guessing can exhaust: 75 random bits are not guessed.
    async fn by_app_password(&self, this: &Identified<'_>) -> Result<Option<AuthProof>, Unavailable> {
        let PasswordAttempt { secret, reading, .. } = this.attempt;
        let Some(principal) = this.active() else { return Ok(None) };
        let (Reading::CodeBehind, Some(letters)) = (reading, AppPasswordText::parse(secret.expose())) else {
            return Ok(None);
        };
        let row = self.find_app_password(principal.id, &letters).await?;
        Ok(row.map(|row| AuthProof::by_app_password(principal, row.id, row.digest)))
    }

    /// The principal whose password was verified not long ago in this epoch, with the code that was typed behind it.
    fn find_cached<'a>(
        &self,
        this: &'a Identified<'_>,
        candidates: &mut Vec<Candidate>,
    ) -> Option<(&'a Principal, Option<Code>)> {
        let principal = this.active()?;
        let (cache, now) = (self.verified_passwords(), this.request.now);
        let is_cached = |candidate: &Candidate| {
            let password = candidate.password.as_ref();
            password.is_some_and(|password| cache.verified(principal.id, principal.epoch, password, now))
        };
        let at = candidates.iter().position(is_cached)?;
        Some((principal, candidates.swap_remove(at).code))
    }

    /// A password that is known to be right costs no hash. The code behind it is verified all the same.
    async fn verify_cached(
        &self,
        this: &Identified<'_>,
        principal: &Principal,
        code: Option<Code>,
    ) -> Result<Verified, AuthFailure> {
        let fingerprint = self.as_throttled_attempt(this).remembered;
        // A phone that repeats a stale code all night is one wrong guess.
        if principal.second_factor.is_some()
            && let Some(wrong) = self.throttle().wrong_before(&fingerprint)
        {
            self.note_refusal(this, RefusalCause::from(wrong));
            return Err(AuthFailure::Rejected);
        }
        match self.require_second_factor(this, principal, code).await {
            Ok(verified) => Ok(verified),
            Err(CodeFailure::Unavailable(unavailable)) => Err(unavailable.into()),
            Err(CodeFailure::Refused(cause)) => {
                if let Some(wrong) = cause.lasting() {
                    self.throttle().wrong(fingerprint, wrong);
                }
                self.note_refusal(this, cause);
                Err(AuthFailure::Rejected)
            }
        }
    }

    /// Everything else is hashed, once the throttle admits it.
    async fn verify_hashed(
        &self,
        this: Identified<'_>,
        candidates: Vec<Candidate>,
    ) -> Result<Verified, AuthFailure> {
        let throttled = self.as_throttled_attempt(&this);
        let (known, fingerprint) = (throttled.known, throttled.remembered);
        let reservation = match self.admit_attempt(throttled, this.request.now).await {
            Ok(reservation) => reservation,
            Err(refused) => {
                self.note_refusal(&this, refused.cause());
                return Err(refused.into());
            }
        };
        let hashed = self.hash_candidates(&this, candidates, known).await?;
        let beyond = reservation.beyond();
        match hashed {
            Hashed::Right(password, code) => match this.active() {
                Some(principal) => {
                    self.remember_verified(principal, password, this.request.now);
                    match self.require_second_factor(&this, principal, code).await {
                        Ok(verified) => {
                            reservation.right();
                            return Ok(verified);
                        }
                        Err(CodeFailure::Unavailable(unavailable)) => return Err(unavailable.into()),
                        Err(CodeFailure::Refused(cause)) => {
                            if let Some(wrong) = cause.lasting() {
                                reservation.wrong(wrong);
                            }
                            self.note_refusal(&this, cause);
                        }
                    }
                }
                // To an outsider as wrong as any other, now and when it comes again.
                None => {
                    reservation.wrong(Wrong::Suspended);
                    self.note_refusal(&this, RefusalCause::Suspended);
                }
            },
            Hashed::Wrong(password) => {
                reservation.wrong(Wrong::Plain);
                self.detect_previous_password(this, password, (!beyond).then_some(fingerprint));
            }
        }
        Err(if beyond { AuthFailure::TooManyTries } else { AuthFailure::Rejected })
    }

    /// Hashes what may be the password until one is. For a name that belongs to nobody, and for what cannot be a
    /// password, it costs the same.
    async fn hash_candidates(
        &self,
        this: &Identified<'_>,
        candidates: Vec<Candidate>,
        known: bool,
    ) -> Result<Hashed, Unavailable> {
        let lane = if known { Lane::Known } else { Lane::Unknown };
        let mut last = Zeroizing::default();
        for candidate in candidates {
            let hash = this.found.as_ref().map(|principal| &principal.hash);
            let hash = hash.filter(|_| candidate.password.is_some());
            let password = candidate.password.unwrap_or_default();
            if self.hasher().verify(lane, password.clone(), hash).await? {
                return Ok(Hashed::Right(password, candidate.code));
            }
            last = password;
        }
        Ok(Hashed::Wrong(last))
    }

    /// The password was right: what else is asked for, and was it given?
    async fn require_second_factor(
        &self,
        this: &Identified<'_>,
        principal: &Principal,
        code: Option<Code>,
    ) -> Result<Verified, CodeFailure> {
        let code_behind = this.attempt.reading == Reading::CodeBehind;
        if code_behind && principal.mail_apps == MailAppMode::AppPasswordsOnly {
            return Err(CodeFailure::Refused(RefusalCause::AppPasswordRequired));
        }
        let (first, code) = match (FirstFactor::of(principal.clone()).alone(), code) {
            (Ok(proven), None) => return Ok(Verified::Whole(proven)),
            // Six digits behind a password that has none to give.
            (Ok(_), Some(_)) => return Err(CodeFailure::Refused(RefusalCause::Wrong)),
            (Err(_), None) if code_behind => return Err(CodeFailure::Refused(RefusalCause::CodeMissing)),
            (Err(first), None) => return Ok(Verified::CodeOwed(first)),
            (Err(first), Some(code)) => (first, code),
        };
        let one_time_proof = self.check_code(first.principal(), &code, this.request).await?;
        Ok(Verified::Whole(first.with(one_time_proof)))
    }

    /// What the throttle is told of an attempt. What was typed is counted. What is remembered of it is another matter:
    /// what is wrong in one epoch, at one kind of surface, or while sign-in is suspended or a second factor is on, may
    /// be right in the next.
    fn as_throttled_attempt(&self, this: &Identified<'_>) -> ThrottledAttempt {
        let PasswordAttempt { kind, login, secret, reading } = this.attempt;
        let prepared = prepare(secret.expose()).unwrap_or_default();
        let (whose, name, typed) = (kind.name().as_bytes(), login.text.as_bytes(), prepared.as_bytes());
        let epoch = this.epoch().0.to_be_bytes();
        let state = this.state().name().as_bytes();
        let factor = this.second_factor().map_or(0, |factor| factor.enabled_at).to_be_bytes();
        let reading = [reading as u8];
        let found = this.found.as_ref();
        let mode = found.map_or(MailAppMode::default(), |principal| principal.mail_apps).name().as_bytes();
        ThrottledAttempt {
            login: format!("{} {}", kind.name(), login.text),
            network: this.request.origin.network().to_string(),
            ip: this.request.origin.ip,
            known: found.is_some_and(|principal| principal.known_network),
            changed: found.is_some_and(|principal| principal.changed),
            counted: self.fingerprints().of(&[whose, name, typed]),
            remembered: self.fingerprints().of(&[whose, name, &epoch, state, &factor, mode, &reading, typed]),
        }
    }

    /// Finds out, when the machine has nothing better to do, whether a wrong password was the mailbox's password once,
    /// and notes the refused attempt as what it was. Whoever made it has long been answered. The throttle is to know
    /// the password again by its fingerprint, where there is one.
    fn detect_previous_password(
        &self,
        wrong: Identified<'_>,
        password: Zeroizing<String>,
        fingerprint: Option<Fingerprint>,
    ) {
        let Identified { attempt, request, found } = wrong;
        let (this, login, request) = (self.clone(), attempt.login.clone(), request.clone());
        self.changes().spawn(async move {
            let mut cause = RefusalCause::Wrong;
            if let Some(principal) = &found {
                // A store or a hasher that has no time leaves the attempt as what it is at least: wrong.
                let used = credentials::used(this.db(), principal.id).await.unwrap_or_default();
                // The first is the current one, and it was not that.
                for hash in used.iter().skip(1) {
                    let was = this.hasher().verify(Lane::Background, password.clone(), Some(hash)).await;
                    if matches!(was, Ok(true)) {
                        cause = RefusalCause::Previous;
                        break;
                    }
                }
            }
            if let (Some(fingerprint), RefusalCause::Previous) = (fingerprint, cause) {
                this.throttle().wrong(fingerprint, Wrong::Previous);
            }
            this.note(found.map(|principal| principal.id), &login, cause, &request);
        });
    }

    fn note_refusal(&self, this: &Identified<'_>, cause: RefusalCause) {
        let principal = this.found.as_ref().map(|principal| principal.id);
        self.note(principal, this.attempt.login, cause, this.request);
    }

    /// Remembers a password that has proved right, and hashes it anew where its hash was made at another cost than
    /// today's. Nobody waits for that.
    fn remember_verified(&self, principal: &Principal, password: Zeroizing<String>, now: Timestamp) {
        self.verified_passwords().remember(principal.id, principal.epoch, &password, now);
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
