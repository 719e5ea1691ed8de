//! Encoded-words (RFC 2047) that are to come out of mail-parser as they went in.

/// A line whose encoded-words are hidden: each is a mark that is part of a word to any parser.
pub(crate) struct Hidden<'l> {
    line: Vec<u8>,
    /// What the marks stand for.
    hidden: Vec<&'l [u8]>,
}

/// Stands before and behind the number of what is hidden.
const MARK: char = '\u{1}';

impl<'l> Hidden<'l> {
    /// Hides them in a line that has no control character, and so no mark, in it.
    pub(crate) fn new(line: &'l [u8]) -> Self {
        let mut marked = Self { line: Vec::with_capacity(line.len() + 2), hidden: Vec::new() };
        let mut rest = line;
        while let Some(at) = rest.windows(2).position(|pair| pair == b"=?") {
            let (plain, behind) = rest.split_at(at);
            // Of what is no encoded-word its beginning is hidden: parsers take more for one than there should be.
            let (word, behind) = behind.split_at(encoded_word_len(behind).unwrap_or(2));
            marked.line.extend_from_slice(plain);
            marked.line.extend_from_slice(format!("{MARK}{}{MARK}", marked.hidden.len()).as_bytes());
            marked.hidden.push(word);
            rest = behind;
        }
        marked.line.extend_from_slice(rest);
        marked
    }

    /// The line with a line end behind it, without which mail-parser takes a field for cut off.
    pub(crate) fn terminated(&self) -> Vec<u8> {
        [self.line.as_slice(), b"\r\n"].concat()
    }

    /// A part of the line as it was before.
    pub(crate) fn shown(&self, part: &str) -> Vec<u8> {
        let mut shown = Vec::with_capacity(part.len());
        for (at, piece) in part.split(MARK).enumerate() {
            let number = piece.parse::<usize>().ok().filter(|_| at % 2 == 1);
            match number.and_then(|number| self.hidden.get(number)) {
                Some(word) => shown.extend_from_slice(word),
                None => shown.extend_from_slice(piece.as_bytes()),
            }
        }
        shown
    }
}

/// RFC 2047 §2: `=?charset?encoding?text?=`.
fn encoded_word_len(text: &[u8]) -> Option<usize> {
    let mut parts = text.strip_prefix(b"=?")?.splitn(4, |b| *b == b'?');
    let (charset, encoding, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let is_word = charset.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.:+*".contains(b))
        && matches!(encoding, [b'b' | b'B' | b'q' | b'Q'])
        && encoded.iter().all(u8::is_ascii_graphic)
        && parts.next()?.starts_with(b"=");
    is_word.then_some("=?".len() + charset.len() + "?q?".len() + encoded.len() + "?=".len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(line: &str, hidden: &[&str]) {
        let found: Vec<_> =
            Hidden::new(line.as_bytes()).hidden.iter().map(|w| w.escape_ascii().to_string()).collect();
        assert_eq!(found, hidden, "{line}");
    }

    #[test]
    fn whole_words_are_hidden_and_beginnings_of_others() {
        check(
            "a =?utf-8?q?x,y?= <=?iso_8859-1:1987?B?TA==?=@c>",
            &["=?utf-8?q?x,y?=", "=?iso_8859-1:1987?B?TA==?="],
        );
        check("=?utf-8?q?a?==?utf-8*en?Q?b?=", &["=?utf-8?q?a?=", "=?utf-8*en?Q?b?="]);
        check("=?utf-8?q?a b?=", &["=?"]);
        check("=?a\"<x@y>,\"b?q?c?=", &["=?"]);
        check("=?utf-8?x?a?= =?utf-8?q?a", &["=?", "=?"]);
    }

    proptest! {
        #[test]
        fn a_line_is_what_it_was(pieces in prop::collection::vec(prop_oneof![
            Just("=?"), Just("?"), Just("q"), Just("utf-8"), Just("?="), Just(" "), Just("1"), Just("\""), Just("ü"),
        ], 0..24)) {
            let line = pieces.concat();
            let hidden = Hidden::new(line.as_bytes());
            prop_assert!(!hidden.line.windows(2).any(|pair| pair == b"=?"));
            prop_assert_eq!(hidden.shown(&String::from_utf8_lossy(&hidden.line)), line.as_bytes());
        }
    }
}
