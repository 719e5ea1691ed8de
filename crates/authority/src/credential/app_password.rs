//! The text of an app password: sixteen letters in four groups (W8).

use postward_wire::Secret;
use rand::{CryptoRng, RngExt as _};
use zeroize::Zeroizing;

/// Sixteen lower-case letters: 75 bits.
pub(crate) struct AppPasswordText(pub(crate) Zeroizing<String>);

impl AppPasswordText {
    const COUNT: usize = 16;
    const GROUP: usize = 4;

    pub(crate) fn draw(rng: &mut impl CryptoRng) -> Self {
        let letter = |_| char::from(b'a' + rng.random_range(0..26u8));
        Self(Zeroizing::new((0..Self::COUNT).map(letter).collect()))
    }

    /// Reads what was typed; spaces and capitals are ignored. None for what cannot be an app password.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let mut letters = Zeroizing::new(String::with_capacity(Self::COUNT));
        for c in typed.chars().filter(|c| !c.is_whitespace()) {
            if !c.is_ascii_alphabetic() || letters.len() == Self::COUNT {
                return None;
            }
            letters.push(c.to_ascii_lowercase());
        }
        (letters.len() == Self::COUNT).then_some(Self(letters))
    }

    /// As it is shown: four groups of four.
    pub(crate) fn shown(&self) -> Secret {
        let groups: Vec<_> =
            (0..Self::COUNT).step_by(Self::GROUP).map(|at| &self.0[at..at + Self::GROUP]).collect();
        Secret::new(groups.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w8_spaces_and_capitals_are_ignored_when_typed() {
        let check = |typed: &str, expected: Option<&str>| {
            let found = AppPasswordText::parse(typed).map(|letters| letters.0.to_string());
            assert_eq!(found.as_deref(), expected, "{typed:?}");
        };
        check("abcd efgh ijkl mnop", Some("abcdefghijklmnop"));
        check(" ABCDefgh IJKLmnop\u{a0}", Some("abcdefghijklmnop"));
        check("abcdefghijklmno", None);
        check("abcdefghijklmnopq", None);
        check("abcdefghijklmn0p", None);
        check("\u{e4}bcdefghijklmnop", None);
    }

    #[test]
    fn w8_an_app_password_is_sixteen_letters_in_four_groups() {
        let letters = AppPasswordText::draw(&mut rand::rng());
        let shown = letters.shown();
        assert_eq!(shown.expose().split(' ').map(str::len).collect::<Vec<_>>(), [4; 4]);
        assert_eq!(AppPasswordText::parse(shown.expose()).map(|read| read.0), Some(letters.0));
    }
}
