//! What the system tells a running server.

use super::Server;
use crate::problem::Problem;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Follows signals: SIGHUP rereads the certificate, SIGTERM and SIGINT return.
pub(crate) async fn attend(server: &Server) -> Result<(), Problem> {
    let mut hangup = listen(SignalKind::hangup())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    loop {
        tokio::select! {
            _ = hangup.recv() => server.reload(),
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
        }
    }
}

fn listen(kind: SignalKind) -> Result<Signal, Problem> {
    signal(kind).map_err(|error| Problem::new(format!("Signals cannot be received: {error}.")))
}
