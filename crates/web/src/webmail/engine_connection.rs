//! The engine's connection, opened for one request and dropped with it.
//!
//! A connection that waited for the next request would have to be ended with the session, and whoever changes the
//! password would wait for that. One that lives inside the request ends with it (invariant 1).

use super::imap::{self, Extent, FolderName, Stored, Uid};
use crate::http::error_page::PageError;
use crate::session::extractors::Owner;
use crate::site::Site;
use std::time::Duration;

/// How long the engine may take to open a mailbox.
const DEADLINE: Duration = Duration::from_secs(10);

/// Opens the mailbox of who is signed in.
pub(super) async fn open(site: &Site, owner: &Owner) -> Result<imap::Client, PageError> {
    let opening = tokio::time::timeout(DEADLINE, site.engine.imap(&owner.guard));
    let cause = match opening.await {
        Ok(Ok(connection)) => return Ok(imap::Client::over(connection.stream)),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it did not answer in time".to_owned(),
    };
    tracing::warn!(%cause, "the engine could not be reached for webmail");
    Err(PageError::Unavailable)
}

/// A message as it was received. One that is too large to be read whole is not found.
pub(super) async fn whole_message(
    site: &Site,
    owner: &Owner,
    folder: &FolderName,
    uid: Uid,
) -> Result<Vec<u8>, PageError> {
    let stored = open(site, owner).await?.examine(folder).await?.message(uid).await?;
    match stored {
        Some(Stored { extent: Extent::Whole, bytes, .. }) => Ok(bytes),
        _ => Err(PageError::NotFound),
    }
}

impl From<imap::ImapError> for PageError {
    fn from(cause: imap::ImapError) -> Self {
        tracing::warn!(%cause, "webmail got no answer from the engine");
        Self::Unavailable
    }
}

/// Does work that takes a processor, not time, where it does not hold up other requests. A panic in it is a fault of
/// this one request.
pub(super) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PageError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a message could not be taken apart");
        PageError::Internal
    })
}
