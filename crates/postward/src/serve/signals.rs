//! What the system tells a running server.

use super::Server;
use crate::problem::Problem;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals a server follows.
struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

/// Runs a server until SIGTERM or SIGINT, and stops it; SIGHUP rereads the certificate. Whoever signals again while it
/// stops does not want to wait: what is still under way is cut off.
pub(crate) async fn attend(server: Server) -> Result<(), Problem> {
    let mut signals = Signals::listen()?;
    while let Asked::Reload = signals.next().await {
        server.reload();
    }
    tokio::select! {
        () = server.stop() => {}
        () = signals.end() => tracing::warn!("stopped at once"),
    }
    Ok(())
}

enum Asked {
    Reload,
    End,
}

impl Signals {
    fn listen() -> Result<Self, Problem> {
        let listen = |kind| {
            signal(kind).map_err(|error| Problem::new(format!("Signals cannot be received: {error}.")))
        };
        Ok(Self {
            hangup: listen(SignalKind::hangup())?,
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.hangup.recv() => Asked::Reload,
            _ = self.terminate.recv() => Asked::End,
            _ = self.interrupt.recv() => Asked::End,
        }
    }

    async fn end(&mut self) {
        while let Asked::Reload = self.next().await {}
    }
}
