//! A cookie becomes a session again, for one request.

use crate::authority::Authority;
use crate::credential::token::Token;
use crate::error::{SignedOut, Unavailable};
use crate::model::Timestamp;
use crate::model::actor::{Actor, Role, Scope, Who};
use crate::model::origin::Surface;
use crate::model::principal::StaffId;
use crate::model::request::Request;
use crate::session::lifespan::Lifespan;
use crate::session::registry::{Lifetime, LiveGuard, SessionGuard};
use crate::session::staff_session::StaffSession;
use crate::store::{directory, moment, sessions};
use postward_wire::Address;
use std::net::IpAddr;

impl Authority {
    /// Finds the browser session a cookie stands for. Hold the guard until the answer is sent: whoever changes the
    /// password waits for it.
    ///
    /// # Errors
    /// When there is no such session, or not any more; or when that cannot be said.
    pub async fn resume(&self, token: &Token, request: &Request) -> Result<SessionGuard, SignedOut> {
        let (live, login) = self.resume_live(token, request.origin.surface, request.now).await?;
        // A login that is no address any more was never written by us: it opens nothing.
        let address = Address::parse(&login).map_err(|_| SignedOut::Ended)?;
        Ok(SessionGuard { live, address, surface: request.origin.surface })
    }

    /// The same for the dashboard.
    ///
    /// # Errors
    /// As [`Authority::resume`].
    pub async fn resume_staff(&self, token: &Token, request: &Request) -> Result<StaffSession, SignedOut> {
        let (live, email) = self.resume_live(token, Surface::Dashboard, request.now).await?;
        self.staff_session(live, email, request.origin.ip).await?.ok_or(SignedOut::Ended)
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
        let found = sessions::by_token(self.db(), &digest, surface).await?;
        let Some(found) = found else { return Err(SignedOut::Ended) };
        if Lifespan::of(surface).is_over(moment(found.opened_at), moment(found.seen_at), now) {
            return Err(SignedOut::Ended);
        }
        let live = self.registry().register(found.principal_id, found.id, Lifetime::Request);
        // Read again: a change that came between the first look and the registration did not find the guard.
        if !sessions::is_open(self.db(), found.id).await? {
            return Err(SignedOut::Ended);
        }
        if now.duration_since(moment(found.seen_at)) >= Lifespan::SEEN_EVERY {
            self.session_writer().touch(found.id, now);
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
