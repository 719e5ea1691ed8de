//! A client's connection, as a session takes it over.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::{CancellationToken, DropGuard};

/// The stream to a client: TCP, TLS, or a pipe in memory.
pub trait ClientStream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> ClientStream for S {}

/// The connection of a client that has signed in, and has been sent the answer to that.
pub struct Connection<S> {
    /// What is read from and written to, TLS included.
    pub stream: S,
    /// What the client sent behind its sign-in, without waiting for the answer.
    pub pipelined: Vec<u8>,
    /// Ends the session when it fires.
    pub stop: CancellationToken,
}

impl<S> Connection<S> {
    /// The connection with a `stop` of its own, which also fires when the guard is dropped: what a session has begun
    /// ends when the session's future does.
    pub(crate) fn until_dropped(self) -> (Self, DropGuard) {
        let stop = self.stop.child_token();
        let guard = stop.clone().drop_guard();
        (Self { stop, ..self }, guard)
    }
}
