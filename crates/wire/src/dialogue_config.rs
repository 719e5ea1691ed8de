//! What a dialogue is configured with: host name, announced sizes, TLS, limits.

use alloc::string::String;

/// What a dialogue needs to know of the server and of its connection.
#[derive(Clone, Debug)]
pub struct DialogueConfig {
    /// The host name in greetings.
    pub hostname: String,
    /// The largest message submission accepts, announced as RFC 1870 `SIZE`.
    pub message_size: u64,
    /// Whether the connection is encrypted, and what that permits.
    pub channel: Channel,
    /// The most that is taken from a client before it has signed in.
    pub limits: Limits,
}

/// Whether a connection is encrypted, and whether it may become so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// TLS is on: from the first byte or after STARTTLS.
    Tls,
    /// Plain text. STARTTLS is offered, and nobody signs in before it (RFC 8314 §4).
    StartTlsRequired,
    /// Plain text on loopback: STARTTLS is offered, and signing in without it was asked for.
    StartTlsOptional,
    /// Plain text on loopback, where there is no certificate and signing in was asked for.
    PlainText,
}

impl Channel {
    pub(crate) fn offers_start_tls(self) -> bool {
        matches!(self, Self::StartTlsRequired | Self::StartTlsOptional)
    }

    pub(crate) fn refuses_passwords(self) -> bool {
        self == Self::StartTlsRequired
    }
}

/// The most that is taken from one connection before sign-in; STARTTLS does not start it anew. A client that reaches a
/// limit is told so and disconnected. Time is the driver's to limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes read in all. A sign-in needs a few hundred.
    pub bytes: usize,
    /// Commands and SASL lines in all: a busy app needs about ten.
    pub commands: u32,
    /// Commands that were wrong. A person with a terminal mistypes a few times; a client of another protocol is never
    /// right.
    pub bad_commands: u32,
    /// Refused sign-ins: enough for an app that tries its mechanisms one after the other.
    pub failed_sign_ins: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 * 1024, commands: 100, bad_commands: 10, failed_sign_ins: 5 }
    }
}
