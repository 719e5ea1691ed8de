//! A cookie becomes a session again, for one request.

use crate::authority::Authority;
use crate::error::{SignedOut, Unavailable};
use crate::model::Timestamp;
use crate::model::actor::{Actor, Role, Scope, Who};
use crate::model::end_reason::EndReason;
use crate::model::origin::{Origin, Surface};
use crate::model::principal::{AccountId, SessionId, StaffId};
use crate::registry::{Lifetime, LiveGuard, SessionGuard};
use crate::store::{directory, moment, sessions};
use crate::token::Token;
use jiff::SignedDuration;
use postward_wire::Address;
use std::net::IpAddr;

impl Authority {
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

    pub(crate) async fn staff_session(
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

/// How long a browser session lasts.
pub(crate) struct Lifespan {
    pub(crate) idle: SignedDuration,
    pub(crate) whole: SignedDuration,
}

impl Lifespan {
    /// How fresh the note of the last use is kept: a write a minute and browser, not one a click.
    const SEEN_EVERY: SignedDuration = SignedDuration::from_secs(60);

    pub(crate) fn of(surface: Surface) -> Self {
        let hours = SignedDuration::from_hours;
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

    pub(crate) fn is_over(&self, opened: Timestamp, seen: Timestamp, now: Timestamp) -> bool {
        now.duration_since(opened) >= self.whole || now.duration_since(seen) >= self.idle
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

    /// To be asked before bytes are handed on, as [`SessionGuard::checkpoint`].
    pub async fn checkpoint(&self) -> Result<(), EndReason> {
        self.live.checkpoint().await
    }

    /// What [`StaffSession::checkpoint`] would say without waiting, as [`SessionGuard::flowing`].
    pub fn flowing(&self) -> bool {
        self.live.flowing()
    }
}
