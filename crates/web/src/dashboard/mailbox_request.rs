//! A request about one mailbox: who makes it, and the mailbox its path names.

use crate::http::error_page::PageError;
use crate::http::form::Signed;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Staff;
use crate::site::Site;
use crate::view::flash::counted;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use postward_authority::{Mailbox, MailboxId, Surface};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A request for `…/mailboxes/{id}/…` of a person who may see that mailbox.
pub(super) struct MailboxRequest {
    pub(super) context: RequestContext,
    pub(super) staff: Staff,
    pub(super) mailbox: Mailbox,
}

/// The same with a form of this session. The mailbox is looked up once the form is known to be genuine.
pub(super) struct MailboxForm<T> {
    pub(super) request: MailboxRequest,
    pub(super) form: T,
}

impl MailboxRequest {
    /// The site it is made to.
    pub(super) fn site(&self) -> &Arc<Site> {
        &self.context.site
    }

    /// `3 IMAP, 1 SMTP and 2 webmail sessions`; none when nothing is open.
    pub(super) async fn live_sessions(&self) -> Result<Option<String>, PageError> {
        let live = self.site().authority.sessions(self.staff.session.actor(), self.mailbox.id).await?;
        let count =
            |surface: Surface| live.iter().filter(|session| session.surface == surface).count() as u64;
        Ok(counted(Surface::OF_MAILBOXES.into_iter().map(|surface| (surface, count(surface)))))
    }
}

/// The mailbox with this id. One that belongs to somebody else, one that never was and what is no id at all are one.
async fn find(site: &Site, staff: &Staff, id: &str) -> Result<Mailbox, PageError> {
    let id: MailboxId = id.parse().map_err(|_| PageError::NotFound)?;
    Ok(site.authority.mailbox(staff.session.actor(), id).await?)
}

/// What a path names that is no text is answered by the framework, like everywhere.
async fn path_of(parts: &mut Parts, site: &Arc<Site>) -> Result<String, Response> {
    let Path(id) = Path::from_request_parts(parts, site).await.map_err(IntoResponse::into_response)?;
    Ok(id)
}

impl FromRequestParts<Arc<Site>> for MailboxRequest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Response> {
        let Ok(context) = RequestContext::from_request_parts(parts, site).await;
        let staff = Staff::from_request_parts(parts, site).await.map_err(IntoResponse::into_response)?;
        let id = path_of(parts, site).await?;
        let mailbox = find(site, &staff, &id).await.map_err(IntoResponse::into_response)?;
        Ok(Self { context, staff, mailbox })
    }
}

impl<T: DeserializeOwned + Send> FromRequest<Arc<Site>> for MailboxForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(context) = RequestContext::from_request_parts(&mut parts, site).await;
        let staff = Staff::from_request_parts(&mut parts, site).await.map_err(IntoResponse::into_response)?;
        let id = path_of(&mut parts, site).await?;
        let request = Request::from_parts(parts, body);
        let Signed(form) = Signed::from_request(request, site).await.map_err(IntoResponse::into_response)?;
        let mailbox = find(site, &staff, &id).await.map_err(IntoResponse::into_response)?;
        Ok(Self { request: MailboxRequest { context, staff, mailbox }, form })
    }
}
