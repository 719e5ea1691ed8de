//! The input buffer of a dialogue: bytes received and not yet read, taken out as lines or literals, within fixed
//! bounds.

use alloc::vec::Vec;
use core::mem;
use zeroize::Zeroizing;

/// The longest line read before sign-in. RFC 2683 §3.2.1.5 asks IMAP servers for 8,000 octets, and no other command
/// known before sign-in comes near that.
pub(crate) const MAX_LINE: usize = 8 * 1024;

/// Bytes received and not yet read, and how many more may be read.
///
/// The driver asks for bytes only when no whole line is left, so the buffer never holds more than one unfinished
/// line and one read of the driver. Passwords pass through here: all of it is wiped.
pub(crate) struct Input {
    bytes: Zeroizing<Vec<u8>>,
    /// Everything in front of this was read.
    start: usize,
    /// Everything between `start` and this is known to hold no line end.
    searched: usize,
    /// How many bytes may still be read before sign-in.
    budget: usize,
}

/// What a dialogue expects next.
pub(crate) enum Expected {
    /// A line. RFC 5321 and RFC 9051 end it with CRLF; people with a terminal send LF.
    Line,
    /// This many bytes, whatever they are.
    Bytes(usize),
}

/// What [`Input::take`] found.
pub(crate) enum Received {
    /// What was expected; a line without its line end.
    Complete(Zeroizing<Vec<u8>>),
    /// It has not fully arrived.
    Incomplete,
    /// More than [`MAX_LINE`] without a line end.
    TooLong,
    /// More than may be read before sign-in.
    OverBudget,
}

impl Input {
    pub(crate) fn new(budget: usize) -> Self {
        Self { bytes: Zeroizing::new(Vec::new()), start: 0, searched: 0, budget }
    }

    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        let unread = self.bytes.get(self.start..).unwrap_or_default();
        let mut joined = Vec::with_capacity(unread.len() + bytes.len());
        joined.extend_from_slice(unread);
        joined.extend_from_slice(bytes);
        self.searched -= self.start;
        self.start = 0;
        self.bytes = Zeroizing::new(joined);
    }

    pub(crate) fn take(&mut self, expected: Expected) -> Received {
        match expected {
            Expected::Line => self.take_line(),
            Expected::Bytes(length) => self.take_bytes(length),
        }
    }

    fn take_line(&mut self) -> Received {
        let unsearched = self.bytes.get(self.searched..).unwrap_or_default();
        let Some(ahead) = unsearched.iter().position(|byte| *byte == b'\n') else {
            self.searched = self.bytes.len();
            return if self.bytes.len() - self.start > MAX_LINE {
                Received::TooLong
            } else {
                Received::Incomplete
            };
        };
        let length = self.searched + ahead + 1 - self.start;
        if length > MAX_LINE {
            return Received::TooLong;
        }
        match self.take_bytes(length) {
            Received::Complete(mut line) => {
                line.pop();
                line.pop_if(|byte| *byte == b'\r');
                Received::Complete(line)
            }
            nothing => nothing,
        }
    }

    fn take_bytes(&mut self, length: usize) -> Received {
        let Some(budget) = self.budget.checked_sub(length) else {
            return Received::OverBudget;
        };
        let end = self.start.saturating_add(length);
        let Some(bytes) = self.bytes.get(self.start..end) else {
            return Received::Incomplete;
        };
        // Room for the two bytes with which a dialogue may restore the line end.
        let mut taken = Zeroizing::new(Vec::with_capacity(length + 2));
        taken.extend_from_slice(bytes);
        self.budget = budget;
        self.start = end;
        self.searched = end;
        Received::Complete(taken)
    }

    /// Drops what was not read.
    pub(crate) fn clear(&mut self) {
        self.bytes = Zeroizing::new(Vec::new());
        self.start = 0;
        self.searched = 0;
    }

    /// Takes out what was not read: after sign-in it is the engine's.
    pub(crate) fn take_rest(&mut self) -> Vec<u8> {
        let mut rest = mem::take(&mut *self.bytes);
        rest.drain(..self.start);
        self.clear();
        rest
    }
}

/// The verb of a POP3 or SMTP command in upper case, and what follows it behind one space, if anything.
pub(crate) fn verb_and_argument(line: &[u8]) -> (Vec<u8>, Option<&[u8]>) {
    let mut parts = line.splitn(2, |byte| *byte == b' ');
    (parts.next().unwrap_or_default().to_ascii_uppercase(), parts.next())
}

/// Appends without leaving an unwiped copy behind, which a growing `Vec` would.
pub(crate) fn append_wiped(to: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    if to.capacity() - to.len() < bytes.len() {
        let mut grown = Vec::with_capacity((to.len() + bytes.len()).next_power_of_two());
        grown.extend_from_slice(to);
        *to = Zeroizing::new(grown);
    }
    to.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec;

    fn check(pieces: &[&[u8]], expected: &[&str]) {
        let mut input = Input::new(1 << 16);
        let mut found = vec![];
        for piece in pieces {
            input.receive(piece);
            while let Received::Complete(line) = input.take(Expected::Line) {
                found.push(String::from_utf8_lossy(&line).into_owned());
            }
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn a_line_ends_with_lf_or_crlf_however_it_is_cut() {
        check(&[b"a\r\nb\nc"], &["a", "b"]);
        check(&[b"a\r", b"\nb", b"\n", b"\n\r\n"], &["a", "b", "", ""]);
        check(&[b"a\rb\r\n"], &["a\rb"]);
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let mut input = Input::new(1 << 16);
        input.receive(&[b'a'; MAX_LINE]);
        assert!(matches!(input.take(Expected::Line), Received::Incomplete));
        input.receive(b"a");
        assert!(matches!(input.take(Expected::Line), Received::TooLong));
    }

    #[test]
    fn the_buffer_stays_small_however_much_comes() {
        const READ: usize = 4096;
        let mut input = Input::new(usize::MAX);
        let noise: Vec<u8> = b"a NOOP\r\n".iter().copied().cycle().skip(3).take(READ + 3).collect();
        for _ in 0..1_000 {
            input.receive(&noise);
            while let Received::Complete(_) = input.take(Expected::Line) {}
            assert!(input.bytes.capacity() <= MAX_LINE + 2 * READ);
        }
    }

    #[test]
    fn reading_stops_where_the_allowance_ends() {
        let mut input = Input::new(8);
        input.receive(b"12345\n67890\n");
        assert!(matches!(input.take(Expected::Line), Received::Complete(_)));
        assert!(matches!(input.take(Expected::Line), Received::OverBudget));
    }
}
