//! An attempt becomes a session or a refusal. The only way in, for every door.

use crate::authority::{Authority, Unavailable};
use crate::desk::{Entry, NotEntered};
use crate::hasher::Lane;
use crate::origin::Origin;
use crate::policy::prepare;
use crate::principal::{Epoch, PrincipalId};
use crate::reconnect::Fingerprint;
use crate::registry::{LiveGuard, SessionGuard};
use crate::resume::StaffSession;
use crate::store::credentials;
use crate::store::journal::RefusedTry;
use crate::store::principals::{self, Kind, Principal, State};
use crate::throttle::{Try, Verdict, Wrong};
use crate::{Timestamp, Token};
use postward_wire::{Address, Attempt, Refusal, Secret};
use std::time::Duration;
use zeroize::Zeroizing;

impl Authority {
    /// Signs a mailbox in at a mail protocol.
    ///
    /// # Errors
    /// What the stranger may hear. Why, the activity of the mailbox tells.
    pub async fn sign_in(
        &self,
        attempt: Attempt,
        origin: Origin,
        now: Timestamp,
    ) -> Result<SessionGuard, Refusal> {
        let surface = origin.surface;
        let (live, login) = self.admit(Kind::Mailbox, attempt, origin, None, now).await?;
        let address = Address::parse(&login).map_err(|_| Refusal::Unavailable)?;
        Ok(SessionGuard { live, address, surface })
    }

    /// Signs a mailbox in at a browser surface (webmail, user panel). The guard holds for this request; the token is
    /// for the cookie.
    ///
    /// # Errors
    /// As [`Authority::sign_in`].
    pub async fn sign_in_browser(
        &self,
        attempt: Attempt,
        origin: Origin,
        now: Timestamp,
    ) -> Result<(Token, SessionGuard), Refusal> {
        let (token, surface) = (Token::draw(&mut rand::rng()), origin.surface);
        let (live, login) = self.admit(Kind::Mailbox, attempt, origin, Some(&token), now).await?;
        let address = Address::parse(&login).map_err(|_| Refusal::Unavailable)?;
        Ok((token, SessionGuard { live, address, surface }))
    }

    /// Signs a person in at the dashboard.
    ///
    /// # Errors
    /// As [`Authority::sign_in`].
    pub async fn sign_in_staff(
        &self,
        attempt: Attempt,
        origin: Origin,
        now: Timestamp,
    ) -> Result<(Token, StaffSession), Refusal> {
        let (token, ip) = (Token::draw(&mut rand::rng()), origin.ip);
        let (live, email) = self.admit(Kind::Staff, attempt, origin, Some(&token), now).await?;
        match self.staff_session(live, email, ip).await {
            Ok(Some(session)) => Ok((token, session)),
            Ok(None) | Err(_) => Err(Refusal::Unavailable),
        }
    }

    /// Every sign-in: verify, then enter. A refusal is answered no sooner than the throttle says, whatever the reason.
    async fn admit(
        &self,
        kind: Kind,
        attempt: Attempt,
        origin: Origin,
        token: Option<&Token>,
        now: Timestamp,
    ) -> Result<(LiveGuard, String), Refusal> {
        let begun = tokio::time::Instant::now();
        let login = Login::read(&attempt.authcid);
        let outcome = match self.verify(kind, &login, &attempt.secret, &origin, now).await {
            Ok(verified) => self.enter(verified, &login, origin, token, now).await,
            Err(denied) => Err(denied),
        };
        match outcome {
            Ok(live) => Ok((live, login.text)),
            Err(denied) => {
                if let Denied::Unavailable(unavailable) = &denied {
                    tracing::error!(%unavailable, "a sign-in could not be decided");
                }
                tokio::time::sleep_until(begun + self.answer_after(&denied)).await;
                Err(denied.refusal())
            }
        }
    }

    /// How long after the try a refusal is answered, at the earliest. Beyond the limits some tries are looked at and
    /// some are not; that must not be heard.
    fn answer_after(&self, denied: &Denied) -> Duration {
        let limits = self.throttle().limits();
        match denied {
            Denied::Rejected | Denied::Unavailable(_) => limits.refusal_after,
            Denied::TooManyTries => limits.refusal_after + limits.besieged_wait,
        }
    }

    /// Whether the password is the principal's, now. Also asked when an owner confirms a change.
    pub(crate) async fn verify(
        &self,
        kind: Kind,
        login: &Login,
        secret: &Secret,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<Verified, Denied> {
        if self.registry().is_frozen() {
            return Err(Denied::Unavailable(Unavailable::Frozen));
        }
        let network = origin.network().to_string();
        let found = match login.is_address {
            true => {
                // A window longer than time itself is the operator's way to say «always».
                let since = now.checked_sub(self.throttle().limits().window).unwrap_or(Timestamp::MIN);
                principals::find(self.db(), kind, &login.text, &network, since)
                    .await
                    .map_err(Unavailable::from)?
            }
            false => None,
        };
        let epoch = found.as_ref().map_or(Epoch::ZERO, |principal| principal.epoch);
        // What cannot be a password is nobody's, and costs what a wrong one costs.
        let (password, hash) = match prepare(secret.expose()) {
            Ok(password) => (password, found.as_ref().map(|principal| &principal.hash)),
            Err(_) => (Zeroizing::default(), None),
        };
        if let Some(principal) = &found
            && principal.state == State::Active
            && self.reconnect().verified(principal.id, epoch, &password, now)
        {
            return Ok(Verified::of(principal));
        }

        // What was typed is counted. What is remembered of it is another matter: what is wrong in one epoch, or while
        // sign-in is suspended, may be right in the next.
        let state = found.as_ref().map_or(State::Active, |principal| principal.state);
        let (whose, name, typed) = (kind.name().as_bytes(), login.text.as_bytes(), password.as_bytes());
        let counted = self.fingerprints().of(&[whose, name, typed]);
        let (epoch_bytes, state) = (epoch.0.to_be_bytes(), state.name().as_bytes());
        let remembered = self.fingerprints().of(&[whose, name, &epoch_bytes, state, typed]);
        let known = found.as_ref().is_some_and(|principal| principal.known_network);
        let slate = format!("{} {}", kind.name(), login.text);
        let changed = found.as_ref().is_some_and(|principal| principal.changed);
        let this = Try { login: slate, network, ip: origin.ip, known, changed, counted, remembered };
        let reservation = match self.throttle().reserve(this, now) {
            Verdict::Verify(reservation) => reservation,
            Verdict::WrongBefore(wrong) => {
                self.note_refusal(found.as_ref(), login, origin, Cause::from(wrong), now);
                return Err(Denied::Rejected);
            }
            Verdict::TooMany => {
                self.note_refusal(found.as_ref(), login, origin, Cause::Throttled, now);
                return Err(Denied::TooManyTries);
            }
        };

        // Even a sleep of no time at all waits for the next tick of the clock.
        if !reservation.wait.is_zero() {
            tokio::time::sleep(reservation.wait).await;
        }
        if !reservation.is_drawn(&mut rand::rng()) {
            self.note_refusal(found.as_ref(), login, origin, Cause::Throttled, now);
            return Err(Denied::TooManyTries);
        }
        let lane = if known { Lane::Known } else { Lane::Stranger };
        let right = self.hasher().verify(lane, password.clone(), hash).await.map_err(Unavailable::from)?;
        let beyond = reservation.beyond();
        match found {
            Some(principal) if right && principal.state == State::Active => {
                reservation.right();
                self.reconnect().remember(principal.id, epoch, &password, now);
                self.renew_outdated(&principal, password);
                return Ok(Verified::of(&principal));
            }
            // To the stranger as wrong as any other, now and when it comes again.
            found if right => {
                reservation.wrong(Wrong::Suspended);
                self.note_refusal(found.as_ref(), login, origin, Cause::Suspended, now);
            }
            found => {
                reservation.wrong(Wrong::Plain);
                let (login, origin, remember) =
                    (login.clone(), origin.clone(), (!beyond).then_some(remembered));
                self.look_back(WrongTry { found, password, login, origin, remember, at: now });
            }
        }
        Err(if beyond { Denied::TooManyTries } else { Denied::Rejected })
    }

    async fn enter(
        &self,
        verified: Verified,
        login: &Login,
        origin: Origin,
        token: Option<&Token>,
        now: Timestamp,
    ) -> Result<LiveGuard, Denied> {
        let Verified { principal, epoch, known_network } = verified;
        let digest = token.map(Token::digest);
        let (entry, guard) = Entry::new((principal, epoch), origin.clone(), digest, known_network, now);
        let closed = |_| Denied::Unavailable(Unavailable::ShuttingDown);
        self.desk().enter(entry).await.map_err(closed)?;
        match guard.await {
            Ok(Ok(guard)) => Ok(guard),
            // Right a moment ago, and overtaken by a change of the password or the state (invariant 2).
            Ok(Err(NotEntered::Overtaken)) => {
                let (login, cause, at) = (login.text.clone(), Cause::Overtaken.name(), now);
                self.desk().refused(RefusedTry { principal: Some(principal), login, origin, cause, at });
                Err(Denied::Rejected)
            }
            Ok(Err(NotEntered::Unavailable)) => Err(Denied::Unavailable(Unavailable::NotWritten)),
            Err(_) => Err(Denied::Unavailable(Unavailable::ShuttingDown)),
        }
    }

    /// The tripwire: finds out, when the machine has nothing better to do, whether a wrong password was the mailbox's
    /// password once, and notes the refused try as what it was. The stranger has long been answered.
    fn look_back(&self, wrong: WrongTry) {
        let this = self.clone();
        self.changes().spawn(async move {
            let WrongTry { found, password, login, origin, remember, at } = wrong;
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
            this.note_refusal(found.as_ref(), &login, &origin, cause, at);
        });
    }

    fn note_refusal(
        &self,
        found: Option<&Principal>,
        login: &Login,
        origin: &Origin,
        cause: Cause,
        now: Timestamp,
    ) {
        let principal = found.map(|principal| principal.id);
        let (login, origin, cause) = (login.text.clone(), origin.clone(), cause.name());
        self.desk().refused(RefusedTry { principal, login, origin, cause, at: now });
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
    fn read(authcid: &str) -> Self {
        match Address::parse(authcid) {
            Ok(address) => Self::of(&address),
            Err(_) => {
                let printable = authcid.chars().filter(|c| !c.is_control()).take(Address::MAX_LEN);
                Self { text: printable.collect(), is_address: false }
            }
        }
    }

    pub(crate) fn of(address: &Address) -> Self {
        Self { text: address.as_str().to_owned(), is_address: true }
    }
}

/// A try whose password was wrong.
struct WrongTry {
    found: Option<Principal>,
    password: Zeroizing<String>,
    login: Login,
    origin: Origin,
    /// Where the throttle is to know this password again.
    remember: Option<Fingerprint>,
    at: Timestamp,
}

/// A password was right, at this epoch.
pub(crate) struct Verified {
    pub(crate) principal: PrincipalId,
    pub(crate) epoch: Epoch,
    known_network: bool,
}

impl Verified {
    fn of(principal: &Principal) -> Self {
        let Principal { id, epoch, known_network, changed: _, hash: _, state: _ } = principal;
        Self { principal: *id, epoch: *epoch, known_network: *known_network }
    }
}

/// Why nobody gets in.
#[derive(Debug)]
pub(crate) enum Denied {
    Rejected,
    TooManyTries,
    Unavailable(Unavailable),
}

impl Denied {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Rejected => Refusal::Rejected,
            Self::TooManyTries => Refusal::TooManyTries,
            Self::Unavailable(_) => Refusal::Unavailable,
        }
    }
}

impl From<Unavailable> for Denied {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

/// Why a try was refused, as the activity keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Wrong,
    Previous,
    Suspended,
    Throttled,
    Overtaken,
}

impl Cause {
    fn name(self) -> &'static str {
        match self {
            Self::Wrong => "wrong-password",
            Self::Previous => "previous-password",
            Self::Suspended => "suspended",
            Self::Throttled => "throttled",
            Self::Overtaken => "overtaken",
        }
    }
}

impl From<Wrong> for Cause {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Plain => Self::Wrong,
            Wrong::Previous => Self::Previous,
            Wrong::Suspended => Self::Suspended,
        }
    }
}
