//! Message flags, as IMAP names them and as Maildir spells them in a file name.

use std::ops::{BitAnd, BitOr, Not};

/// A set of flags of one message: the five system flags of IMAP and up to 26 keywords.
///
/// Which keyword a letter stands for depends on the folder (`dovecot-keywords`): sets of different folders must not be
/// mixed; [`crate::Folder::copy_to`] translates.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(u32);

/// How a `STORE` changes what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagChange {
    /// `+FLAGS`
    Add,
    /// `-FLAGS`
    Remove,
    /// `FLAGS`
    Replace,
}

impl Flags {
    /// No flag at all.
    pub const NONE: Self = Self(0);
    /// `\Draft`
    pub const DRAFT: Self = Self(1 << 26);
    /// `\Flagged`
    pub const FLAGGED: Self = Self(1 << 27);
    /// `\Answered`
    pub const ANSWERED: Self = Self(1 << 29);
    /// `\Seen`
    pub const SEEN: Self = Self(1 << 30);
    /// `\Deleted`
    pub const DELETED: Self = Self(1 << 31);
    /// Maildir's "passed". IMAP has no such flag, but other programs set it, and renames must keep it.
    const PASSED: Self = Self(1 << 28);

    /// How many keywords a folder can have: Maildir gives them the letters a to z.
    pub const MAX_KEYWORDS: usize = 26;

    /// In the order of their letters, as the Maildir convention wants them in a file name.
    const LETTERS: [(u8, Self); 6] = [
        (b'D', Self::DRAFT),
        (b'F', Self::FLAGGED),
        (b'P', Self::PASSED),
        (b'R', Self::ANSWERED),
        (b'S', Self::SEEN),
        (b'T', Self::DELETED),
    ];

    /// The flag of the folder's keyword number `index`; no flag if a folder cannot have so many.
    pub fn keyword(index: usize) -> Self {
        if index < Self::MAX_KEYWORDS { Self(1 << index) } else { Self::NONE }
    }

    /// The numbers of the keywords in the set.
    pub fn keyword_indexes(self) -> impl Iterator<Item = usize> {
        (0..Self::MAX_KEYWORDS).filter(move |index| self.contains(Self::keyword(*index)))
    }

    /// Whether all of `other` is in the set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The set without its keywords.
    pub fn system(self) -> Self {
        Self(self.0 & !((1 << Self::MAX_KEYWORDS) - 1))
    }

    /// The set after a STORE.
    #[must_use]
    pub fn changed(self, change: FlagChange, by: Self) -> Self {
        match change {
            FlagChange::Add => self | by,
            FlagChange::Remove => self & !by,
            FlagChange::Replace => by | (self & Self::PASSED),
        }
    }

    /// Parses the letters behind `:2,` in a file name. Undefined ones are ignored.
    pub(crate) fn from_letters(letters: &str) -> Self {
        letters.bytes().fold(Self::NONE, |set, letter| match letter {
            b'a'..=b'z' => set | Self::keyword(usize::from(letter - b'a')),
            _ => Self::LETTERS.iter().find(|(l, _)| *l == letter).map_or(set, |(_, flag)| set | *flag),
        })
    }

    /// The letters behind `:2,` in a file name.
    pub(crate) fn letters(self) -> String {
        let system =
            Self::LETTERS.iter().filter(|(_, flag)| self.contains(*flag)).map(|(l, _)| char::from(*l));
        let keywords = self.keyword_indexes().filter_map(|index| ('a'..='z').nth(index));
        system.chain(keywords).collect()
    }
}

impl BitOr for Flags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Flags {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Not for Flags {
    type Output = Self;
    fn not(self) -> Self {
        Self(!self.0)
    }
}

impl std::fmt::Debug for Flags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Flags({})", self.letters())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_in_the_order_the_maildir_convention_wants() {
        let set = Flags::DELETED | Flags::SEEN | Flags::keyword(2) | Flags::DRAFT | Flags::keyword(0);
        assert_eq!(set.letters(), "DSTac");
        assert_eq!(Flags::from_letters("caTSD"), set);
        assert_eq!(Flags::from_letters("S?9Z"), Flags::SEEN);
    }

    #[test]
    fn the_passed_flag_of_other_tools_survives_a_replace() {
        let set = Flags::from_letters("PS").changed(FlagChange::Replace, Flags::FLAGGED);
        assert_eq!(set.letters(), "FP");
    }
}
