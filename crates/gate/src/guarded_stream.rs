//! The client's connection as the built-in engine holds it: on a leash.

use crate::socket::Socket;
use futures_util::future::BoxFuture;
use postward_authority::{EndReason, SessionGuard};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What whoever started the session keeps of a connection it has given away.
pub(crate) struct Leash {
    guard: SessionGuard,
    cut: AtomicBool,
}

impl Leash {
    pub(crate) fn new(guard: SessionGuard) -> Arc<Self> {
        Arc::new(Self { guard, cut: AtomicBool::new(false) })
    }

    pub(crate) fn guard(&self) -> &SessionGuard {
        &self.guard
    }

    /// Lets the connection be aborted when it is dropped: what the client has not received yet, it never will.
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
    }
}

/// A client's connection that passes bytes only while its session stands.
///
/// While the node is frozen it waits, both ways. When the session has ended, nothing can be read any more, and
/// writing takes [`GOODBYE`] bytes.
pub(crate) struct Tethered {
    // The order matters: the socket is closed before the leash, and the guard with it, is let go.
    socket: Socket,
    reading: Thaw,
    writing: Thaw,
    goodbye: usize,
    leash: Arc<Leash>,
}

/// How much may be said after the session has ended: `* BYE` or `421` and a sentence, and not much of a message.
const GOODBYE: usize = 256;

/// A wait for the end of a freeze.
type Thaw = Option<BoxFuture<'static, Result<(), EndReason>>>;

impl Tethered {
    pub(crate) fn new(socket: Socket, leash: Arc<Leash>) -> Self {
        Self { socket, reading: None, writing: None, goodbye: GOODBYE, leash }
    }
}

fn poll_flow(leash: &Arc<Leash>, thaw: &mut Thaw, cx: &mut Context<'_>) -> Poll<Result<(), EndReason>> {
    if thaw.is_none() && leash.guard.flowing() {
        return Poll::Ready(Ok(()));
    }
    let waiting = thaw.get_or_insert_with(|| {
        let leash = Arc::clone(leash);
        Box::pin(async move { leash.guard.checkpoint().await })
    });
    let passed = ready!(waiting.as_mut().poll(cx));
    *thaw = None;
    Poll::Ready(passed)
}

fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the session has ended")
}

impl AsyncRead for Tethered {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match ready!(poll_flow(&this.leash, &mut this.reading, cx)) {
            Ok(()) => Pin::new(&mut this.socket).poll_read(cx, buf),
            // Neither bytes nor an error: whoever reads has been told to stop and may have something to say yet.
            Err(_reason) => Poll::Pending,
        }
    }
}

impl AsyncWrite for Tethered {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let Err(_reason) = ready!(poll_flow(&this.leash, &mut this.writing, cx)) else {
            return Pin::new(&mut this.socket).poll_write(cx, buf);
        };
        // Mail may still wait in the kernel for a client that reads slowly. A goodbye would have to be sent behind it.
        if this.goodbye == GOODBYE && this.socket.has_unsent() {
            return Poll::Ready(Err(ended()));
        }
        let last_words = buf.get(..this.goodbye).unwrap_or(buf);
        if last_words.is_empty() && !buf.is_empty() {
            return Poll::Ready(Err(ended()));
        }
        let written = ready!(Pin::new(&mut this.socket).poll_write(cx, last_words))?;
        this.goodbye = this.goodbye.saturating_sub(written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(cx)
    }
}

impl Drop for Tethered {
    fn drop(&mut self) {
        // Without a goodbye, the engine was stopped in the middle of a message or the client does not keep up: what waits
        // for it in the kernel is thrown away with the session.
        let unsaid = !self.leash.guard.flowing() && self.goodbye == GOODBYE;
        if unsaid || self.leash.cut.load(Ordering::Acquire) {
            self.socket.abort_on_close();
        }
    }
}
