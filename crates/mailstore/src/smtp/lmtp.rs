//! LMTP (RFC 2033): delivery by a mail exchanger.

use super::role::Role;
use super::session;
use crate::connection::{ClientStream, Connection};
use crate::storage::mailstore::Mailstore;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Accepts LMTP clients until `stop` fires, and returns when the last of them has gone.
///
/// There is no sign-in: who reaches the listener may deliver, so it must be on the loopback or behind a firewall.
pub async fn serve_lmtp(listener: TcpListener, store: Mailstore, stop: CancellationToken) -> io::Result<()> {
    let permits = Arc::new(Semaphore::new(store.limits().lmtp_sessions));
    let mut sessions = JoinSet::new();
    while let Some(permit) = stop.run_until_cancelled(Arc::clone(&permits).acquire_owned()).await {
        let Ok(permit) = permit else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let session = serve_lmtp_session(store.clone(), stream, stop.clone());
                sessions.spawn(async move {
                    let _permit = permit;
                    if let Err(cause) = session.await {
                        tracing::debug!(%cause, "an LMTP connection broke");
                    }
                });
            }
            // Mostly out of file descriptors: sessions that end free some.
            Err(cause) => {
                tracing::warn!(%cause, "LMTP cannot accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        while sessions.try_join_next().is_some() {}
    }
    while sessions.join_next().await.is_some() {}
    Ok(())
}

/// Serves one LMTP client.
pub async fn serve_lmtp_session<S: ClientStream>(
    store: Mailstore,
    stream: S,
    stop: CancellationToken,
) -> io::Result<()> {
    session::serve(store, Role::Lmtp, Connection { stream, pipelined: Vec::new(), stop }).await
}
