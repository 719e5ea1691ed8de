//! What the server tells every request of the connection it came on: who is at the other end, how to abort it, and that
//! the server stops. Each is an extension of the request.

use std::net::SocketAddr;
use tokio_util::sync::CancellationToken;

/// The address at the other end of the connection, a browser's or a proxy's: put into every request by
/// [`crate::http::server`].
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Closes the connection a request came on, at once: put into every request.
#[derive(Clone, Default)]
pub(crate) struct ConnectionAbort(CancellationToken);

impl ConnectionAbort {
    /// Closes it.
    pub(crate) fn abort(&self) {
        self.0.cancel();
    }

    /// Waits until it is closed so.
    pub(crate) async fn aborted(&self) {
        self.0.cancelled().await;
    }

    /// Whether it was closed so.
    pub(crate) fn is_aborted(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// Tells that the server stops: put into every request, for answers that would never end by themselves.
#[derive(Clone, Default)]
pub(crate) struct ShutdownSignal(pub(crate) CancellationToken);
