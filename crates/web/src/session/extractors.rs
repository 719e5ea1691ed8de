//! Who is signed in: the middleware that looks a request's cookie up, and the extractors by which handlers ask for it.

use super::response_guard::{SessionProof, respond};
use crate::http::csrf::Csrf;
use crate::http::error_page::PageError;
use crate::http::login_redirect::LoginRedirect;
use crate::http::request_context::{RequestContext, bearer};
use crate::site::Site;
use crate::view::flash::Flash;
use crate::view::page::Page;
use crate::web_surface::WebSurface;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use postward_authority::{SessionGuard, SignedOut, StaffSession, Surface};
use std::sync::Arc;

/// A mailbox owner who is signed in at the webmail or the panel. Handlers behind [`require_owner`] take it as an
/// argument.
#[derive(Clone)]
pub(crate) struct Owner {
    /// The proof.
    pub(crate) guard: Arc<SessionGuard>,
    /// The surface it was given at.
    pub(crate) surface: WebSurface,
    /// For the forms.
    pub(crate) csrf: Csrf,
}

impl Owner {
    /// The frame of a page for this person.
    pub(crate) fn page(&self, context: &RequestContext, title: &str) -> Page {
        Page {
            who: Some(self.guard.address().to_string()),
            csrf: self.csrf.field(),
            ..context.page(self.surface, title)
        }
    }

    /// The same, come back to at `here`.
    pub(crate) fn page_at(&self, context: &RequestContext, title: &str, here: String) -> Page {
        Page { here, ..self.page(context, title) }
    }

    /// A flash message about this person's mailbox.
    pub(crate) fn flash(&self, headline: impl Into<String>, text: impl Into<String>) -> Flash {
        Flash::new(self.surface, self.guard.address(), headline, text)
    }
}

/// A person of the dashboard who is signed in. Handlers behind [`require_staff`] take it as an argument.
#[derive(Clone)]
pub(crate) struct Staff {
    /// The proof.
    pub(crate) session: Arc<StaffSession>,
    /// For the forms.
    pub(crate) csrf: Csrf,
}

impl Staff {
    /// The frame of a page for this person.
    pub(crate) fn page(&self, context: &RequestContext, title: &str) -> Page {
        Page {
            who: Some(self.session.email().to_owned()),
            csrf: self.csrf.field(),
            ..context.page(WebSurface::Dashboard, title)
        }
    }

    /// A flash message about this person.
    pub(crate) fn flash(&self, headline: impl Into<String>, text: impl Into<String>) -> Flash {
        Flash::new(WebSurface::Dashboard, self.session.email(), headline, text)
    }

    /// Whether the role may change anything.
    pub(crate) fn may_write(&self) -> bool {
        self.session.actor().may_write()
    }

    /// Refuses a role that may only look, before a form is shown that it could not send.
    pub(crate) fn require_write(&self) -> Result<(), PageError> {
        if self.may_write() { Ok(()) } else { Err(PageError::ReadOnly) }
    }
}

/// Whoever is signed in, for pages that owners and staff share.
#[derive(Clone)]
pub(crate) enum Principal {
    /// A mailbox owner.
    Owner(Owner),
    /// A person of the dashboard.
    Staff(Staff),
}

impl Principal {
    /// The frame of a page for this person.
    pub(crate) fn page(&self, context: &RequestContext, title: &str) -> Page {
        match self {
            Self::Owner(owner) => owner.page(context, title),
            Self::Staff(staff) => staff.page(context, title),
        }
    }

    /// The surface the session was given at.
    pub(crate) fn surface(&self) -> WebSurface {
        match self {
            Self::Owner(owner) => owner.surface,
            Self::Staff(_) => WebSurface::Dashboard,
        }
    }
}

/// Lets only mailbox owners who are signed in pass to pages of the webmail or the panel.
pub(crate) async fn require_owner(
    State((site, surface)): State<(Arc<Site>, WebSurface)>,
    mut request: Request,
    next: Next,
) -> Response {
    let context = RequestContext::of(&site, request.uri(), request.headers(), request.extensions());
    let login_redirect = LoginRedirect::of(&request, surface);
    let Some(token) = bearer(&site, request.headers(), surface) else { return login_redirect.no_session() };
    match site.authority.resume(&token, &context.request(surface)).await {
        // A cookie is good at the surface that gave it, nowhere else.
        Ok(guard) if guard.surface() != Surface::from(surface) => login_redirect.no_session(),
        Ok(guard) => {
            let guard = Arc::new(guard);
            let csrf = Csrf::of(&token);
            request.extensions_mut().insert(csrf.clone());
            request.extensions_mut().insert(Owner { guard: Arc::clone(&guard), surface, csrf });
            respond(request, next, SessionProof::Owner(guard), login_redirect).await
        }
        Err(signed_out) => refused(signed_out, login_redirect),
    }
}

/// Lets only staff who are signed in pass to pages of the dashboard.
pub(crate) async fn require_staff(
    State(site): State<Arc<Site>>,
    mut request: Request,
    next: Next,
) -> Response {
    let surface = WebSurface::Dashboard;
    let context = RequestContext::of(&site, request.uri(), request.headers(), request.extensions());
    let login_redirect = LoginRedirect::of(&request, surface);
    let Some(token) = bearer(&site, request.headers(), surface) else { return login_redirect.no_session() };
    match site.authority.resume_staff(&token, &context.request(surface)).await {
        Ok(session) => {
            let session = Arc::new(session);
            let csrf = Csrf::of(&token);
            request.extensions_mut().insert(csrf.clone());
            request.extensions_mut().insert(Staff { session: Arc::clone(&session), csrf });
            respond(request, next, SessionProof::Staff(session), login_redirect).await
        }
        Err(signed_out) => refused(signed_out, login_redirect),
    }
}

fn refused(signed_out: SignedOut, login_redirect: LoginRedirect) -> Response {
    match signed_out {
        SignedOut::Ended => login_redirect.session_ended(),
        SignedOut::Unavailable(cause) => PageError::from(cause).into_response(),
    }
}

impl FromRequestParts<Arc<Site>> for Owner {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Site>) -> Result<Self, PageError> {
        // A route outside the middleware is our mistake; it must not open.
        parts.extensions.get::<Self>().cloned().ok_or(PageError::Internal)
    }
}

impl FromRequestParts<Arc<Site>> for Staff {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Site>) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or(PageError::Internal)
    }
}

impl FromRequestParts<Arc<Site>> for Principal {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Site>) -> Result<Self, PageError> {
        let owner = parts.extensions.get::<Owner>().cloned().map(Self::Owner);
        let principal = owner.or_else(|| parts.extensions.get::<Staff>().cloned().map(Self::Staff));
        principal.ok_or(PageError::Internal)
    }
}
