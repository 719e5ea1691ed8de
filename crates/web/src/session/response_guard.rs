//! The race between a request and the end of its session.
//!
//! While a handler works, and while its answer is on the way, the request is raced against the end of the session: a
//! password change aborts what is in flight, and the connection with it, because the change waits until no guard is
//! left (invariant 1). While this node is frozen, both wait. The request that made the change is the exception; the
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

/// The proof that a request is of a live session. It holds the guard: a change of the password waits until every clone
/// is dropped.
#[derive(Clone)]
pub(super) enum SessionProof {
    Owner(Arc<SessionGuard>),
    Staff(Arc<StaffSession>),
}

impl SessionProof {
    async fn ended(self) -> EndReason {
        match self {
            Self::Owner(guard) => guard.ended().await,
            Self::Staff(session) => session.ended().await,
        }
    }

    async fn wait_until_live(self) -> Result<(), EndReason> {
        match self {
            Self::Owner(guard) => guard.wait_until_live().await,
            Self::Staff(session) => session.wait_until_live().await,
        }
    }

    fn is_live(&self) -> bool {
        match self {
            Self::Owner(guard) => guard.is_live(),
            Self::Staff(session) => session.is_live(),
        }
    }
}

/// Answers a request while its session stands, and breaks off when it ends.
pub(super) async fn respond(
    request: Request,
    next: Next,
    proof: SessionProof,
    login_redirect: LoginRedirect,
) -> Response {
    let abort = request.extensions().get::<ConnectionAbort>().cloned();
    let mut watch = SessionWatch::of(proof.clone());
    let mut handler = std::pin::pin!(next.run(request));
    let worked = poll_fn(|cx| match ready!(watch.poll(cx)) {
        Ok(()) => handler.as_mut().poll(cx).map(Ok),
        Err(reason) => Poll::Ready(Err(reason)),
    });
    let Ok(response) = worked.await else { return login_redirect.session_aborted() };
    let sent = CancellationToken::new();
    if let Some(abort) = abort.clone() {
        // A browser that does not read keeps its answer from being polled, so a task of its own waits for the end
        // of the session. It ends with the answer.
        let (sent, ended) = (sent.clone(), proof.ended());
        tokio::spawn(async move {
            tokio::select! {
                () = sent.cancelled() => {}
                _reason = ended => abort.abort(),
            }
        });
    }
    let (unsent, watch) = (Bytes::new(), Some(watch));
    let _sent = sent.drop_guard();
    response.map(|body| Body::new(GuardedBody { body, unsent, watch, abort, _sent }))
}

/// Whether a request may go on: it waits while this node is frozen, and stops when its session has ended.
struct SessionWatch {
    proof: SessionProof,
    /// Polled every time, so that the end wakes the task whatever else it waits for.
    ended: BoxFuture<'static, EndReason>,
    /// The wait for the end of a freeze.
    thaw: Option<BoxFuture<'static, Result<(), EndReason>>>,
}

impl SessionWatch {
    fn of(proof: SessionProof) -> Self {
        Self { ended: Box::pin(proof.clone().ended()), proof, thaw: None }
    }

    /// Not to be polled again after it has said that the session has ended.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), EndReason>> {
        if let Poll::Ready(reason) = self.ended.as_mut().poll(cx) {
            return Poll::Ready(Err(reason));
        }
        if self.thaw.is_none() && self.proof.is_live() {
            return Poll::Ready(Ok(()));
        }
        let proof = &self.proof;
        let thaw = self.thaw.get_or_insert_with(|| Box::pin(proof.clone().wait_until_live()));
        let passed = ready!(thaw.as_mut().poll(cx));
        self.thaw = None;
        Poll::Ready(passed)
    }
}

/// The body of an answer to a signed-in browser: it waits while this node is frozen and fails when the session ends.
struct GuardedBody {
    body: Body,
    /// What the page has yielded and the connection has not yet taken.
    unsent: Bytes,
    /// None once the session has ended.
    watch: Option<SessionWatch>,
    /// The connection, where there is one.
    abort: Option<ConnectionAbort>,
    _sent: DropGuard,
}

/// The connection is given this many bytes at a time, so that little is out of reach when the session ends.
const SLICE: usize = 16 * 1024;

impl HttpBody for GuardedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let goes_on = match &mut self.watch {
            Some(watch) => ready!(watch.poll(cx)).is_ok(),
            None => false,
        };
        if !goes_on {
            self.watch = None;
            // A page may hold the proof too, and what ended the session waits until it is dropped.
            self.body = Body::empty();
            self.unsent.clear();
            // An answer that only breaks off leaves behind what the kernel has of it.
            if let Some(abort) = &self.abort {
                abort.abort();
            }
            let ended = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
            return Poll::Ready(Some(Err(axum::Error::new(ended))));
        }
        if self.unsent.is_empty() {
            match Pin::new(&mut self.body).poll_frame(cx).map_ok(Frame::into_data) {
                Poll::Ready(Some(Ok(Ok(data)))) => self.unsent = data,
                Poll::Ready(Some(Ok(Err(trailers)))) => return Poll::Ready(Some(Ok(trailers))),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        let slice = self.unsent.len().min(SLICE);
        Poll::Ready(Some(Ok(Frame::data(self.unsent.split_to(slice)))))
    }

    fn is_end_stream(&self) -> bool {
        self.unsent.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (inner, unsent) = (self.body.size_hint(), self.unsent.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + unsent);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + unsent);
        }
        hint
    }
}
