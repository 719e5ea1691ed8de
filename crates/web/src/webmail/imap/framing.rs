//! Framing: finds where one IMAP response ends before anything in it is parsed.

use super::error::ImapError;
use postward_wire::imap::literal::LiteralHeader;
use std::ops::Range;

/// Longest response line, literals aside. The longest honest one is a SEARCH answer: 4 MiB hold half a million UIDs.
pub(super) const MAX_LINE: usize = 4 * 1024 * 1024;

/// Largest response, literals included: a message of [`super::selected::Selected::MAX_MESSAGE`] and what stands around
/// it.
pub(super) const MAX_RESPONSE: usize = 27 * 1024 * 1024;

/// Follows a response as it arrives; no byte is looked at twice.
#[derive(Default)]
pub(super) struct Framer {
    /// Where the current line begins: beyond what has been received while a literal is under way.
    line: usize,
    /// Up to where the current line has been searched for its end.
    searched: usize,
    literals: Vec<Range<usize>>,
}

impl Framer {
    /// The length of the response at the head of `received`, once all of it is there.
    pub(super) fn end(&mut self, received: &[u8]) -> Result<Option<usize>, ImapError> {
        loop {
            let from = self.searched.max(self.line);
            let Some(unsearched) = received.get(from..) else { return Ok(None) };
            let Some(newline) = unsearched.iter().position(|&byte| byte == b'\n') else {
                self.searched = received.len();
                let too_long = received.len() - self.line > MAX_LINE;
                return if too_long { Err(ImapError::TooLarge) } else { Ok(None) };
            };
            let end = from + newline + 1;
            let Some(announced) = received.get(self.line..end).and_then(announced_literal) else {
                return Ok(Some(end));
            };
            // The announced length is judged before anything is kept for it.
            let literal = end..end.checked_add(announced).ok_or(ImapError::TooLarge)?;
            if literal.end > MAX_RESPONSE {
                return Err(ImapError::TooLarge);
            }
            self.line = literal.end;
            self.searched = literal.end;
            self.literals.push(literal);
        }
    }

    /// Makes NULs in literals legal. RFC 3501 §9 has no NUL in a literal, yet mail on disk may hold one, and one
    /// such byte shall not make a message unreadable; Dovecot sends 0x80 in its place, so that is what this reads.
    pub(super) fn without_nul(&self, response: &mut [u8]) {
        for literal in &self.literals {
            for byte in response.get_mut(literal.clone()).into_iter().flatten().filter(|byte| **byte == 0) {
                *byte = 0x80;
            }
        }
    }
}

/// The size of the literal that a line announces at its end. More than a `usize` holds is more than any limit allows.
fn announced_literal(line: &[u8]) -> Option<usize> {
    let (_, literal) = LiteralHeader::split_from(line.strip_suffix(b"\r\n")?)?;
    Some(usize::try_from(literal.size).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn ends_at(bytes: &[u8]) -> usize {
        let mut framer = Framer::default();
        for arrived in 0..bytes.len() {
            match framer.end(&bytes[..arrived]).unwrap() {
                None => {}
                Some(end) => return end,
            }
        }
        framer.end(bytes).unwrap().unwrap()
    }

    #[test]
    fn a_response_ends_with_its_last_line_however_slowly_it_arrives() {
        assert_eq!(ends_at(b"* OK hello\r\n* more"), 12);
        assert_eq!(ends_at(b"* X {3}\r\na\r\n)\r\nrest"), 15);
        assert_eq!(ends_at(b"* X {0}\r\n {2}\r\n\n\n)\r\n"), 20);
        assert_eq!(ends_at(b"* OK {nothing}\r\n"), 16);
    }

    #[test]
    fn a_literal_too_large_is_refused_when_it_is_announced() {
        for size in ["999999999", "99999999999999999999999999", "18446744073709551615"] {
            let line = format!("* 1 FETCH (BODY[] {{{size}}}\r\n");
            assert!(matches!(Framer::default().end(line.as_bytes()), Err(ImapError::TooLarge)), "{size}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_refused() {
        let endless = vec![b'x'; MAX_LINE + 1];
        assert!(matches!(Framer::default().end(&endless), Err(ImapError::TooLarge)));
    }
}
