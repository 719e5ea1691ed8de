//! The data of a message in SMTP: where it ends, and dot-stuffing undone (RFC 5321 §4.5.2).
//!
//! Not smtp-proto's, whose receiver (0.2.5) also ends a message at CRLF `.` CR CR LF, which makes it possible to smuggle a
//! second message past a sender that does not.

/// Decodes what follows DATA, in pieces of any length.
#[derive(Default)]
pub(super) struct DataDecoder {
    at: At,
}

/// What came before the next octet.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum At {
    /// CRLF; in the beginning that of the command itself.
    #[default]
    LineStart,
    /// A dot that began a line. It is not part of the message.
    Dot,
    /// CR behind that dot. Whether it is part of the message depends on the next octet.
    DotCr,
    /// CR.
    Cr,
    /// Anything else.
    Text,
}

impl DataDecoder {
    /// Appends to `out` what of the piece belongs to the message. Returns the position in the piece behind the end of the
    /// message, if it ends there.
    pub(super) fn decode(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        out.reserve(piece.len());
        for (index, byte) in piece.iter().enumerate() {
            if (self.at, *byte) == (At::DotCr, b'\n') {
                return Some(index + 1);
            }
            if self.at == At::DotCr {
                out.push(b'\r');
                self.at = At::Cr;
            }
            self.at = match (self.at, *byte) {
                (At::LineStart, b'.') => At::Dot,
                (At::Dot, b'\r') => At::DotCr,
                (At::Cr, b'\n') => At::LineStart,
                (_, b'\r') => At::Cr,
                _ => At::Text,
            };
            if !matches!(self.at, At::Dot | At::DotCr) {
                out.push(*byte);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes the text in pieces of every length. `message` is `None` where it must not end.
    #[track_caller]
    fn check(text: &str, message: Option<&str>) {
        for length in 1..=text.len() {
            let (mut data, mut out) = (DataDecoder::default(), Vec::new());
            let mut read = 0;
            let end = text.as_bytes().chunks(length).find_map(|piece| {
                let end = data.decode(piece, &mut out);
                read += end.unwrap_or(piece.len());
                end
            });
            assert_eq!(end.map(|_| out.as_slice()), message.map(str::as_bytes), "{text:?} by {length}");
            if end.is_some() {
                assert_eq!(&text[read..], "QUIT", "{text:?} by {length}");
            }
        }
    }

    #[test]
    fn only_crlf_dot_crlf_ends_a_message() {
        check(".\r\nQUIT", Some(""));
        check("a\r\n.\r\nQUIT", Some("a\r\n"));
        check("..\r\n.a\r\n...\r\n.\r\nQUIT", Some(".\r\na\r\n..\r\n"));
        check("a\n.\nb\r.\rc\n.\r\nd\r\n.\ne\r\n.\r\nQUIT", Some("a\n.\nb\r.\rc\n.\r\nd\r\n\ne\r\n"));
        check("a\r\n.\r\r\n.\r\nQUIT", Some("a\r\n\r\r\n"));
        check("a\r\n.\rb\r\n.\r\nQUIT", Some("a\r\n\rb\r\n"));
        check("a\r\r\n.\r\nQUIT", Some("a\r\r\n"));
        check("a\r\n.\r", None);
        check("a\r\n.", None);
    }
}
