//! Masking encoded-words (RFC 2047), so that they come out of mail-parser undecoded.

/// A line in which each encoded-word is replaced by a mark, which parsers take for a part of a word.
pub(crate) struct MaskedLine<'l> {
    line: Vec<u8>,
    /// The encoded-words, in the order of their marks.
    words: Vec<&'l [u8]>,
}

/// Begins and ends a mark, around the number of the encoded-word.
const MARK: char = '\u{1}';

impl<'l> MaskedLine<'l> {
    /// Masks a line, which must have no control character in it.
    pub(crate) fn new(line: &'l [u8]) -> Self {
        let mut marked = Self { line: Vec::with_capacity(line.len() + 2), words: Vec::new() };
        let mut rest = line;
        while let Some(at) = rest.windows(2).position(|pair| pair == b"=?") {
            let (plain, behind) = rest.split_at(at);
            // Where it is no valid encoded-word, its `=?` is masked: parsers accept more than RFC 2047 does.
            let (word, behind) = behind.split_at(encoded_word_len(behind).unwrap_or(2));
            marked.line.extend_from_slice(plain);
            marked.line.extend_from_slice(format!("{MARK}{}{MARK}", marked.words.len()).as_bytes());
            marked.words.push(word);
            rest = behind;
        }
        marked.line.extend_from_slice(rest);
        marked
    }

    /// The line with a line end, which mail-parser needs to find the end of a field.
    pub(crate) fn terminated(&self) -> Vec<u8> {
        [self.line.as_slice(), b"\r\n"].concat()
    }

    /// A part of the masked line with its encoded-words put back.
    pub(crate) fn unmask(&self, part: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(part.len());
        for (at, piece) in part.split(MARK).enumerate() {
            let number = piece.parse::<usize>().ok().filter(|_| at % 2 == 1);
            match number.and_then(|number| self.words.get(number)) {
                Some(word) => out.extend_from_slice(word),
                None => out.extend_from_slice(piece.as_bytes()),
            }
        }
        out
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
            MaskedLine::new(line.as_bytes()).words.iter().map(|w| w.escape_ascii().to_string()).collect();
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
            let masked = MaskedLine::new(line.as_bytes());
            prop_assert!(!masked.line.windows(2).any(|pair| pair == b"=?"));
            prop_assert_eq!(masked.unmask(&String::from_utf8_lossy(&masked.line)), line.as_bytes());
        }
    }
}
