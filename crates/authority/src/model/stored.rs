//! Words that the store keeps for an enum, read back.

use std::fmt;

/// What a word of the store stands for. A newer version may have written one that this version does not know, and been
/// taken back since: such a row is still shown, with the word itself, and no page fails because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored<T> {
    /// A word of ours.
    Known(T),
    /// A word of another version.
    Unknown(String),
}

/// A row that says nothing.
impl<T> Default for Stored<T> {
    fn default() -> Self {
        Self::Unknown(String::new())
    }
}

/// What the store keeps as a word.
pub(crate) trait Word: Sized {
    /// What a word stands for.
    fn from_name(name: &str) -> Option<Self>;

    /// The same, without losing one that this version does not know.
    fn read(word: String) -> Stored<Self> {
        match Self::from_name(&word) {
            Some(known) => Stored::Known(known),
            None => Stored::Unknown(word),
        }
    }
}

/// The word.
impl<T: fmt::Display> fmt::Display for Stored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(known) => known.fmt(f),
            Self::Unknown(word) => word.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::audit_event::AuditEvent;
    use super::super::end_reason::{EndReason, SessionEnd};
    use super::super::refusal_cause::RefusalCause;
    use super::super::revoke_reason::RevokeReason;
    use super::*;

    fn check<T: Word + fmt::Display + fmt::Debug + PartialEq + Copy>(all: &[T]) {
        for one in all {
            assert_eq!(T::read(one.to_string()), Stored::Known(*one));
        }
        let unknown = T::read("something-new".to_owned());
        assert_eq!(unknown, Stored::Unknown("something-new".to_owned()));
        assert_eq!(unknown.to_string(), "something-new");
    }

    #[test]
    fn every_word_is_read_back_and_one_of_another_version_is_kept() {
        check(&AuditEvent::ALL);
        check(&RefusalCause::ALL);
        check(&RevokeReason::ALL);
        check(&SessionEnd::ALL);
        assert_eq!(SessionEnd::from_name("ended"), Some(SessionEnd::Ended(EndReason::Ended)));
    }
}
