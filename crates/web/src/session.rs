//! The one door into the signed-in part of every surface.
//!
//! Each request looks its cookie up in the authority, anew. While its handler works, and while its answer is on the
//! way, the request is raced against the end of the session: a password change cuts what is in flight, and the
//! connection with it, for whoever changes the password waits until no guard is left. While this node is frozen, both
//! stand still. The request that made the change is the exception; the authority lets its guard live until it has
//! answered.

use crate::http::connection::Cut;
use crate::http::cookies::{Cookie, Life};
use crate::http::csrf::Csrf;
use crate::http::error_page::Trouble;
use crate::http::flash_cookie;
use crate::http::login_redirect::TurnedAway;
use crate::http::redirect::see_other;
use crate::http::request_context::{Visit, bearer};
use crate::site::Site;
use crate::view::flash::Note;
use crate::view::page::Page;
use crate::web_surface::WebSurface;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{AppendHeaders, IntoResponse, Response};
use futures_util::future::BoxFuture;
use hyper::body::{Frame, SizeHint};
use postward_authority::{EndReason, Role, SessionGuard, SignedOut, StaffSession, Surface, Token};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio_util::sync::{CancellationToken, DropGuard};

/// A mailbox owner who is signed in at the webmail or the panel. Handlers behind [`owner`] take it as an argument.
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
    pub(crate) fn page(&self, visit: &Visit, title: &str) -> Page {
        Page {
            who: Some(self.guard.address().to_string()),
            csrf: self.csrf.field(),
            ..visit.page(self.surface, title)
        }
    }

    /// The same, come back to at `here`.
    pub(crate) fn page_at(&self, visit: &Visit, title: &str, here: String) -> Page {
        Page { here, ..self.page(visit, title) }
    }

    /// A flash message about this person's mailbox.
    pub(crate) fn flash(&self, headline: impl Into<String>, text: impl Into<String>) -> Note {
        Note::new(self.surface, self.guard.address(), headline, text)
    }
}

/// A person of the dashboard who is signed in. Handlers behind [`staff`] take it as an argument.
#[derive(Clone)]
pub(crate) struct Staff {
    /// The proof.
    pub(crate) session: Arc<StaffSession>,
    /// For the forms.
    pub(crate) csrf: Csrf,
}

impl Staff {
    /// The frame of a page for this person.
    pub(crate) fn page(&self, visit: &Visit, title: &str) -> Page {
        Page {
            who: Some(self.session.email().to_owned()),
            csrf: self.csrf.field(),
            ..visit.page(WebSurface::Dashboard, title)
        }
    }

    /// A flash message about this person.
    pub(crate) fn flash(&self, headline: impl Into<String>, text: impl Into<String>) -> Note {
        Note::new(WebSurface::Dashboard, self.session.email(), headline, text)
    }

    /// Whether the role may change anything.
    pub(crate) fn may_write(&self) -> bool {
        self.session.role() != Role::ReadOnly
    }

    /// Refuses a role that may only look, before a form is shown that it could not send.
    pub(crate) fn require_write(&self) -> Result<(), Trouble> {
        if self.may_write() { Ok(()) } else { Err(Trouble::ReadOnly) }
    }
}

/// Lets mailbox owners into the webmail or the panel.
pub(crate) async fn owner(
    State((site, surface)): State<(Arc<Site>, WebSurface)>,
    mut request: Request,
    next: Next,
) -> Response {
    let visit = Visit::of(&site, request.uri(), request.headers(), request.extensions());
    let turned_away = TurnedAway::of(&request, surface);
    let Some(token) = bearer(&site, request.headers(), surface) else { return turned_away.nobody() };
    match site.authority.resume(&token, &visit.origin(surface), site.now()).await {
        // A cookie is good at the surface that gave it, nowhere else.
        Ok(guard) if guard.surface() != Surface::from(surface) => turned_away.nobody(),
        Ok(guard) => {
            let guard = Arc::new(guard);
            let csrf = Csrf::of(&token);
            request.extensions_mut().insert(csrf.clone());
            request.extensions_mut().insert(Owner { guard: Arc::clone(&guard), surface, csrf });
            race(request, next, Proof::Owner(guard), turned_away).await
        }
        Err(signed_out) => refused(signed_out, turned_away),
    }
}

/// Lets staff into the dashboard.
pub(crate) async fn staff(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let surface = WebSurface::Dashboard;
    let visit = Visit::of(&site, request.uri(), request.headers(), request.extensions());
    let turned_away = TurnedAway::of(&request, surface);
    let Some(token) = bearer(&site, request.headers(), surface) else { return turned_away.nobody() };
    match site.authority.resume_staff(&token, &visit.origin(surface), site.now()).await {
        Ok(session) => {
            let session = Arc::new(session);
            let csrf = Csrf::of(&token);
            request.extensions_mut().insert(csrf.clone());
            request.extensions_mut().insert(Staff { session: Arc::clone(&session), csrf });
            race(request, next, Proof::Staff(session), turned_away).await
        }
        Err(signed_out) => refused(signed_out, turned_away),
    }
}

/// The proof a request stands on. It holds the guard: the session stands until every clone is dropped.
#[derive(Clone)]
enum Proof {
    Owner(Arc<SessionGuard>),
    Staff(Arc<StaffSession>),
}

impl Proof {
    async fn ended(self) -> EndReason {
        match self {
            Self::Owner(guard) => guard.ended().await,
            Self::Staff(session) => session.ended().await,
        }
    }

    async fn checkpoint(self) -> Result<(), EndReason> {
        match self {
            Self::Owner(guard) => guard.checkpoint().await,
            Self::Staff(session) => session.checkpoint().await,
        }
    }

    fn flowing(&self) -> bool {
        match self {
            Self::Owner(guard) => guard.flowing(),
            Self::Staff(session) => session.flowing(),
        }
    }
}

async fn race(request: Request, next: Next, proof: Proof, turned_away: TurnedAway) -> Response {
    let cut = request.extensions().get::<Cut>().cloned();
    let mut flow = Flow::of(proof.clone());
    let mut handler = std::pin::pin!(next.run(request));
    let worked = poll_fn(|cx| match ready!(flow.poll(cx)) {
        Ok(()) => handler.as_mut().poll(cx).map(Ok),
        Err(reason) => Poll::Ready(Err(reason)),
    });
    let Ok(response) = worked.await else { return turned_away.cut() };
    let sent = CancellationToken::new();
    if let Some(cut) = cut.clone() {
        // A browser that does not read keeps its answer from being polled, so somebody else must watch. The task ends
        // with the answer.
        let (sent, ended) = (sent.clone(), proof.ended());
        tokio::spawn(async move {
            tokio::select! {
                () = sent.cancelled() => {}
                _reason = ended => cut.now(),
            }
        });
    }
    let (waiting, flow) = (Bytes::new(), Some(flow));
    let _sent = sent.drop_guard();
    response.map(|body| Body::new(WhileSignedIn { body, waiting, flow, cut, _sent }))
}

/// Whether a request may go on: it stands still while this node is frozen, and not when its session has ended.
struct Flow {
    proof: Proof,
    /// Polled every time, so that the end wakes whoever waits for something else.
    ended: BoxFuture<'static, EndReason>,
    /// The wait for the end of a freeze.
    thaw: Option<BoxFuture<'static, Result<(), EndReason>>>,
}

impl Flow {
    fn of(proof: Proof) -> Self {
        Self { ended: Box::pin(proof.clone().ended()), proof, thaw: None }
    }

    /// Not to be asked again after it has said that the session is over.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), EndReason>> {
        if let Poll::Ready(reason) = self.ended.as_mut().poll(cx) {
            return Poll::Ready(Err(reason));
        }
        if self.thaw.is_none() && self.proof.flowing() {
            return Poll::Ready(Ok(()));
        }
        let proof = &self.proof;
        let thaw = self.thaw.get_or_insert_with(|| Box::pin(proof.clone().checkpoint()));
        let passed = ready!(thaw.as_mut().poll(cx));
        self.thaw = None;
        Poll::Ready(passed)
    }
}

fn refused(signed_out: SignedOut, turned_away: TurnedAway) -> Response {
    match signed_out {
        SignedOut::Ended => turned_away.over(),
        SignedOut::Unavailable(cause) => Trouble::from(cause).into_response(),
    }
}

/// Where a sign-in leads: to the page that was asked for if it belongs to the surface, else to its first page.
pub(crate) fn after_sign_in(surface: WebSurface, next: &str) -> &str {
    let entry = surface.entry();
    let inside =
        next.strip_prefix(entry.root).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    match crate::http::redirect::own_path(next) {
        Some(path) if inside && !path.starts_with(entry.sign_in) => path,
        _ => entry.home,
    }
}

/// Sends a person who has just signed in on, with a cookie of a session that did not exist before.
pub(crate) fn signed_in(
    site: &Site,
    surface: WebSurface,
    token: &Token,
    next: &str,
) -> Result<Response, Trouble> {
    let cookie = Cookie::Session(surface)
        .set(token.expose(), Life::Browser, site.url.scheme())
        .map_err(|_| Trouble::Fault)?;
    Ok((AppendHeaders([cookie]), see_other(after_sign_in(surface, next))).into_response())
}

/// Sends whoever has proved everything on. A receipt is for whom it is about; the next person at this browser is
/// somebody else.
pub(crate) fn let_in(
    visit: &Visit,
    surface: WebSurface,
    token: &Token,
    who: &str,
    next: &str,
) -> Result<Response, Trouble> {
    let site = &visit.site;
    let response = signed_in(site, surface, token, next)?;
    match visit.receipt_of(surface) {
        Some(note) if note.about != who => flash_cookie::clear(site, response),
        _ => Ok(response),
    }
}

/// Sends a person who has just signed out to the sign-in page, without the cookie.
pub(crate) fn signed_out(site: &Site, surface: WebSurface) -> Result<Response, Trouble> {
    let cookie =
        Cookie::Session(surface).set("", Life::Over, site.url.scheme()).map_err(|_| Trouble::Fault)?;
    Ok((AppendHeaders([cookie]), see_other(surface.entry().sign_in)).into_response())
}

/// An answer on its way to a signed-in browser: it stands still while this node is frozen and breaks off when the
/// session ends.
struct WhileSignedIn {
    body: Body,
    /// What the page has given and the connection has not yet taken.
    waiting: Bytes,
    /// None once the session has ended.
    flow: Option<Flow>,
    /// The connection, where there is one.
    cut: Option<Cut>,
    _sent: DropGuard,
}

/// The connection is given this much at a time, so that little is past recall when the session ends.
const SLICE: usize = 16 * 1024;

impl HttpBody for WhileSignedIn {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let flowing = match &mut self.flow {
            Some(flow) => ready!(flow.poll(cx)).is_ok(),
            None => false,
        };
        if !flowing {
            self.flow = None;
            // A page may hold the proof of whoever asked for it, and whoever ended the session waits for that too.
            self.body = Body::empty();
            self.waiting.clear();
            // An answer that only breaks off leaves behind what the kernel has of it.
            if let Some(cut) = &self.cut {
                cut.now();
            }
            let ended = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
            return Poll::Ready(Some(Err(axum::Error::new(ended))));
        }
        if self.waiting.is_empty() {
            match Pin::new(&mut self.body).poll_frame(cx).map_ok(Frame::into_data) {
                Poll::Ready(Some(Ok(Ok(data)))) => self.waiting = data,
                Poll::Ready(Some(Ok(Err(trailers)))) => return Poll::Ready(Some(Ok(trailers))),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        let slice = self.waiting.len().min(SLICE);
        Poll::Ready(Some(Ok(Frame::data(self.waiting.split_to(slice)))))
    }

    fn is_end_stream(&self) -> bool {
        self.waiting.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (inner, waiting) = (self.body.size_hint(), self.waiting.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + waiting);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + waiting);
        }
        hint
    }
}

impl FromRequestParts<Arc<Site>> for Owner {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Site>) -> Result<Self, Trouble> {
        // A route outside the middleware is our mistake; it must not open.
        parts.extensions.get::<Self>().cloned().ok_or(Trouble::Fault)
    }
}

impl FromRequestParts<Arc<Site>> for Staff {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Site>) -> Result<Self, Trouble> {
        parts.extensions.get::<Self>().cloned().ok_or(Trouble::Fault)
    }
}

#[cfg(test)]
mod tests;
