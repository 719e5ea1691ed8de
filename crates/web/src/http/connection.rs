//! What every request knows of the connection it came on: the peer, how to abort it, and whether the server stops. Each
//! is an extension of the request, set by the server.

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

/// Resolves when the server stops: put into every request, for answers that would never end by themselves.
#[derive(Clone, Default)]
pub(crate) struct ShutdownSignal(pub(crate) CancellationToken);
