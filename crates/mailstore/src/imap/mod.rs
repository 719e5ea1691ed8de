//! IMAP4rev1 after sign-in (RFC 3501).
//!
//! Reading order: [`command`] frames and parses a command, [`session`] dispatches it, [`op`] executes it, with one file for
//! each family of commands. A [`selected_folder`] knows what its client knows, and sends what has changed. [`message`]
//! reads a message for FETCH; [`search`] evaluates the keys of SEARCH.
//!
//! What it never does: it keeps no message in memory beyond the one it is sending, and it changes nothing on disk
//! except through [`crate::Folder`] and [`crate::OpenMailbox`].

pub(crate) mod capability;
mod command;
mod completion;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz_targets;
mod message;
mod op;
mod search;
mod selected_folder;
mod session;
mod stream;
mod string;
#[cfg(test)]
mod tests;

use crate::connection::{ClientStream, Connection};
use crate::storage::mailbox::OpenMailbox;
use session::Session;
use std::io;
use stream::ImapStream;

/// Serves an IMAP client that has signed in, until it signs out, is idle for too long or the connection's `stop` fires.
///
/// When `stop` fires `* BYE` is sent, unless the client is in the middle of a response, and what it has begun to change
/// ends before the next message: when this has returned, nothing goes on. Dropping the future ends the session as well,
/// and loses no mail.
pub async fn serve_imap<S: ClientStream>(mailbox: OpenMailbox, connection: Connection<S>) -> io::Result<()> {
    let (connection, _guard) = connection.until_dropped();
    let mailbox = mailbox.until(connection.stop.clone());
    let stream = ImapStream::new(connection, mailbox.limits());
    Session::new(mailbox, stream).serve().await.into_result()
}
