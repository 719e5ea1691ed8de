//! The gate as the binary holds it: accepts on listeners, serves each connection, dials the engine for the webmail.

use crate::context::GateContext;
use crate::engine::{BoxStream, Engine, EngineSession};
use crate::error::EngineUnavailable;
use crate::limits::Limits;
use crate::listener::Listener;
use crate::pre_auth::{self, Accepted};
use crate::pre_auth_limits::ConnectionLimiter;
use crate::session;
use crate::socket;
use crate::tls::TlsHandle;
use crate::webmail_stream;
use postward_authority::{Authority, SessionGuard};
use postward_wire::Protocol;
use postward_wire::upstream::Origin;
use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The gate. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct Gate(Arc<GateContext>);

impl Gate {
    /// Puts a gate before an engine. Nothing listens yet.
    pub fn new(
        authority: Authority,
        engine: Engine,
        tls: TlsHandle,
        hostname: String,
        limits: Limits,
    ) -> Self {
        let limiter = ConnectionLimiter::new(&limits);
        Self(Arc::new(GateContext { authority, engine, tls, hostname, limits, limiter }))
    }

    /// Serves a listener until `stop`, and then its sessions until they have ended, or until [`Limits::drain`] is over.
    /// When it returns, all its connections are closed.
    pub async fn serve(&self, listener: Listener, stop: CancellationToken) {
        let sessions = TaskTracker::new();
        // Should this future be dropped, its sessions end all the same.
        let end = stop.child_token();
        let _end_on_drop = end.clone().drop_guard();
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                accepted = listener.socket.accept() => accepted,
            };
            match accepted {
                Ok((tcp, peer)) => {
                    if let Some(accepted) = accept(&self.0, &listener, tcp, peer) {
                        sessions.spawn(serve_connection(Arc::clone(&self.0), accepted, end.clone()));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    // Out of file descriptors, as a rule: the next accept would fail at once again.
                    tracing::error!(%error, "cannot accept connections");
                    sleep(ACCEPT_RETRY).await;
                }
            }
        }
        drop(listener);
        sessions.close();
        sessions.wait().await;
    }

    /// Opens a mailbox for an IMAP client in this process (the webmail). The stream speaks IMAP in the authenticated
    /// state, with no greeting before it; the text is the engine's capabilities.
    ///
    /// The caller drops the stream when the session of `guard` is ended; both ends are gone then.
    pub async fn dial_imap(
        &self,
        guard: &SessionGuard,
        client: SocketAddr,
    ) -> Result<(BoxStream, Cow<'static, str>), EngineUnavailable> {
        let origin =
            Origin { ip: client.ip().to_canonical(), port: client.port(), session: guard.id().to_string() };
        Ok(match self.0.engine.open(Protocol::Imap, guard.address(), origin).await? {
            EngineSession::Local(mut opened) => {
                let capabilities = std::mem::take(&mut opened.capabilities);
                (webmail_stream::local(opened), capabilities)
            }
            EngineSession::Remote(mut upstream) => {
                let capabilities = std::mem::take(&mut upstream.capabilities);
                (webmail_stream::remote(upstream), Cow::Owned(capabilities))
            }
        })
    }
}

/// The pause after a failed accept: long enough for some connections to be closed, short enough to go unnoticed.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// Serves one connection from the accept to its end. What the pre-authentication needs is boxed and freed when the
/// session starts: a session may last for days.
async fn serve_connection(context: Arc<GateContext>, accepted: Accepted, stop: CancellationToken) {
    let signed_in = Box::pin(pre_auth::drive(&context, accepted, &stop)).await;
    let drain = context.limits.drain;
    drop(context);
    if let Some(signed_in) = signed_in {
        session::serve(signed_in, stop, drain).await;
    }
}

/// Takes a slot for a connection that was accepted. None where it is gone already.
fn accept(context: &GateContext, listener: &Listener, tcp: TcpStream, peer: SocketAddr) -> Option<Accepted> {
    let slot = context.limiter.admit(peer.ip());
    if let Err(error) = socket::configure(&tcp, &context.limits) {
        tracing::debug!(%error, "a connection was gone before it was accepted");
        return None;
    }
    Some(Accepted { protocol: listener.protocol, encryption: listener.encryption, tcp, peer, slot })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_task_of_a_connection_holds_nothing_of_its_way_in() {
        fn size<A, B, C, F>(_: impl FnOnce(A, B, C) -> F) -> usize {
            size_of::<F>()
        }
        let task = size(serve_connection);
        assert!(task <= 512, "{task} bytes");
    }
}
