//! A path through the code is short, and leads on.

use std::collections::BTreeMap;

use super::architecture::{DOCUMENT, named_paths};
use super::tree::Tree;
use super::violation::Violation;

/// How often a walk may come by the same file. Whoever has to go back a second time has found a boundary that is wrong.
const VISITS: usize = 2;

/// Holds each `## Walk: … (at most N files)` of ARCHITECTURE.md to its number: the files named in its numbered list.
pub(super) fn walks_are_short(tree: &Tree) -> Vec<Violation> {
    let document = tree.files.iter().find(|file| file.path == DOCUMENT);
    document.map_or_else(Vec::new, |file| check(&file.text))
}

/// A walk: where it stands, how many files it may name, how often it names each.
struct Walk<'a> {
    line: usize,
    heading: &'a str,
    at_most: usize,
    visits: BTreeMap<String, usize>,
}

fn check(document: &str) -> Vec<Violation> {
    walks(document).iter().flat_map(complaints).collect()
}

fn complaints(walk: &Walk<'_>) -> Vec<Violation> {
    let complaint = |what: String| Violation {
        path: DOCUMENT.to_owned(),
        line: walk.line,
        what: format!("{}: {what}", walk.heading),
        why: "a walk that long, or that comes back, is a boundary in the wrong place",
    };
    let mut complaints = Vec::new();
    if walk.visits.len() > walk.at_most {
        complaints.push(complaint(format!("{} files", walk.visits.len())));
    }
    let often = walk.visits.iter().filter(|(_, visits)| **visits > VISITS);
    complaints.extend(often.map(|(path, visits)| complaint(format!("comes by {path} {visits} times"))));
    complaints
}

fn walks(document: &str) -> Vec<Walk<'_>> {
    let mut walks: Vec<Walk<'_>> = Vec::new();
    let (mut is_in_walk, mut is_in_list) = (false, false);
    for (line, text) in (1..).zip(document.lines()) {
        if let Some(heading) = text.strip_prefix("## ") {
            let limit = heading.strip_prefix("Walk: ").and_then(limit);
            is_in_walk = limit.is_some();
            walks.extend(limit.map(|at_most| Walk { line, heading, at_most, visits: BTreeMap::new() }));
        }
        is_in_list = begins_an_item(text) || (is_in_list && text.starts_with("  "));
        if let Some(walk) = walks.last_mut().filter(|_| is_in_walk && is_in_list) {
            named_paths(text).for_each(|path| *walk.visits.entry(path).or_default() += 1);
        }
    }
    walks
}

/// The number in `a sign-in (at most 15 files)`.
fn limit(heading: &str) -> Option<usize> {
    heading.split_once("(at most ")?.1.strip_suffix(" files)")?.parse().ok()
}

fn begins_an_item(text: &str) -> bool {
    text.split_once(". ").is_some_and(|(number, _)| number.parse::<usize>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(document: &str) -> Vec<String> {
        check(document).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn a_short_walk_passes_and_what_stands_around_it_is_not_counted() {
        let document = "## Walk: one (at most 1 files)\n\nSee `crates/a/src/other.rs`.\n\n1. `crates/a/src/one.rs` begins\n   and `crates/a/src/one.rs` ends.\n\nThen `crates/a/src/two.rs`.\n\n## Else\n\n1. `crates/a/src/two.rs`\n";
        assert_eq!(said(document), [""; 0]);
    }

    #[test]
    fn a_planted_long_walk_is_found() {
        let document =
            "## Walk: one (at most 1 files)\n\n1. `crates/a/src/one.rs`\n2. `crates/a/src/two.rs`\n";
        assert_eq!(said(document), ["Walk: one (at most 1 files): 2 files"]);
    }

    #[test]
    fn a_planted_third_visit_is_found() {
        let document = "## Walk: one (at most 9 files)\n\n1. `crates/a/src/one.rs`\n2. `crates/a/src/one.rs`\n3. `crates/a/src/one.rs`\n";
        assert_eq!(said(document), ["Walk: one (at most 9 files): comes by crates/a/src/one.rs 3 times"]);
    }
}
