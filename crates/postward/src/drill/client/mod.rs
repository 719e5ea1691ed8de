//! Small IMAP, POP3, SMTP and web clients, and a TOTP authenticator.
//!
//! They use real sockets and know nothing of the server but what every client knows. The drill and the whole-system
//! tests share them.

pub(crate) mod authenticator;
pub(crate) mod browser;
pub(crate) mod connection;
pub(crate) mod imap;
pub(crate) mod pop3;
pub(crate) mod smtp;

/// How an attempt to sign in ended.
pub(crate) enum SignInOutcome<C> {
    /// The user is signed in.
    Opened(C),
    /// The server refused, with this answer.
    Refused(String),
}

impl<C> SignInOutcome<C> {
    /// Turns the client of a sign-in that succeeded into another type.
    pub(crate) fn map<D>(self, into: impl FnOnce(C) -> D) -> SignInOutcome<D> {
        match self {
            Self::Opened(client) => SignInOutcome::Opened(into(client)),
            Self::Refused(answer) => SignInOutcome::Refused(answer),
        }
    }
}
