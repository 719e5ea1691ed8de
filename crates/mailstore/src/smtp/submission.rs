//! Submission after sign-in (RFC 6409): the owner of a mailbox sends mail.

use super::role::Role;
use super::session;
use crate::connection::{ClientStream, Connection};
use crate::storage::mailbox::OpenMailbox;
use std::io;

/// Serves an SMTP client that has signed in, until it quits, is idle for too long or the connection's `stop` fires.
///
/// The sender is the proven address or the null reverse-path, and no other. `250` after the message means: it is on disk, synced, for every
/// recipient. When `stop` fires, or the future is dropped, a message is delivered to all recipients or, if its delivery has not
/// begun, to none; when this has returned, nothing goes on.
pub async fn serve_submission<S: ClientStream>(
    mailbox: OpenMailbox,
    connection: Connection<S>,
) -> io::Result<()> {
    let role = Role::Submission { owner: mailbox.address().clone() };
    session::serve(mailbox.store().clone(), role, connection).await
}
