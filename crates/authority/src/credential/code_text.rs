//! Codes that people type: in groups, without look-alikes, case and separators ignored.

use postward_wire::Secret;
use rand::{CryptoRng, RngExt as _};
use zeroize::Zeroizing;

/// Thirty-one characters, none that looks like another: 4.95 bits each.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// How a code is written.
pub(crate) struct CodeText {
    pub(crate) groups: usize,
    /// Characters in each.
    pub(crate) each: usize,
}

impl CodeText {
    /// Draws a code, as it is shown: `ABCD-EFGH-…`. Every code is equally likely.
    pub(crate) fn draw(&self, rng: &mut impl CryptoRng) -> Secret {
        let mut text = Zeroizing::new(String::with_capacity(self.groups * (self.each + 1)));
        for group in 0..self.groups {
            if group > 0 {
                text.push('-');
            }
            for _ in 0..self.each {
                text.push(char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]));
            }
        }
        Secret::new(String::clone(&text))
    }

    /// The bare characters of what was typed; none when that is no code of this kind.
    pub(crate) fn read(&self, typed: &str) -> Option<Zeroizing<String>> {
        let mut bare = Zeroizing::new(String::with_capacity(self.groups * self.each));
        for c in typed.chars() {
            // Phones make a dash of two hyphens, and people a space of either.
            if c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}') {
                continue;
            }
            let c = c.to_ascii_uppercase();
            let known = u8::try_from(c).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !known || bare.len() == self.groups * self.each {
                return None;
            }
            bare.push(c);
        }
        (bare.len() == self.groups * self.each).then_some(bare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: CodeText = CodeText { groups: 2, each: 4 };

    #[test]
    fn r2_case_spaces_and_dashes_are_ignored_and_nothing_else() {
        let check = |typed: &str, expected: Option<&str>| {
            assert_eq!(TEXT.read(typed).as_deref().map(String::as_str), expected, "{typed:?}");
        };
        check("ABCD-2345", Some("ABCD2345"));
        check(" abcd 2345\u{a0}", Some("ABCD2345"));
        check("ab\u{2013}cd2345", Some("ABCD2345"));
        check("ABCD-234", None);
        check("ABCD-23456", None);
        check("ABCD-234O", None);
        check("ABCD-234\u{663}", None);
        check("", None);
    }

    #[test]
    fn a_drawn_code_reads_as_itself() {
        for _ in 0..100 {
            let drawn = TEXT.draw(&mut rand::rng());
            assert_eq!(TEXT.read(drawn.expose()).map(|bare| bare.len()), Some(8));
            assert_eq!(drawn.expose().len(), 9);
        }
    }
}
