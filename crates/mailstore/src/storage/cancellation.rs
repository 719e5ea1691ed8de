//! Cancellation of file work: what a session has begun ends when the session does.

use crate::error::{MailError, Result};
use std::io;
use tokio_util::sync::CancellationToken;

/// Says whether file work is still wanted. Cheap to clone.
///
/// Work on the blocking pool cannot be dropped as a future can. So that nothing a session began goes on when the session
/// is over, every loop over messages calls [`Cancellation::check`] before each of them.
#[derive(Clone)]
pub(crate) struct Cancellation {
    token: CancellationToken,
}

impl Cancellation {
    /// For work of our own, which nobody cancels.
    pub(crate) fn never() -> Self {
        Self::from_token(CancellationToken::new())
    }

    /// For work of a session, which is cancelled when `token` fires.
    pub(crate) fn from_token(token: CancellationToken) -> Self {
        Self { token }
    }

    /// [`MailError::Stopped`] once the work is cancelled.
    pub(crate) fn check(&self) -> Result<()> {
        if self.token.is_cancelled() { Err(MailError::Stopped) } else { Ok(()) }
    }

    /// Like [`blocking`], unless it is cancelled before a thread of the pool is free for it.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let cancellation = self.clone();
        blocking(move || {
            cancellation.check()?;
            work(&cancellation)
        })
        .await
    }
}

/// Runs file work on the blocking pool. It runs to its end also if the caller's future is dropped; work of a session
/// that may take long goes through [`Cancellation::blocking`].
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(cause) => Err(MailError::Unavailable(io::Error::other(cause))),
    }
}
