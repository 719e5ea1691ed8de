//! An attempt becomes a session or a refusal. The only way in, for every door.

use crate::authority::{Authority, Unavailable};
use crate::desk::{Entry, NotEntered};
use crate::hasher::Lane;
use crate::origin::{Origin, Surface};
use crate::policy::prepare;
use crate::principal::{AccountId, Epoch, PrincipalId, SessionId, StaffId};
use crate::registry::{EndReason, Lifetime, LiveGuard, SessionGuard};
use crate::scope::{Actor, Role, Scope, Who};
use crate::store::journal::RefusedTry;
use crate::store::principals::{self, Kind, Principal, State};
use crate::store::{credentials, directory, moment, sessions};
use crate::throttle::{Try, Verdict, Wrong};
use crate::{Timestamp, Token};
use postward_wire::{Address, Attempt, Refusal, Secret};
use std::net::IpAddr;
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

    /// Finds the browser session a cookie stands for. Hold the guard until the answer is sent: whoever changes the
    /// password waits for it.
    ///
    /// # Errors
    /// When there is no such session, or not any more; or when that cannot be said.
    pub async fn resume(
        &self,
        token: &Token,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<SessionGuard, SignedOut> {
        let (live, login) = self.resume_live(token, origin.surface, now).await?;
        // A login that is no address any more was never written by us: it opens nothing.
        let address = Address::parse(&login).map_err(|_| SignedOut::Ended)?;
        Ok(SessionGuard { live, address, surface: origin.surface })
    }

    /// The same for the dashboard.
    ///
    /// # Errors
    /// As [`Authority::resume`].
    pub async fn resume_staff(
        &self,
        token: &Token,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<StaffSession, SignedOut> {
        let (live, email) = self.resume_live(token, Surface::Dashboard, now).await?;
        self.staff_session(live, email, origin.ip).await?.ok_or(SignedOut::Ended)
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
        let no_sooner = tokio::time::Instant::now() + self.throttle().limits().refusal_after;
        let login = canonical(&attempt.authcid);
        let outcome = match self.verify(kind, &login, &attempt.secret, &origin, now).await {
            Ok(verified) => self.enter(verified, &login, origin, token, now).await,
            Err(denied) => Err(denied),
        };
        match outcome {
            Ok(live) => Ok((live, login)),
            Err(denied) => {
                if let Denied::Unavailable(unavailable) = &denied {
                    tracing::error!(%unavailable, "a sign-in could not be decided");
                }
                tokio::time::sleep_until(no_sooner).await;
                Err(denied.refusal())
            }
        }
    }

    /// Whether the password is the principal's, now. Also asked when an owner confirms a change.
    pub(crate) async fn verify(
        &self,
        kind: Kind,
        login: &str,
        secret: &Secret,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<Verified, Denied> {
        if self.registry().is_frozen() {
            return Err(Denied::Unavailable(Unavailable::Frozen));
        }
        let network = origin.network().to_string();
        let found = principals::find(self.db(), kind, login, &network).await.map_err(Unavailable::from)?;
        let epoch = found.as_ref().map_or(Epoch::ZERO, |principal| principal.epoch);
        // What cannot be a password is a wrong one, and costs what a wrong one costs.
        let password = prepare(secret.expose()).unwrap_or_default();
        if let Some(principal) = &found
            && principal.state == State::Active
            && self.reconnect().verified(principal.id, epoch, &password, now)
        {
            return Ok(Verified::of(principal));
        }

        let parts: [&[u8]; 4] =
            [kind.name().as_bytes(), login.as_bytes(), &epoch.0.to_be_bytes(), password.as_bytes()];
        let fingerprint = self.fingerprints().of(&parts);
        let known = found.as_ref().is_some_and(|principal| principal.known_network);
        let this = Try { login, network: &network, known, fingerprint };
        let note = |cause| self.note_refusal(found.as_ref(), login, origin, cause, now);
        match self.throttle().reserve(&this, now) {
            Verdict::Verify(Duration::ZERO) => {}
            Verdict::Verify(wait) => tokio::time::sleep(wait).await,
            Verdict::WrongBefore(wrong) => {
                note(Cause::from(wrong));
                return Err(Denied::Rejected);
            }
            Verdict::TooMany => {
                note(Cause::Throttled);
                return Err(Denied::TooManyTries);
            }
        }

        let lane = if known { Lane::Known } else { Lane::Stranger };
        let hash = found.as_ref().map(|principal| &principal.hash);
        match self.hasher().verify(lane, password.clone(), hash).await {
            Ok(true) => self.throttle().right(&this),
            Ok(false) => {
                self.throttle().wrong(fingerprint, Wrong::Plain);
                self.look_back(found, password, fingerprint, (login.to_owned(), origin.clone()), now);
                return Err(Denied::Rejected);
            }
            Err(error) => {
                self.throttle().undecided(&this);
                return Err(Denied::Unavailable(error.into()));
            }
        }
        match found {
            Some(principal) if principal.state == State::Active => {
                self.reconnect().remember(principal.id, epoch, &password, now);
                self.renew_outdated(&principal, password);
                Ok(Verified::of(&principal))
            }
            found => {
                self.note_refusal(found.as_ref(), login, origin, Cause::Suspended, now);
                Err(Denied::Rejected)
            }
        }
    }

    async fn enter(
        &self,
        verified: Verified,
        login: &str,
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
            // The password was right a moment ago and is not any more: what any old password is (invariant 2).
            Ok(Err(NotEntered::Overtaken)) => {
                let (login, cause, at) = (login.to_owned(), Cause::Previous.name(), now);
                self.desk().refused(RefusedTry { principal: Some(principal), login, origin, cause, at });
                Err(Denied::Rejected)
            }
            Ok(Err(NotEntered::Unavailable)) => Err(Denied::Unavailable(Unavailable::NotWritten)),
            Err(_) => Err(Denied::Unavailable(Unavailable::ShuttingDown)),
        }
    }

    /// The tripwire: finds out, when the machine has nothing better to do, whether a wrong password was the mailbox's
    /// password once, and notes the refused try as what it was. The stranger has long been answered.
    fn look_back(
        &self,
        found: Option<Principal>,
        password: Zeroizing<String>,
        fingerprint: u128,
        (login, origin): (String, Origin),
        now: Timestamp,
    ) {
        let this = self.clone();
        self.changes().spawn(async move {
            let mut cause = Cause::Wrong;
            if let Some(principal) = &found {
                // A store or a hasher that has no time leaves the try as what it is at least: wrong.
                let previous = credentials::previous(this.db(), principal.id).await.unwrap_or_default();
                for hash in &previous {
                    let was = this.hasher().verify(Lane::Background, password.clone(), Some(hash)).await;
                    if matches!(was, Ok(true)) {
                        this.throttle().wrong(fingerprint, Wrong::Previous);
                        cause = Cause::Previous;
                        break;
                    }
                }
            }
            this.note_refusal(found.as_ref(), &login, &origin, cause, now);
        });
    }

    fn note_refusal(
        &self,
        found: Option<&Principal>,
        login: &str,
        origin: &Origin,
        cause: Cause,
        now: Timestamp,
    ) {
        let principal = found.map(|principal| principal.id);
        let (login, origin, cause) = (login.to_owned(), origin.clone(), cause.name());
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

    async fn resume_live(
        &self,
        token: &Token,
        surface: Surface,
        now: Timestamp,
    ) -> Result<(LiveGuard, String), SignedOut> {
        if self.registry().is_frozen() {
            return Err(SignedOut::Unavailable(Unavailable::Frozen));
        }
        let digest = token.digest();
        let found = sessions::by_token(self.db(), &digest, surface).await.map_err(Unavailable::from)?;
        let Some(found) = found else { return Err(SignedOut::Ended) };
        if Lifespan::of(surface).is_over(moment(found.opened_at), moment(found.seen_at), now) {
            return Err(SignedOut::Ended);
        }
        let live = self.registry().register(found.principal_id, found.id, Lifetime::Request);
        // Read again: a change that came between the first look and the registration did not find the guard.
        if !sessions::is_open(self.db(), found.id).await.map_err(Unavailable::from)? {
            return Err(SignedOut::Ended);
        }
        if now.duration_since(moment(found.seen_at)) >= Lifespan::SEEN_EVERY {
            self.desk().touch(found.id, now);
        }
        Ok((live, found.login))
    }

    async fn staff_session(
        &self,
        live: LiveGuard,
        email: String,
        ip: IpAddr,
    ) -> Result<Option<StaffSession>, Unavailable> {
        let id = StaffId(live.principal().0);
        let Some(row) = directory::staff(self.db(), live.principal()).await? else { return Ok(None) };
        let Some(role) = Role::from_name(&row.role) else { return Ok(None) };
        let limited_to = row.some_domains.then_some(id);
        let scope = Scope { path: row.path, account: row.account_id, limited_to };
        let actor = Actor { who: Who::Staff { id, email: email.clone() }, scope, role, ip: Some(ip) };
        Ok(Some(StaffSession { live, id, email, actor }))
    }
}

/// The name as the store spells it. What is no address belongs to nobody, and is treated like any unknown one.
fn canonical(authcid: &str) -> String {
    Address::parse(authcid)
        .map(|address| address.as_str().to_owned())
        .unwrap_or_else(|_| authcid.chars().take(Address::MAX_LEN).collect())
}

/// A password was right, at this epoch.
pub(crate) struct Verified {
    pub(crate) principal: PrincipalId,
    pub(crate) epoch: Epoch,
    known_network: bool,
}

impl Verified {
    fn of(principal: &Principal) -> Self {
        let Principal { id, epoch, known_network, hash: _, state: _ } = principal;
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
}

impl Cause {
    fn name(self) -> &'static str {
        match self {
            Self::Wrong => "wrong-password",
            Self::Previous => "previous-password",
            Self::Suspended => "suspended",
            Self::Throttled => "throttled",
        }
    }
}

impl From<Wrong> for Cause {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Plain => Self::Wrong,
            Wrong::Previous => Self::Previous,
        }
    }
}

/// How long a browser session lasts.
struct Lifespan {
    idle: jiff::SignedDuration,
    whole: jiff::SignedDuration,
}

impl Lifespan {
    /// How fresh the note of the last use is kept: a write a minute and browser, not one a click.
    const SEEN_EVERY: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

    fn of(surface: Surface) -> Self {
        let hours = jiff::SignedDuration::from_hours;
        match surface {
            // Whoever manages other people's mailboxes signs in every working day.
            Surface::Dashboard => Self { idle: hours(2), whole: hours(12) },
            // The panel is visited for one errand.
            Surface::Panel => Self { idle: hours(1), whole: hours(12) },
            Surface::Webmail | Surface::Imap | Surface::Pop3 | Surface::Smtp => {
                Self { idle: hours(7 * 24), whole: hours(30 * 24) }
            }
        }
    }

    fn is_over(&self, opened: Timestamp, seen: Timestamp, now: Timestamp) -> bool {
        now.duration_since(opened) >= self.whole || now.duration_since(seen) >= self.idle
    }
}

/// Why a cookie opens nothing.
#[derive(Debug)]
pub enum SignedOut {
    /// There is no such session, or not any more.
    Ended,
    /// The store could not answer: the session may well be alive, and the cookie is to be kept.
    Unavailable(Unavailable),
}

impl From<Unavailable> for SignedOut {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

/// Proof that a person is signed in at the dashboard, for one request.
pub struct StaffSession {
    pub(crate) live: LiveGuard,
    id: StaffId,
    email: String,
    actor: Actor,
}

impl StaffSession {
    /// The person.
    pub fn staff(&self) -> StaffId {
        self.id
    }

    /// The person's e-mail address.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// What the person may do.
    pub fn role(&self) -> Role {
        self.actor.role()
    }

    /// The account the person belongs to.
    pub fn account(&self) -> AccountId {
        self.actor.account()
    }

    /// The session's id.
    pub fn id(&self) -> SessionId {
        self.live.session()
    }

    /// The person as an actor.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Resolves when the session is ended, as [`SessionGuard::ended`].
    pub async fn ended(&self) -> EndReason {
        self.live.ended().await
    }
}
