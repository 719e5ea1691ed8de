//! What can go wrong between the webmail and the engine.

use std::{fmt, io};

/// Why the engine gave no usable answer. Nobody's mailbox is empty because of it: the page says that mail cannot be
/// reached, and the log says why.
#[derive(Debug)]
pub(crate) enum ImapError {
    /// The engine answered `NO` or `BAD`, with this text.
    Refused(String),
    /// The engine said `BYE` or closed the connection in the middle.
    Closed,
    /// The engine said something that is not IMAP, or not an answer to what was asked.
    Malformed(&'static str),
    /// What the engine said of a message cannot be read. The rest of the answer was.
    Unreadable,
    /// The answer is larger than the limits of this client.
    TooLarge,
    /// No whole answer came in time.
    TimedOut,
    /// The connection broke.
    Io(io::Error),
    /// What should be asked cannot be said in IMAP (a NUL in a name, for one).
    Unrepresentable,
}

impl fmt::Display for ImapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) => write!(f, "the engine refused: {}", text.escape_debug()),
            Self::Closed => f.write_str("the engine closed the connection"),
            Self::Malformed(what) => write!(f, "the engine sent {what}"),
            Self::Unreadable => f.write_str("the engine told something of a message that cannot be read"),
            Self::TooLarge => f.write_str("the engine's answer is larger than the limit"),
            Self::TimedOut => f.write_str("the engine did not answer in time"),
            Self::Io(error) => write!(f, "the connection to the engine broke: {error}"),
            Self::Unrepresentable => f.write_str("the question cannot be put in IMAP"),
        }
    }
}

impl std::error::Error for ImapError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for ImapError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
                Self::Closed
            }
            _ => Self::Io(error),
        }
    }
}
