//! Framing of commands: lines and literals, found before anything is parsed.
//!
//! Bytes go in with [`Framing::feed`], [`Framing::next`] says what they make. It does no I/O, and it never
//! holds more than one command of [`MAX_COMMAND`] bytes. Only the message of an APPEND may be larger: it is
//! announced as [`Frame::Append`] before its first byte is received, and its bytes are taken with [`Framing::take`].

use super::parse::tag;
use imap_codec::{CommandCodec, decode::Decoder};
use imap_types::command::CommandBody;
use imap_types::extensions::binary::LiteralOrLiteral8;
use postward_wire::imap::literal::{LiteralHeader, LiteralMode};

/// The octets of a command with its literals. RFC 7162 §4 and RFC 2683 §3.2.1.5 ask for 8,000; clients that name
/// thousands of UIDs in one command send more.
pub(crate) const MAX_COMMAND: usize = 64 * 1024;

/// What the received bytes make.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// No frame yet: more must be received.
    Incomplete,
    /// The client waits for `+` before it sends a literal (RFC 3501 §7.5).
    Continue,
    /// A frame that can be answered.
    Frame(Frame),
    /// A command that is too long, and whose rest cannot be told from the next command. The session must end.
    TooLong,
}

/// A part of the input that is answered as one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A whole command, its last line end included.
    Command(Vec<u8>),
    /// An APPEND up to its message, which is announced and not yet sent. The head is a command of its own, with an
    /// empty message.
    Append { head: Vec<u8>, message: LiteralHeader },
    /// A command that is too long, and whose end is known: it is answered `BAD`.
    Oversized(Vec<u8>),
}

/// The bytes of a session that are not yet a command.
#[derive(Debug, Default)]
pub(crate) struct Framing {
    buffer: Vec<u8>,
    /// How much of the buffer is known to belong to the current command.
    framed: usize,
    /// How much of the buffer is known to hold no line end.
    searched: usize,
    /// How much of an accepted literal is still to come.
    literal: usize,
}

impl Framing {
    /// Begins with what the client pipelined behind its sign-in.
    pub(crate) fn new(pipelined: Vec<u8>) -> Self {
        Self { buffer: pipelined, ..Self::default() }
    }

    /// Adds received bytes.
    pub(crate) fn feed(&mut self, mut bytes: Vec<u8>) {
        if self.buffer.is_empty() {
            self.buffer = bytes;
        } else {
            self.buffer.append(&mut bytes);
        }
    }

    /// Whether nothing has been received of the next command.
    pub(crate) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Removes up to `max` bytes: they are part of the message that was announced last.
    pub(crate) fn take(&mut self, max: u64) -> Vec<u8> {
        let len = usize::try_from(max).unwrap_or(usize::MAX).min(self.buffer.len());
        self.drain(len)
    }

    /// Removes one line: `DONE`, or what follows the message of an APPEND. `None` if more must be received.
    pub(crate) fn line(&mut self) -> Option<Vec<u8>> {
        let len = self.buffer.iter().position(|b| *b == b'\n')? + 1;
        Some(self.drain(len))
    }

    /// Whether more is held than a client may send without a line end.
    pub(crate) fn is_too_long(&self) -> bool {
        self.buffer.len() > MAX_COMMAND
    }

    /// What the bytes make so far. A frame is removed from the buffer.
    pub(crate) fn next(&mut self) -> Progress {
        loop {
            if self.literal > 0 {
                if self.buffer.len() - self.framed < self.literal {
                    return Progress::Incomplete;
                }
                self.framed += std::mem::take(&mut self.literal);
            }
            let from = self.framed.max(self.searched);
            let Some(newline) = self.buffer[from..].iter().position(|b| *b == b'\n') else {
                self.searched = self.buffer.len();
                return if self.is_too_long() { Progress::TooLong } else { Progress::Incomplete };
            };
            let line_start = self.framed;
            self.framed = from + newline + 1;
            if self.framed > MAX_COMMAND {
                return Progress::Frame(Frame::Oversized(self.drain(self.framed)));
            }
            let Some((before, literal)) = announced(&self.buffer[line_start..self.framed]) else {
                return Progress::Frame(Frame::Command(self.drain(self.framed)));
            };
            if let Some(head) = append_head(&self.buffer[..line_start + before.len()]) {
                self.drain(self.framed);
                return Progress::Frame(Frame::Append { head, message: literal });
            }
            match usize::try_from(literal.size).ok().filter(|len| *len <= MAX_COMMAND - self.framed) {
                Some(len) => self.literal = len,
                None if literal.mode == LiteralMode::Sync => {
                    return Progress::Frame(Frame::Oversized(self.drain(self.framed)));
                }
                None => return Progress::TooLong,
            }
            if literal.mode == LiteralMode::Sync {
                return Progress::Continue;
            }
        }
    }

    fn drain(&mut self, len: usize) -> Vec<u8> {
        (self.framed, self.searched, self.literal) = (0, 0, 0);
        if len == self.buffer.len() {
            // The usual case: nothing is copied, and an idle session keeps no buffer.
            return std::mem::take(&mut self.buffer);
        }
        self.buffer.drain(..len).collect()
    }
}

/// The line in front of a literal that it announces at its end, and what it announces.
fn announced(line: &[u8]) -> Option<(&[u8], LiteralHeader)> {
    let text = line.strip_suffix(b"\n")?;
    LiteralHeader::split_from(text.strip_suffix(b"\r").unwrap_or(text))
}

/// The command up to an announced literal, if that literal is the message of an APPEND: that is so exactly when the
/// command is complete with an empty literal instead.
fn append_head(before: &[u8]) -> Option<Vec<u8>> {
    // A command without a valid tag is answered like any other that cannot be parsed.
    tag(before)?;
    let verb = before.split(|b| *b == b' ').nth(1)?;
    if !verb.eq_ignore_ascii_case(b"APPEND") {
        return None;
    }
    let head = [before, b"{0}\r\n\r\n"].concat();
    let whole = match CommandCodec::default().decode(&head) {
        Ok((b"", command)) => {
            matches!(command.body, CommandBody::Append { message: LiteralOrLiteral8::Literal(_), .. })
        }
        _ => false,
    };
    whole.then_some(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Feeds the bytes in pieces of one and all at once: both must give the same frames.
    fn check(bytes: &[u8], expected: &[Progress]) {
        for piece in [1, bytes.len()] {
            let mut framing = Framing::default();
            let mut found = Vec::new();
            for bytes in bytes.chunks(piece) {
                framing.feed(bytes.to_vec());
                loop {
                    match framing.next() {
                        Progress::Incomplete => break,
                        frame => found.push(frame),
                    }
                }
            }
            assert_eq!(found, expected, "in pieces of {piece}");
        }
    }

    fn command(text: &str) -> Progress {
        Progress::Frame(Frame::Command(text.as_bytes().to_vec()))
    }

    fn refused(text: &str) -> Progress {
        Progress::Frame(Frame::Oversized(text.as_bytes().to_vec()))
    }

    fn append(head: &str, size: u64, mode: LiteralMode) -> Progress {
        let (head, message) = (head.as_bytes().to_vec(), LiteralHeader { size, mode });
        Progress::Frame(Frame::Append { head, message })
    }

    #[test]
    fn commands_end_at_line_ends_outside_of_literals() {
        check(b"a NOOP\r\nb NOOP\r\n", &[command("a NOOP\r\n"), command("b NOOP\r\n")]);
        check(
            b"a SELECT {6}\r\na\r\nb\r\n\r\nb NOOP\r\n",
            &[Progress::Continue, command("a SELECT {6}\r\na\r\nb\r\n\r\n"), command("b NOOP\r\n")],
        );
        check(b"a SELECT {3+}\r\nabc\r\n", &[command("a SELECT {3+}\r\nabc\r\n")]);
        check(b"a SEARCH SUBJECT \"{3\"}\"\r\n", &[command("a SEARCH SUBJECT \"{3\"}\"\r\n")]);
    }

    #[test]
    fn the_message_of_an_append_is_announced_and_left_alone() {
        check(
            b"a append INBOX (\\Seen) {1073741824}\r\n",
            &[append("a append INBOX (\\Seen) {0}\r\n\r\n", 1 << 30, LiteralMode::Sync)],
        );
        check(
            b"a APPEND {5}\r\nDraft {7+}\r\n",
            &[Progress::Continue, append("a APPEND {5}\r\nDraft {0}\r\n\r\n", 7, LiteralMode::NonSync)],
        );
    }

    #[test]
    fn an_append_whose_tag_no_answer_can_carry_is_a_command_like_any_other() {
        let long = format!("{} APPEND INBOX {{3}}\r\nabc\r\n", "x".repeat(65));
        check(long.as_bytes(), &[Progress::Continue, command(&long)]);
    }

    #[test]
    fn a_literal_is_judged_by_what_it_announces() {
        check(b"a SELECT {999999999}\r\n", &[refused("a SELECT {999999999}\r\n")]);
        let far = "a SELECT {99999999999999999999999}\r\n";
        check(far.as_bytes(), &[refused(far)]);
        let mut framing = Framing::default();
        framing.feed(b"a SELECT {999999999+}\r\n".to_vec());
        assert_eq!(framing.next(), Progress::TooLong);
    }

    #[test]
    fn a_line_without_an_end_is_a_flood() {
        let mut framing = Framing::default();
        framing.feed(vec![b'x'; MAX_COMMAND + 1]);
        assert_eq!(framing.next(), Progress::TooLong);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_loop(pieces in proptest::collection::vec(prop_oneof![
            Just(b"a APPEND x {3}\r\n".to_vec()), Just(b"{2+}\r\n".to_vec()), Just(b"\r\n".to_vec()),
            Just(b"{4}\r\n".to_vec()), proptest::collection::vec(any::<u8>(), 0..16),
        ], 0..32)) {
            let mut framing = Framing::default();
            for piece in &pieces {
                framing.feed(piece.clone());
                for _ in 0..=piece.len() {
                    if matches!(framing.next(), Progress::Incomplete | Progress::TooLong) {
                        break;
                    }
                }
            }
        }
    }
}
