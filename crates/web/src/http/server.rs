//! The HTTP server: accepts connections, with or without TLS, hands their requests to the router, and drains when it
//! stops.

use crate::http::connection::{ConnectionAbort, Peer, ShutdownSignal};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// What the socket carries.
#[derive(Clone)]
pub enum Transport {
    /// Plain HTTP: on loopback, or behind a proxy that does the TLS.
    Plain,
    /// TLS. The function is called for every connection, so that a renewed certificate needs no restart.
    Tls(Arc<dyn Fn() -> Arc<rustls::ServerConfig> + Send + Sync>),
}

/// Connections at once; more wait in the kernel's queue.
const CONNECTIONS: usize = 4096;
/// The longest a TLS handshake may take, and then the head of a request.
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEAD: Duration = Duration::from_secs(20);
/// The largest head of a request.
const HEAD_BYTES: usize = 32 * 1024;
/// What is kept for a browser that does not read, by us and, beyond what is on its way, by the kernel. Small, because
/// it cannot be taken back when a session ends.
const UNREAD: u32 = 64 * 1024;
/// How long requests under way may take once the server stops.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves until `stop`, then lets requests under way finish for five seconds and aborts the rest.
pub async fn serve(
    listener: TcpListener,
    transport: Transport,
    router: axum::Router,
    stop: CancellationToken,
) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let slot = tokio::select! {
            () = stop.cancelled() => break,
            slot = Arc::clone(&slots).acquire_owned() => slot,
        };
        let (socket, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: asking again at once would only spin.
                    tracing::warn!(%error, "a web connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let (transport, router, stop) = (transport.clone(), router.clone(), stop.clone());
        connections.spawn(async move {
            connection(socket, peer, transport, router, stop).await;
            drop(slot);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        connections.shutdown().await;
    }
}

async fn connection(
    socket: TcpStream,
    peer: SocketAddr,
    transport: Transport,
    router: axum::Router,
    stop: CancellationToken,
) {
    // Answers are small and complete; waiting to fill a segment only delays them. A socket that refuses is dead
    // anyway, and the next read says so.
    let _ = socket.set_nodelay(true);
    let _ = SockRef::from(&socket).set_tcp_notsent_lowat(UNREAD);
    let abort = ConnectionAbort::default();
    let socket = AbortableStream { socket, abort: abort.clone() };
    match transport {
        Transport::Plain => requests(socket, peer, router, abort, stop).await,
        Transport::Tls(config) => {
            let handshake = TlsAcceptor::from(config()).accept(socket);
            match tokio::time::timeout(HANDSHAKE, handshake).await {
                Ok(Ok(stream)) => requests(stream, peer, router, abort, stop).await,
                Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS with a browser failed"),
                Err(_) => tracing::debug!(%peer, "TLS with a browser took too long"),
            }
        }
    }
}

async fn requests<S>(
    stream: S,
    peer: SocketAddr,
    router: axum::Router,
    abort: ConnectionAbort,
    stop: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (abort_handle, shutdown) = (abort.clone(), ShutdownSignal(stop.clone()));
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(abort_handle.clone());
        request.extensions_mut().insert(shutdown.clone());
        router.clone().oneshot(request.map(axum::body::Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_header_size(HEAD_BYTES)
        .max_buf_size(UNREAD as usize)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let served = async {
        tokio::select! {
            result = connection.as_mut() => result,
            () = stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    tokio::select! {
        result = served => {
            if let Err(error) = result {
                tracing::debug!(%peer, %error, "a web connection ended early");
            }
        }
        () = abort.aborted() => tracing::debug!(%peer, "a web connection was cut with its session"),
    }
}

/// A browser's connection. One that was aborted is reset: a browser that does not read never gets
/// what waits in the kernel for it.
struct AbortableStream {
    socket: TcpStream,
    abort: ConnectionAbort,
}

impl Drop for AbortableStream {
    fn drop(&mut self) {
        if self.abort.is_aborted() {
            // It can only fail on a connection that is gone.
            let _ = self.socket.set_zero_linger();
        }
    }
}

impl AsyncRead for AbortableStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_read(cx, buf)
    }
}

impl AsyncWrite for AbortableStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().socket).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().socket).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(cx)
    }
}
