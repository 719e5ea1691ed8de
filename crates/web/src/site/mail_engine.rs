//! What the webmail asks of a mail engine: a signed-in IMAP connection, and nothing that holds a password.

use futures_util::future::BoxFuture;
use postward_authority::SessionGuard;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};

/// Where mail is kept: the built-in engine or an IMAP server behind.
pub trait MailEngine: Send + Sync {
    /// Opens an IMAP connection for a proven mailbox. The engine uses its own credentials; the guard is the proof.
    fn imap<'a>(&'a self, session: &'a SessionGuard) -> BoxFuture<'a, io::Result<ImapConnection>>;
}

/// An IMAP connection in the authenticated state: the next bytes sent on it are the first command.
pub struct ImapConnection {
    /// The bytes in both directions.
    pub stream: Box<dyn ImapStream>,
    /// What the engine can do, as its `CAPABILITY` lists it after sign-in; empty where it has not been asked.
    pub capabilities: Vec<String>,
}

/// A byte stream in both directions.
pub trait ImapStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> ImapStream for S {}
