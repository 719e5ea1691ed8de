//! Message submission after sign-in (RFC 6409): the mailbox's owner hands in mail.

use super::role::Role;
use super::session;
use crate::storage::mailbox::OpenMailbox;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

/// Serves an SMTP client that has signed in and has been told so, until it quits, falls silent or `stop` fires.
///
/// The sender is the proven address, or nobody, and no other. `250` after the message means: it is on disk, synced, for every
/// recipient. When `stop` fires, or the future is dropped, a message that is not going out yet goes to nobody, and one that
/// is goes to all; when this has returned, nothing goes on.
pub async fn serve_submission<S>(
    mailbox: OpenMailbox,
    stream: S,
    pipelined: Vec<u8>,
    stop: CancellationToken,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let store = mailbox.store().clone();
    session::serve(store, Role::Submission { owner: mailbox.address().clone() }, stream, pipelined, stop)
        .await
}
