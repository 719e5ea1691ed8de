//! On whose behalf files are changed, and whether that still stands.

use crate::error::{MailError, Result};
use std::io;
use tokio_util::sync::CancellationToken;

/// An errand of a session, or one of our own that nobody calls off. Cheap to clone.
///
/// Work on the blocking pool cannot be dropped as a future can. So that nothing a session began goes on when the session
/// is over, every loop over messages looks here before each of them: an errand that was called off ends at the next.
#[derive(Clone)]
pub(crate) struct Errand {
    stop: CancellationToken,
}

impl Errand {
    /// Nobody calls it off.
    pub(crate) fn own() -> Self {
        Self::until(CancellationToken::new())
    }

    /// Called off when `stop` fires.
    pub(crate) fn until(stop: CancellationToken) -> Self {
        Self { stop }
    }

    /// Whether to go on: [`MailError::Stopped`], if not.
    pub(crate) fn stands(&self) -> Result<()> {
        if self.stop.is_cancelled() { Err(MailError::Stopped) } else { Ok(()) }
    }

    /// Does file work where it holds nobody up, unless it is called off before its turn comes.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let errand = self.clone();
        blocking(move || {
            errand.stands()?;
            work(&errand)
        })
        .await
    }
}

/// Runs file work where it holds nobody up. It runs to its end also if the caller is gone: what a session asks for and
/// may be long is an [`Errand`].
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(cause) => Err(MailError::Unavailable(io::Error::other(cause))),
    }
}
