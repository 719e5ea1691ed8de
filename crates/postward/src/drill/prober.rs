//! Keeps trying the old password on one surface, from before the change until after its answer.

use super::credentials::Credentials;
use super::host::Host;
use super::session::Session;
use postward_authority::Surface;
use postward_testclient::SignInOutcome;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The pause between two attempts. Mail apps that lost their connection are no faster.
const PROBE_INTERVAL: Duration = Duration::from_millis(5);

/// What a prober has observed.
pub(super) struct ProbeResult {
    pub(super) surface: Surface,
    pub(super) attempts: Vec<Attempt>,
    /// The sessions it has opened, which are still open on this side.
    pub(super) opened: Vec<Session>,
}

/// One attempt to sign in.
pub(super) struct Attempt {
    pub(super) started_at: Instant,
    pub(super) answered_at: Instant,
    pub(super) outcome: Outcome,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Opened,
    Refused,
    /// The connection was closed before an answer.
    Disconnected,
}

/// Tries until an attempt that was started after `answered` was set has been answered.
pub(super) async fn probe(
    host: Arc<Host>,
    surface: Surface,
    old: Credentials,
    answered: watch::Receiver<Option<Instant>>,
) -> ProbeResult {
    let (mut attempts, mut opened) = (Vec::new(), Vec::new());
    loop {
        let last = answered.borrow().is_some();
        let started_at = Instant::now();
        let outcome = match host.sign_in(surface, &old).await {
            Ok(SignInOutcome::Opened(client)) => {
                opened.push(Session { surface, client });
                Outcome::Opened
            }
            Ok(SignInOutcome::Refused(_)) => Outcome::Refused,
            Err(_) => Outcome::Disconnected,
        };
        attempts.push(Attempt { started_at, answered_at: Instant::now(), outcome });
        if last {
            return ProbeResult { surface, attempts, opened };
        }
        tokio::time::sleep(PROBE_INTERVAL).await;
    }
}
