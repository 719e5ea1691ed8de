//! CRLF line ends. Messages are served and received with CRLF (RFC 5322 §2.3); files that other programs put into the
//! Maildir may have LF.

use std::borrow::Cow;

/// Turns lone LFs into CRLF, piece by piece. A lone CR is left as it is.
#[derive(Default)]
pub(crate) struct CrlfEnds {
    after_cr: bool,
}

impl CrlfEnds {
    /// The next piece with CRLF line ends; borrowed where nothing had to be changed.
    pub(crate) fn fix<'a>(&mut self, piece: &'a [u8]) -> Cow<'a, [u8]> {
        let mut fixed: Option<Vec<u8>> = None;
        let mut copied = 0;
        for at in memchr_lf(piece) {
            let after_cr = if at == 0 { self.after_cr } else { piece.get(at - 1) == Some(&b'\r') };
            if !after_cr {
                let out = fixed.get_or_insert_with(|| Vec::with_capacity(piece.len() + piece.len() / 32 + 2));
                out.extend_from_slice(piece.get(copied..at).unwrap_or_default());
                out.push(b'\r');
                copied = at;
            }
        }
        if let Some(last) = piece.last() {
            self.after_cr = *last == b'\r';
        }
        match fixed {
            None => Cow::Borrowed(piece),
            Some(mut out) => {
                out.extend_from_slice(piece.get(copied..).unwrap_or_default());
                Cow::Owned(out)
            }
        }
    }

    /// How many octets the piece has with CRLF line ends.
    pub(crate) fn fixed_len(&mut self, piece: &[u8]) -> u64 {
        let mut added = 0;
        let mut before = if self.after_cr { b'\r' } else { 0 };
        for byte in piece {
            added += u64::from(*byte == b'\n' && before != b'\r');
            before = *byte;
        }
        self.after_cr = before == b'\r';
        piece.len() as u64 + added
    }
}

fn memchr_lf(piece: &[u8]) -> impl Iterator<Item = usize> {
    piece.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds the text in pieces of every length.
    #[track_caller]
    fn check(text: &[u8], expected: &[u8]) {
        for length in 1..=text.len() {
            let (mut ends, mut sizes) = (CrlfEnds::default(), CrlfEnds::default());
            let fixed: Vec<u8> = text.chunks(length).flat_map(|piece| ends.fix(piece).into_owned()).collect();
            assert_eq!(fixed, expected, "pieces of {length}");
            let size: u64 = text.chunks(length).map(|piece| sizes.fixed_len(piece)).sum();
            assert_eq!(size, expected.len() as u64, "pieces of {length}");
        }
    }

    #[test]
    fn every_line_ends_in_crlf() {
        check(b"a\nb\r\n\n\r\nc", b"a\r\nb\r\n\r\n\r\nc");
        check(b"\n", b"\r\n");
        check(b"a\rb\r\rc\r\n", b"a\rb\r\rc\r\n");
    }
}
