//! Small clients of our own: three mail protocols, a browser and an authenticator, as far as a person's apps would go.
//!
//! They speak over real sockets and know nothing of the server but what every client knows. The drill and the
//! whole-system tests share them.

pub(crate) mod authenticator;
pub(crate) mod browser;
pub(crate) mod connection;
pub(crate) mod imap;
pub(crate) mod pop3;
pub(crate) mod smtp;

/// What came of a try to sign in.
pub(crate) enum Tried<C> {
    /// It opened.
    Opened(C),
    /// It did not, in the server's own words.
    Refused(String),
}

impl<C> Tried<C> {
    /// The same with what was opened turned into something else.
    pub(crate) fn map<D>(self, into: impl FnOnce(C) -> D) -> Tried<D> {
        match self {
            Self::Opened(client) => Tried::Opened(into(client)),
            Self::Refused(words) => Tried::Refused(words),
        }
    }
}
