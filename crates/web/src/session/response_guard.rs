//! The race between a request and the end of its session.
//!
//! While a handler works, and while its answer is on the way, the request is raced against the end of the session: a
//! password change cuts what is in flight, and the connection with it, for whoever changes the password waits until no
//! guard is left. While this node is frozen, both stand still. The request that made the change is the exception; the
//! authority lets its guard live until it has answered.

use crate::http::connection::ConnectionAbort;
use crate::http::login_redirect::LoginRedirect;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::future::BoxFuture;
use hyper::body::{Frame, SizeHint};
use postward_authority::{EndReason, SessionGuard, StaffSession};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio_util::sync::{CancellationToken, DropGuard};

/// The proof a request stands on. It holds the guard: the session stands until every clone is dropped.
#[derive(Clone)]
pub(super) enum Proof {
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

/// Answers a request while its session stands, and breaks off when it ends.
pub(super) async fn race(
    request: Request,
    next: Next,
    proof: Proof,
    login_redirect: LoginRedirect,
) -> Response {
    let abort = request.extensions().get::<ConnectionAbort>().cloned();
    let mut flow = Flow::of(proof.clone());
    let mut handler = std::pin::pin!(next.run(request));
    let worked = poll_fn(|cx| match ready!(flow.poll(cx)) {
        Ok(()) => handler.as_mut().poll(cx).map(Ok),
        Err(reason) => Poll::Ready(Err(reason)),
    });
    let Ok(response) = worked.await else { return login_redirect.session_aborted() };
    let sent = CancellationToken::new();
    if let Some(abort) = abort.clone() {
        // A browser that does not read keeps its answer from being polled, so somebody else must watch. The task ends
        // with the answer.
        let (sent, ended) = (sent.clone(), proof.ended());
        tokio::spawn(async move {
            tokio::select! {
                () = sent.cancelled() => {}
                _reason = ended => abort.abort(),
            }
        });
    }
    let (waiting, flow) = (Bytes::new(), Some(flow));
    let _sent = sent.drop_guard();
    response.map(|body| Body::new(WhileSignedIn { body, waiting, flow, abort, _sent }))
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

/// An answer on its way to a signed-in browser: it stands still while this node is frozen and breaks off when the
/// session ends.
struct WhileSignedIn {
    body: Body,
    /// What the page has given and the connection has not yet taken.
    waiting: Bytes,
    /// None once the session has ended.
    flow: Option<Flow>,
    /// The connection, where there is one.
    abort: Option<ConnectionAbort>,
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
            if let Some(abort) = &self.abort {
                abort.abort();
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
