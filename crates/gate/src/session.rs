//! From the sign-in to the end: a session is served until either side hangs up or somebody ends it.

use crate::corridor::SignedIn;
use crate::engine::{Conversation, Opened, Ready};
use crate::socket::Socket;
use crate::splice::Splice;
use crate::tether::{Leash, Tethered};
use postward_authority::SessionGuard;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How long the built-in engine has, once a session is ended, to say goodbye and let go. Whoever changes the password
/// waits for it, so it is a blink.
const GOODBYE: Duration = Duration::from_millis(50);

/// How long nothing may have been copied for a splice to count as idle when the server goes down.
const QUIET: Duration = Duration::from_millis(250);

/// Serves a session. `stop` asks it to come to an end within `drain`.
///
/// When this returns, the client's connection and the engine's are closed, and only then the guard is dropped:
/// whoever ended the session waits for that.
pub(crate) async fn serve(signed_in: SignedIn, stop: CancellationToken, drain: Duration) {
    let SignedIn { client, guard, engine, pipelined } = signed_in;
    match engine {
        Ready::Local(opened) => serve_local(client, guard, opened, pipelined, stop, drain).await,
        Ready::Remote(dialled) => {
            serve_remote(Splice::new(client, pipelined, dialled), guard, stop, drain).await;
        }
    }
}

async fn serve_local(
    client: Socket,
    guard: SessionGuard,
    opened: Opened,
    pipelined: Vec<u8>,
    stop: CancellationToken,
    drain: Duration,
) {
    let leash = Leash::new(guard);
    let halt = CancellationToken::new();
    let stream = Box::new(Tethered::new(client, leash.clone()));
    let mut served = (opened.serve)(Conversation { stream, pipelined, stop: halt.clone() });
    let ended = tokio::select! {
        biased;
        _reason = leash.guard().ended() => true,
        () = stop.cancelled() => false,
        () = &mut served => return,
    };
    halt.cancel();
    if !ended {
        tokio::select! {
            biased;
            _reason = leash.guard().ended() => {}
            () = sleep(drain) => {}
            () = &mut served => return,
        }
    }
    if timeout(GOODBYE, &mut served).await.is_err() {
        leash.cut();
    }
    drop(served);
}

async fn serve_remote(mut splice: Splice, guard: SessionGuard, stop: CancellationToken, drain: Duration) {
    copy_to_end(&mut splice, &guard, &stop, drain).await;
    drop(splice);
    // Arguments would be dropped the other way round.
    let _last = guard;
}

async fn copy_to_end(splice: &mut Splice, guard: &SessionGuard, stop: &CancellationToken, drain: Duration) {
    tokio::select! {
        biased;
        _reason = guard.ended() => return splice.cut(),
        () = stop.cancelled() => {}
        () = splice.run(guard) => return,
    }
    // Nobody but the engine can tell where a sentence ends, so a silence has to do.
    let deadline = Instant::now() + drain;
    while Instant::now() < deadline {
        let before = splice.copied();
        tokio::select! {
            biased;
            _reason = guard.ended() => return splice.cut(),
            () = sleep(QUIET) => if splice.copied() == before { return },
            () = splice.run(guard) => return,
        }
    }
}
