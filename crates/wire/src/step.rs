//! The contract between a dialogue and its driver: the protocol spoken, the steps to be done, the attempt to sign in.
//!
//! A driver owns the socket. It hands received bytes to the dialogue, asks for the next [`Step`], does that step and
//! asks again, until the step is [`Step::Splice`] or [`Step::Close`]. The dialogue never waits: where it needs
//! something it says so.

use crate::secret::Secret;
use alloc::string::String;
use alloc::vec::Vec;

/// A mail protocol that can be signed in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// RFC 9051 / RFC 3501.
    Imap,
    /// RFC 1939.
    Pop3,
    /// Message submission, RFC 6409.
    Smtp,
}

impl Protocol {
    /// Every protocol, for tests of all of them.
    pub const ALL: [Self; 3] = [Self::Imap, Self::Pop3, Self::Smtp];

    /// The name used in configuration, logs and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Smtp => "smtp",
        }
    }
}

/// One attempt to sign in, as the client sent it.
pub struct Attempt {
    /// RFC 4616 §2: the identity that belongs to the password. Not yet known to be an address at all.
    pub authcid: String,
    /// The password, followed by the six digits where a second factor is on.
    pub secret: Secret,
}

/// What a dialogue wants done next.
pub enum Step {
    /// Read from the client and hand the bytes to the dialogue. End of file here means: close.
    Receive,
    /// Send these bytes, all of them.
    Send(Vec<u8>),
    /// Start TLS, then say so with `tls_started`. What the client sent behind its command is already thrown away
    /// (RFC 3501 §6.2.1, CVE-2011-0411), and the dialogue has forgotten all it knew.
    StartTls,
    /// Ask the authority, then answer with `accepted` or `refused`.
    SignIn(Attempt),
    /// The answer to a successful sign-in is in `reply`; send it, hand `pipelined` to the engine, and copy bytes
    /// from here on. The dialogue is over.
    Splice {
        /// The positive answer to the sign-in command.
        reply: Vec<u8>,
        /// What the client sent behind its sign-in command.
        pipelined: Vec<u8>,
    },
    /// Send nothing more and close.
    Close,
}
