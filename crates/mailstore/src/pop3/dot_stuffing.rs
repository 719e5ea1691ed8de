//! Dot-stuffing: a message in a multi-line response of POP3 (RFC 1939 §3).

use crate::crlf::CrlfEnds;

/// How much of the message is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    /// RETR.
    Whole,
    /// TOP: the header, the empty line, and so many lines of the body.
    Top(usize),
}

/// Changes line ends to CRLF, doubles dots that begin a line, and ends where TOP asks for it.
pub(super) struct DotStuffing {
    ends: CrlfEnds,
    at: At,
    line_length: usize,
}

/// Where in the message the next octet is.
enum At {
    Header(Amount),
    Body { lines_left: usize },
    Finished,
}

impl DotStuffing {
    pub(super) fn new(amount: Amount) -> Self {
        Self { ends: CrlfEnds::default(), at: At::Header(amount), line_length: 0 }
    }

    /// Whether all that was asked for has been written.
    pub(super) fn is_finished(&self) -> bool {
        matches!(self.at, At::Finished)
    }

    /// Writes the next piece of the message.
    pub(super) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let fixed = self.ends.fix(piece).into_owned();
        for part in fixed.split_inclusive(|byte| *byte == b'\n') {
            if self.is_finished() {
                return;
            }
            if self.line_length == 0 && part.first() == Some(&b'.') {
                out.push(b'.');
            }
            out.extend_from_slice(part);
            self.line_length += part.len();
            if part.ends_with(b"\n") {
                self.line_ended();
            }
        }
    }

    fn line_ended(&mut self) {
        let empty = self.line_length == b"\r\n".len();
        self.line_length = 0;
        self.at = match self.at {
            At::Header(Amount::Top(0)) if empty => At::Finished,
            At::Header(Amount::Top(lines_left)) if empty => At::Body { lines_left },
            At::Body { lines_left } if lines_left <= 1 => At::Finished,
            At::Body { lines_left } => At::Body { lines_left: lines_left - 1 },
            At::Header(amount) => At::Header(amount),
            At::Finished => At::Finished,
        };
    }

    /// Ends the response, and the last line of the message if that has no end.
    pub(super) fn finish(&self, out: &mut Vec<u8>) {
        if self.line_length > 0 {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b".\r\n");
    }
}
