//! The patterns of LIST and LSUB: names with wildcards (RFC 3501 §6.3.8).

use crate::folder_name::FolderName;

/// A reference and a mailbox name with wildcards, concatenated.
pub(crate) struct Pattern(Vec<u8>);

impl Pattern {
    /// In octets. Longer patterns match no name.
    const MAX_LEN: usize = 1_000;

    pub(crate) fn new(reference: &[u8], wildcard: &[u8]) -> Self {
        let mut pattern = [reference, wildcard].concat();
        pattern.truncate(Self::MAX_LEN);
        // Several `*` in a row match what one matches, and cost more time.
        pattern.dedup_by(|b, a| *a == b'*' && *b == b'*');
        Self(pattern)
    }

    /// Whether it has a `%`, which matches within one level only.
    pub(crate) fn has_percent(&self) -> bool {
        self.0.contains(&b'%')
    }

    /// Whether it matches a name in modified UTF-7.
    pub(crate) fn matches(&self, name: &str) -> bool {
        // RFC 3501 §5.1: only INBOX is case-insensitive.
        if name == "INBOX" {
            matches(&self.0.to_ascii_uppercase(), name.as_bytes())
        } else {
            matches(&self.0, name.as_bytes())
        }
    }
}

/// Goes over the name once for every octet of the pattern. Backtracking could be made to take exponential time.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let delimiter = FolderName::DELIMITER as u8;
    // reached[i]: the pattern so far matches the first i octets of the name.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for wanted in pattern {
        let mut next = vec![false; name.len() + 1];
        match wanted {
            b'*' | b'%' => {
                let mut open = false;
                for at in 0..=name.len() {
                    open |= reached[at];
                    next[at] = open;
                    if *wanted == b'%' && name.get(at) == Some(&delimiter) {
                        open = false;
                    }
                }
            }
            byte => {
                for at in 0..name.len() {
                    next[at + 1] = reached[at] && name[at] == *byte;
                }
            }
        }
        reached = next;
    }
    reached[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reference: &str, wildcard: &str, name: &str, expected: bool) {
        let pattern = Pattern::new(reference.as_bytes(), wildcard.as_bytes());
        assert_eq!(pattern.matches(name), expected, "{reference:?} {wildcard:?} {name:?}");
    }

    #[test]
    fn a_percent_stays_on_its_level_and_a_star_does_not() {
        check("", "*", "a.b.c", true);
        check("", "%", "a", true);
        check("", "%", "a.b", false);
        check("", "a.%", "a.b", true);
        check("", "%.%", "a.b", true);
        check("a.", "%", "a.b", true);
        check("", "%b", "a.b", false);
        check("", "*b", "a.b", true);
        check("", "a*", "b", false);
        check("", "inbox", "INBOX", true);
        check("", "sent", "Sent", false);
        check("", "", "", true);
    }

    #[test]
    fn a_hostile_pattern_takes_no_longer_than_another() {
        check("", &"*a%".repeat(300), &"a".repeat(240), false);
    }
}
