//! What can go wrong between the webmail and the engine.

use std::{fmt, io};

/// Why the engine gave no usable answer. Nobody's mailbox is empty because of it: the page says that mail cannot be
/// reached, and the log says why.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The engine answered `NO` or `BAD`, with this text.
    Refused(String),
    /// The engine said `BYE` or closed the connection in the middle.
    Closed,
    /// The engine said something that is not IMAP, or not an answer to what was asked.
    Garbled(&'static str),
    /// What the engine told of a message cannot be read. The rest of the answer was.
    Unreadable,
    /// The answer is larger than the limits of this client.
    TooMuch,
    /// No whole answer came in time.
    Late,
    /// The connection broke.
    Broken(io::Error),
    /// What should be asked cannot be said in IMAP (a NUL in a name, for one).
    Unspeakable,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) => write!(f, "the engine refused: {}", text.escape_debug()),
            Self::Closed => f.write_str("the engine closed the connection"),
            Self::Garbled(what) => write!(f, "the engine sent {what}"),
            Self::Unreadable => f.write_str("the engine told something of a message that cannot be read"),
            Self::TooMuch => f.write_str("the engine's answer is larger than the limit"),
            Self::Late => f.write_str("the engine did not answer in time"),
            Self::Broken(error) => write!(f, "the connection to the engine broke: {error}"),
            Self::Unspeakable => f.write_str("the question cannot be put in IMAP"),
        }
    }
}

impl std::error::Error for Trouble {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Broken(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
                Self::Closed
            }
            _ => Self::Broken(error),
        }
    }
}
