//! Modified UTF-7, in which IMAP4rev1 spells the names of folders (RFC 3501 §5.1.3).

use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

/// Base64 with `,` for `/`, no padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// The one right spelling of a name.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let plain = |c: char| matches!(c, ' '..='~');
        let end = rest.find(|c| plain(c) != plain(first)).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        if plain(first) {
            out.push_str(&run.replace('&', "&-"));
        } else {
            let utf16: Vec<u8> = run.encode_utf16().flat_map(u16::to_be_bytes).collect();
            out.push('&');
            out.push_str(&BASE64.encode(utf16));
            out.push('-');
        }
        rest = behind;
    }
    out
}

/// Reads a spelling, also one that is not the right one. `None` where what stands behind a `&` is no base64 of UTF-16. What
/// stands elsewhere is taken as it is, characters that modified UTF-7 does not have included.
pub fn decode(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, behind)) = rest.split_once('&') {
        let (shifted, after) = behind.split_once('-')?;
        out.push_str(plain);
        if shifted.is_empty() {
            out.push('&');
        } else {
            let bytes = BASE64.decode(shifted).ok()?;
            let (pairs, odd) = bytes.as_chunks::<2>();
            if !odd.is_empty() {
                return None;
            }
            for character in char::decode_utf16(pairs.iter().map(|pair| u16::from_be_bytes(*pair))) {
                out.push(character.ok()?);
            }
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for (text, spelling) in [
            ("INBOX", "INBOX"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("R&D", "R&-D"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("a😀", "a&2D3eAA-"),
        ] {
            assert_eq!(encode(text), spelling);
            assert_eq!(decode(spelling).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_base64_of_utf_16_is_not_read() {
        for spelling in ["a&b", "&AA-", "&2D0-", "&bad", "&*-"] {
            assert_eq!(decode(spelling), None, "{spelling}");
        }
        assert_eq!(decode("&AGE-").as_deref(), Some("a"), "it need not be the right spelling");
    }
}
