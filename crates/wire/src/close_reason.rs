//! Why a connection is closed before sign-in, and the last line each protocol's client is sent: the one table of both.

use crate::step::Protocol;

/// Why the server closes a connection that has not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// A deadline passed before the client signed in.
    TimedOut,
    /// The slot is needed for another connection.
    TooBusy,
    /// The server is going down.
    ShuttingDown,
    /// A line or a literal is longer than the limit.
    TooLarge,
    /// The limit of bytes or of commands was reached.
    TooMuch,
    /// The limit of wrong commands was reached.
    TooManyBadCommands,
    /// The limit of failed sign-ins on one connection was reached.
    TooManyFailedSignIns,
}

impl CloseReason {
    /// Every reason, for tests of the whole table.
    pub const ALL: [Self; 7] = [
        Self::TimedOut,
        Self::TooBusy,
        Self::ShuttingDown,
        Self::TooLarge,
        Self::TooMuch,
        Self::TooManyBadCommands,
        Self::TooManyFailedSignIns,
    ];

    /// The last line the client is sent, with its line end.
    pub fn line(self, protocol: Protocol) -> &'static [u8] {
        match protocol {
            Protocol::Imap => self.imap(),
            Protocol::Pop3 => self.pop3(),
            Protocol::Smtp => self.smtp(),
        }
        .as_bytes()
    }

    // RFC 5530 §3 for the codes.
    fn imap(self) -> &'static str {
        match self {
            Self::TimedOut => "* BYE Signing in took too long.\r\n",
            Self::TooBusy => "* BYE [UNAVAILABLE] Too many connections. Try again in a minute.\r\n",
            Self::ShuttingDown => "* BYE [UNAVAILABLE] The server is restarting. Try again in a minute.\r\n",
            Self::TooLarge => "* BYE [LIMIT] Line or literal is too large.\r\n",
            Self::TooMuch => "* BYE [LIMIT] Too much was sent before signing in.\r\n",
            Self::TooManyBadCommands => "* BYE [LIMIT] Too many wrong commands.\r\n",
            Self::TooManyFailedSignIns => "* BYE Too many failed tries on this connection.\r\n",
        }
    }

    // RFC 3206 and RFC 2449 §8 for the codes.
    fn pop3(self) -> &'static str {
        match self {
            Self::TimedOut => "-ERR [SYS/TEMP] Signing in took too long.\r\n",
            Self::TooBusy => "-ERR [SYS/TEMP] Too many connections. Try again in a minute.\r\n",
            Self::ShuttingDown => "-ERR [SYS/TEMP] The server is restarting. Try again in a minute.\r\n",
            Self::TooLarge => "-ERR Line is too long.\r\n",
            Self::TooMuch => "-ERR Too much was sent before signing in.\r\n",
            Self::TooManyBadCommands => "-ERR Too many wrong commands.\r\n",
            Self::TooManyFailedSignIns => "-ERR Too many failed tries on this connection.\r\n",
        }
    }

    // RFC 5321 §3.8: 421 announces that the channel is closed. RFC 3463 for the enhanced codes.
    fn smtp(self) -> &'static str {
        match self {
            Self::TimedOut => "421 4.4.2 Signing in took too long.\r\n",
            Self::TooBusy => "421 4.3.2 Too many connections. Try again in a minute.\r\n",
            Self::ShuttingDown => "421 4.3.2 The server is restarting. Try again in a minute.\r\n",
            Self::TooLarge => "421 4.5.2 Line is too long.\r\n",
            Self::TooMuch => "421 4.5.3 Too much was sent before signing in.\r\n",
            Self::TooManyBadCommands => "421 4.5.0 Too many wrong commands.\r\n",
            Self::TooManyFailedSignIns => "421 4.7.0 Too many failed tries on this connection.\r\n",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_close_reason_is_one_line_of_its_protocol() {
        for reason in CloseReason::ALL {
            for (protocol, start) in
                [(Protocol::Imap, "* BYE "), (Protocol::Pop3, "-ERR "), (Protocol::Smtp, "421 4.")]
            {
                let line = core::str::from_utf8(reason.line(protocol)).unwrap_or_default();
                assert!(line.starts_with(start), "{reason:?}: {line}");
                assert_eq!(line.find("\r\n"), Some(line.len() - 2));
            }
        }
    }
}
