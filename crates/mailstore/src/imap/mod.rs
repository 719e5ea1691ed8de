//! IMAP4rev1 after sign-in (RFC 3501).
//!
//! Reading order: [`framing`] finds where commands end, [`command`] says what they ask for, [`session`] does it.
//! A selected folder is a [`selected`] view of which the client is told step by step; [`fetch`], [`flags`],
//! [`search`], [`transfer`] and [`append`] are the acts on it, [`folders`] those on the tree of folders.
//! What a client sees of a message is cut from its bytes by [`mime`], [`section`], [`envelope`] and
//! [`body_structure`].
//!
//! What it never does: it keeps no message in memory beyond the one it is sending, and it changes nothing on disk
//! except through [`crate::Folder`] and [`crate::OpenMailbox`].

mod append;
mod body_structure;
mod command;
mod encoded_word;
mod envelope;
mod fetch;
mod fetch_items;
mod flags;
mod folders;
mod framing;
mod header;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod hostile;
mod idle;
mod mime;
mod numbers;
mod octets;
mod pattern;
mod query;
mod query_text;
mod search;
mod search_keys;
mod section;
mod select;
mod selected;
mod session;
mod string;
#[cfg(test)]
mod tests;
mod transfer;
mod wire;

use crate::storage::mailbox::OpenMailbox;
use session::Session;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use wire::Wire;

/// What a signed-in client may use; also for the gate, which says it in its answer to the sign-in.
pub const CAPABILITIES: &str =
    "IMAP4rev1 LITERAL+ ID IDLE NAMESPACE CHILDREN UNSELECT UIDPLUS MOVE SPECIAL-USE";

/// Serves an IMAP client that has signed in and has been told so, until it signs out, falls silent or `stop` fires.
///
/// `pipelined` is what it sent behind its sign-in. When `stop` fires the client hears `* BYE`, unless it is in the
/// middle of a response, and what it has begun to change ends before the next message: when this has returned, nothing
/// goes on. Dropping the future ends the session as well, with all mail whole.
pub async fn serve_imap<S>(
    mailbox: OpenMailbox,
    stream: S,
    pipelined: Vec<u8>,
    stop: CancellationToken,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stop = stop.child_token();
    let _dropped = stop.clone().drop_guard();
    let mailbox = mailbox.until(stop.clone());
    let wire = Wire::new(stream, pipelined, stop, mailbox.limits());
    Session::new(mailbox, wire).serve().await.into_result()
}
