//! Keeps trying the old password on one surface, from before the change until after its answer.

use super::client::SignInOutcome;
use super::host::{Host, Login};
use super::session::Session;
use postward_authority::Surface;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Between two tries. Mail apps that lost their connection are no faster.
const PAUSE: Duration = Duration::from_millis(5);

/// What a prober has to tell.
pub(super) struct Tries {
    pub(super) surface: Surface,
    pub(super) tries: Vec<Try>,
    /// What it has opened, still in its hands.
    pub(super) opened: Vec<Session>,
}

/// One try.
pub(super) struct Try {
    pub(super) begun: Instant,
    pub(super) heard: Instant,
    pub(super) outcome: Outcome,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Opened,
    Refused,
    /// The connection was cut before an answer.
    CutOff,
}

/// Tries until a try that was begun after the change was answered has been heard.
pub(super) async fn probe(
    host: Arc<Host>,
    surface: Surface,
    old: Login,
    answered: watch::Receiver<Option<Instant>>,
) -> Tries {
    let (mut tries, mut opened) = (Vec::new(), Vec::new());
    loop {
        let last = answered.borrow().is_some();
        let begun = Instant::now();
        let outcome = match host.sign_in(surface, &old).await {
            Ok(SignInOutcome::Opened(client)) => {
                opened.push(Session { surface, client });
                Outcome::Opened
            }
            Ok(SignInOutcome::Refused(_)) => Outcome::Refused,
            Err(_) => Outcome::CutOff,
        };
        tries.push(Try { begun, heard: Instant::now(), outcome });
        if last {
            return Tries { surface, tries, opened };
        }
        tokio::time::sleep(PAUSE).await;
    }
}
