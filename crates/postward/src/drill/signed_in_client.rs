//! A client that is signed in: one of the mail protocols, or a browser.

use postward_testclient::{HttpClient, ImapClient, Pop3Client, SmtpClient};
use std::io;
use std::os::fd::OwnedFd;

/// The client that holds a session.
pub(super) enum SignedInClient {
    Imap(ImapClient),
    Pop3(Pop3Client),
    Smtp(SmtpClient),
    Browser(HttpClient),
}

impl SignedInClient {
    /// The socket of a mail connection; browsers have none, they connect for every request.
    pub(super) fn socket(&self) -> io::Result<Option<OwnedFd>> {
        match self {
            Self::Imap(imap) => imap.connection.socket().map(Some),
            Self::Pop3(pop3) => pop3.connection.socket().map(Some),
            Self::Smtp(smtp) => smtp.connection.socket().map(Some),
            Self::Browser(_) => Ok(None),
        }
    }
}
