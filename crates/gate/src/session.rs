//! A session from the sign-in to its end: served until either side hangs up or it is ended.

use crate::engine::{ClientConnection, EngineSession};
use crate::guarded_stream::{GuardedStream, SessionHandle};
use crate::pre_auth::SignedIn;
use crate::splice::Splice;
use futures_util::future::BoxFuture;
use postward_authority::SessionGuard;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How long the built-in engine has, once a session is ended, to write its closing reply. A password change waits for
/// it.
const CLOSING_REPLY_TIMEOUT: Duration = Duration::from_millis(50);

/// How long it then has to finish what it is changing. It asks before each message whether to go on, so that only a
/// disk that hangs takes so long: a password change waits for that too, but not for ever.
const FINISH_TIMEOUT: Duration = Duration::from_secs(3);

/// How long nothing must have been copied for a splice to count as idle when the server shuts down.
const IDLE: Duration = Duration::from_millis(250);

/// Serves a session. When `stop` is cancelled it ends within `drain`.
///
/// When it is done, the client's connection and the engine's are closed, and only then the guard is dropped: whoever
/// ended the session waits for that. Boxed, so that neither kind of session takes the other's size.
pub(crate) fn serve(signed_in: SignedIn, stop: CancellationToken, drain: Duration) -> BoxFuture<'static, ()> {
    let SignedIn { client, guard, engine, pipelined } = signed_in;
    match engine {
        EngineSession::Local(opened) => {
            let (handle, halt) = (SessionHandle::new(guard), CancellationToken::new());
            let stream = Box::new(GuardedStream::new(client, handle.clone()));
            let served = (opened.serve)(ClientConnection { stream, pipelined, stop: halt.clone() });
            Box::pin(serve_local(served, handle, halt, stop, drain))
        }
        EngineSession::Remote(upstream) => {
            Box::pin(serve_remote(Splice::new(client, pipelined, upstream), guard, stop, drain))
        }
    }
}

async fn serve_local(
    mut served: BoxFuture<'static, ()>,
    handle: Arc<SessionHandle>,
    halt: CancellationToken,
    stop: CancellationToken,
    drain: Duration,
) {
    let ended = tokio::select! {
        biased;
        _reason = handle.guard().ended() => true,
        () = stop.cancelled() => false,
        () = &mut served => return,
    };
    halt.cancel();
    if !ended {
        tokio::select! {
            biased;
            _reason = handle.guard().ended() => {}
            () = sleep(drain) => {}
            () = &mut served => return,
        }
    }
    if timeout(CLOSING_REPLY_TIMEOUT, &mut served).await.is_err() {
        handle.abort();
        // A change the client had begun may still be under way: dropped now, it would go on after the session was
        // reported as ended.
        let _ = timeout(FINISH_TIMEOUT, &mut served).await;
    }
    drop(served);
    // Arguments would be dropped in an order of their own.
    let _last = handle;
}

async fn serve_remote(mut splice: Splice, guard: SessionGuard, stop: CancellationToken, drain: Duration) {
    copy_to_end(&mut splice, &guard, &stop, drain).await;
    drop(splice);
    // Arguments would be dropped in an order of their own.
    let _last = guard;
}

async fn copy_to_end(splice: &mut Splice, guard: &SessionGuard, stop: &CancellationToken, drain: Duration) {
    tokio::select! {
        biased;
        _reason = guard.ended() => return splice.abort(),
        () = stop.cancelled() => {}
        () = splice.run(guard) => return,
    }
    // Only the engine knows where a reply ends, so a silence has to do.
    let deadline = Instant::now() + drain;
    while Instant::now() < deadline {
        let before = splice.copied();
        tokio::select! {
            biased;
            _reason = guard.ended() => return splice.abort(),
            () = sleep(IDLE) => if splice.copied() == before { return },
            () = splice.run(guard) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten thousand idle sessions are ten thousand of these.
    #[test]
    fn a_session_of_either_kind_is_small() {
        let local = {
            fn of<A, B, C, D, E, F>(_: impl FnOnce(A, B, C, D, E) -> F) -> usize {
                size_of::<F>()
            }
            of(serve_local)
        };
        let remote = {
            fn of<A, B, C, D, F>(_: impl FnOnce(A, B, C, D) -> F) -> usize {
                size_of::<F>()
            }
            of(serve_remote)
        };
        assert!(local <= 512 && remote <= 1280, "local {local} bytes, remote {remote} bytes");
    }
}
