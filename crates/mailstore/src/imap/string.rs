//! Strings of a response (RFC 3501 §4.3): quoted where that is possible, a literal where it is not.

use base64::{Engine, engine::general_purpose::STANDARD};
use std::borrow::Cow;

/// RFC 3501 §9 `string`. A NUL, which no string can hold, is left out.
pub(crate) fn string(out: &mut Vec<u8>, text: &[u8]) {
    let quotable = |b: &u8| (0x20..0x7f).contains(b);
    if text.len() <= 1_000 && text.iter().all(quotable) {
        out.push(b'"');
        for byte in text {
            if matches!(byte, b'"' | b'\\') {
                out.push(b'\\');
            }
            out.push(*byte);
        }
        out.push(b'"');
    } else {
        let text: Cow<'_, [u8]> = if text.contains(&0) {
            text.iter().copied().filter(|b| *b != 0).collect::<Vec<_>>().into()
        } else {
            text.into()
        };
        literal_head(out, text.len());
        out.extend_from_slice(&text);
    }
}

/// RFC 3501 §9 `nstring`.
pub(crate) fn nstring(out: &mut Vec<u8>, text: Option<&[u8]>) {
    match text {
        Some(text) => string(out, text),
        None => out.extend_from_slice(b"NIL"),
    }
}

/// RFC 3501 §9 `astring`: an atom where that is possible.
pub(crate) fn astring(out: &mut Vec<u8>, text: &[u8]) {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"./-_&+".contains(b);
    if !text.is_empty() && text.iter().all(plain) { out.extend_from_slice(text) } else { string(out, text) }
}

/// Announces a literal of that length, in octets.
pub(crate) fn literal_head(out: &mut Vec<u8>, len: usize) {
    out.extend_from_slice(format!("{{{len}}}\r\n").as_bytes());
}

/// The text in ASCII: as RFC 2047 encoded-words, if it has other characters.
pub(crate) fn encoded_words(text: &str) -> Cow<'_, [u8]> {
    // RFC 2047 §2: 75 characters for a word, of which `=?UTF-8?B??=` takes 12; base64 makes four of three.
    const MAX_BYTES: usize = (75 - 12) / 4 * 3;
    if text.is_ascii() {
        return text.as_bytes().into();
    }
    let mut words = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        if word.len() + character.len_utf8() > MAX_BYTES {
            words.push(std::mem::take(&mut word));
        }
        word.push(character);
    }
    words.push(word);
    let words: Vec<_> = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    words.join(" ").into_bytes().into()
}

/// Text as it is, if it is ASCII; else, when it was sent as bare UTF-8, as encoded-words.
pub(crate) fn ascii(text: Vec<u8>) -> Vec<u8> {
    if text.is_ascii() { text } else { encoded_words(&String::from_utf8_lossy(&text)).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], expected: &[u8]) {
        let mut out = Vec::new();
        string(&mut out, text);
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(expected));
    }

    #[test]
    fn a_string_is_quoted_or_a_literal() {
        check(b"a \"b\" \\", b"\"a \\\"b\\\" \\\\\"");
        check(b"", b"\"\"");
        check(b"a\r\nb", b"{4}\r\na\r\nb");
        check(b"a\0b", b"{2}\r\nab");
        check("ü".as_bytes(), "{2}\r\nü".as_bytes());
    }

    #[test]
    fn encoded_words_stay_short_and_whole() {
        assert_eq!(&*encoded_words("plain"), b"plain");
        assert_eq!(&*encoded_words("Grüße"), b"=?UTF-8?B?R3LDvMOfZQ==?=");
        let long = encoded_words(&"ä".repeat(50)).into_owned();
        let long = String::from_utf8(long).unwrap_or_default();
        assert!(long.split(' ').all(|word| word.len() <= 75), "{long}");
        assert_eq!(long.split(' ').count(), 3);
    }
}
