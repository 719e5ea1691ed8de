//! Sequence sets (RFC 3501 §9): which messages a command is for.

use imap_types::sequence::{SeqOrUid, Sequence, SequenceSet};
use std::ops::RangeInclusive;

/// What the numbers of a set are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberKind {
    /// Unique identifiers, as after `UID`.
    Uid,
    /// Message sequence numbers: positions in the folder as the client knows it.
    Sequence,
}

impl From<bool> for NumberKind {
    /// imap-codec says whether `UID` stood before the command.
    fn from(uid: bool) -> Self {
        if uid { Self::Uid } else { Self::Sequence }
    }
}

/// The messages a command is for, as its client wrote them.
#[derive(Clone, Copy)]
pub(crate) struct MessageSet<'c> {
    pub(crate) numbers: &'c SequenceSet,
    pub(crate) kind: NumberKind,
}

impl<'c> MessageSet<'c> {
    /// `uid`: whether `UID` stood before the command, as imap-codec says it.
    pub(crate) fn new(numbers: &'c SequenceSet, uid: bool) -> Self {
        Self { numbers, kind: uid.into() }
    }
}

/// The numbers of a set, smallest first, none twice. `largest` is what `*` means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NumberSet(Vec<RangeInclusive<u32>>);

impl NumberSet {
    /// RFC 3501 §9: `*` is the largest number in use, and a range may be written backwards.
    pub(crate) fn new(set: &SequenceSet, largest: u32) -> Self {
        let value = |number: &SeqOrUid| match number {
            SeqOrUid::Value(value) => value.get(),
            SeqOrUid::Asterisk => largest,
        };
        let mut ranges: Vec<_> = set
            .0
            .as_ref()
            .iter()
            .map(|sequence| match sequence {
                Sequence::Single(number) => value(number)..=value(number),
                Sequence::Range(a, b) => value(a).min(value(b))..=value(a).max(value(b)),
            })
            .collect();
        ranges.sort_by_key(|range| *range.start());
        let mut merged: Vec<RangeInclusive<u32>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some(last) if *range.start() <= last.end().saturating_add(1) => {
                    *last = *last.start()..=*last.end().max(range.end());
                }
                _ => merged.push(range),
            }
        }
        Self(merged)
    }

    /// Whether the number is in the set.
    pub(crate) fn contains(&self, number: u32) -> bool {
        let behind = self.0.partition_point(|range| *range.start() <= number);
        behind.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|range| range.contains(&number))
    }

    /// The largest number of the set.
    pub(crate) fn largest(&self) -> u32 {
        self.0.last().map_or(0, |range| *range.end())
    }
}

/// Writes numbers as a set, runs as ranges: `1:3,7` (RFC 4315 §3 `uid-set`).
pub(crate) fn write_set(out: &mut String, numbers: &[u32]) {
    let mut rest = numbers;
    while let [first, ..] = rest {
        let follows =
            |(at, number): &(usize, &u32)| number.checked_sub(*first).is_some_and(|d| d as usize == *at);
        let run = rest.iter().enumerate().take_while(follows).count();
        let (now, behind) = rest.split_at(run.max(1));
        let comma = if out.is_empty() || out.ends_with(' ') { "" } else { "," };
        match now {
            [first, .., last] => out.push_str(&format!("{comma}{first}:{last}")),
            _ => out.push_str(&format!("{comma}{first}")),
        }
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]
    use super::*;

    fn check(set: &str, largest: u32, expected: &[u32]) {
        let numbers = NumberSet::new(&set.parse().unwrap(), largest);
        let found: Vec<_> = (1..=20).filter(|n| numbers.contains(*n)).collect();
        assert_eq!(found, expected, "{set}");
    }

    #[test]
    fn sets_name_numbers() {
        check("1,3:5", 9, &[1, 3, 4, 5]);
        check("5:3,4,1", 9, &[1, 3, 4, 5]);
        check("*", 9, &[9]);
        check("7:*", 9, &[7, 8, 9]);
        check("12:*", 9, &[9, 10, 11, 12]);
        check("1:4294967295", 9, &(1..=20).collect::<Vec<_>>());
    }

    #[test]
    fn runs_are_written_as_ranges() {
        let mut out = String::new();
        write_set(&mut out, &[1, 2, 3, 7, 9, 10, u32::MAX]);
        assert_eq!(out, "1:3,7,9:10,4294967295");
    }
}
