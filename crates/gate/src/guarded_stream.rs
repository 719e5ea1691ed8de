//! The client's connection as the built-in engine is given it: bytes pass only while the session's guard allows it.

use crate::socket::Socket;
use futures_util::future::BoxFuture;
use postward_authority::{EndReason, SessionGuard};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What the gate keeps of a connection it has given to the engine.
pub(crate) struct SessionHandle {
    guard: SessionGuard,
    aborted: AtomicBool,
}

impl SessionHandle {
    pub(crate) fn new(guard: SessionGuard) -> Arc<Self> {
        Arc::new(Self { guard, aborted: AtomicBool::new(false) })
    }

    pub(crate) fn guard(&self) -> &SessionGuard {
        &self.guard
    }

    /// Lets the connection be reset when it is dropped: what the client has not received by then, it never will.
    pub(crate) fn abort(&self) {
        self.aborted.store(true, Ordering::Release);
    }
}

/// A client's connection that passes bytes only while its session is live.
///
/// While the node is frozen it waits, both ways. When the session has ended, nothing can be read any more, and
/// writing takes [`CLOSING_REPLY`] bytes.
pub(crate) struct GuardedStream {
    // Declared first, dropped first: the socket is closed before the handle, and the guard with it, is dropped.
    socket: Socket,
    reading: Wait,
    writing: Wait,
    closing_reply: usize,
    handle: Arc<SessionHandle>,
}

/// How many bytes may be written after the session has ended: enough for `* BYE` or `421` and a sentence, not for much
/// of a message.
const CLOSING_REPLY: usize = 256;

/// A wait for the end of a freeze.
type Wait = Option<BoxFuture<'static, Result<(), EndReason>>>;

impl GuardedStream {
    pub(crate) fn new(socket: Socket, handle: Arc<SessionHandle>) -> Self {
        Self { socket, reading: None, writing: None, closing_reply: CLOSING_REPLY, handle }
    }
}

/// Ready with `Ok` when bytes may pass, with `Err` when the session has ended; pending while the node is frozen.
fn poll_live(
    handle: &Arc<SessionHandle>,
    wait: &mut Wait,
    cx: &mut Context<'_>,
) -> Poll<Result<(), EndReason>> {
    if wait.is_none() && handle.guard.is_live() {
        return Poll::Ready(Ok(()));
    }
    let waiting = wait.get_or_insert_with(|| {
        let handle = Arc::clone(handle);
        Box::pin(async move { handle.guard.wait_until_live().await })
    });
    let passed = ready!(waiting.as_mut().poll(cx));
    *wait = None;
    Poll::Ready(passed)
}

fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the session has ended")
}

impl AsyncRead for GuardedStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match ready!(poll_live(&this.handle, &mut this.reading, cx)) {
            Ok(()) => Pin::new(&mut this.socket).poll_read(cx, buf),
            // Neither bytes nor an error: the engine has been told to stop and may have a reply to write yet.
            Err(_reason) => Poll::Pending,
        }
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let Err(_reason) = ready!(poll_live(&this.handle, &mut this.writing, cx)) else {
            return Pin::new(&mut this.socket).poll_write(cx, buf);
        };
        // Mail may still wait in the kernel for a client that reads slowly. A closing reply would have to be sent
        // after it.
        if this.closing_reply == CLOSING_REPLY && this.socket.has_unsent() {
            return Poll::Ready(Err(ended()));
        }
        let reply = buf.get(..this.closing_reply).unwrap_or(buf);
        if reply.is_empty() && !buf.is_empty() {
            return Poll::Ready(Err(ended()));
        }
        let written = ready!(Pin::new(&mut this.socket).poll_write(cx, reply))?;
        this.closing_reply = this.closing_reply.saturating_sub(written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(cx)
    }
}

impl Drop for GuardedStream {
    fn drop(&mut self) {
        // Without a closing reply, the engine was stopped in the middle of a message or the client does not keep up:
        // what waits for it in the kernel is dropped with the session.
        let without_reply = !self.handle.guard.is_live() && self.closing_reply == CLOSING_REPLY;
        if without_reply || self.handle.aborted.load(Ordering::Acquire) {
            self.socket.abort_on_close();
        }
    }
}
