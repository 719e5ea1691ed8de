//! Signals of the system to a running server.

use super::Server;
use crate::command_error::CommandError;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals a server handles.
struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

/// Runs a server until SIGTERM or SIGINT, and stops it; SIGHUP reads the certificate again. A second SIGTERM or SIGINT
/// while it stops aborts what is still in progress.
pub(crate) async fn run_until_signal(server: Server) -> Result<(), CommandError> {
    let mut signals = Signals::listen()?;
    while let SignalAction::Reload = signals.next().await {
        server.reload();
    }
    tokio::select! {
        () = server.stop() => {}
        () = signals.end() => tracing::warn!("stopped at once"),
    }
    Ok(())
}

enum SignalAction {
    Reload,
    Stop,
}

impl Signals {
    fn listen() -> Result<Self, CommandError> {
        let listen = |kind| {
            signal(kind).map_err(|error| CommandError::new(format!("Signals cannot be received: {error}.")))
        };
        Ok(Self {
            hangup: listen(SignalKind::hangup())?,
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> SignalAction {
        tokio::select! {
            _ = self.hangup.recv() => SignalAction::Reload,
            _ = self.terminate.recv() => SignalAction::Stop,
            _ = self.interrupt.recv() => SignalAction::Stop,
        }
    }

    async fn end(&mut self) {
        while let SignalAction::Reload = self.next().await {}
    }
}
