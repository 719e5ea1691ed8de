//! What is committed is finished.

use super::tree::SourceFile;
use super::violation::Violation;

/// Written in halves so that this file passes its own rule.
const MARKS: [&str; 6] = [
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
    concat!("#[ig", "nore"),
    concat!("// TO", "DO"),
    concat!("// FIX", "ME"),
];

/// Fails on marks of work in progress, in tests as well: a test that is skipped promises nothing.
pub(super) fn nothing_is_left_for_later(file: &SourceFile) -> Vec<Violation> {
    if !file.is_rust() {
        return Vec::new();
    }
    let mut violations = Vec::new();
    for (line, content) in file.lines() {
        for mark in MARKS.iter().filter(|mark| content.contains(**mark)) {
            violations.push(Violation {
                path: file.path.clone(),
                line,
                what: format!("says {mark}"),
                why: "unfinished work belongs in an issue, where somebody sees it",
            });
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skipped_test_is_found() {
        let text = format!("{}]\nfn a() {{}}\n", MARKS[3]);
        let file = SourceFile { path: "crates/wire/src/line.rs".to_owned(), text };
        assert_eq!(nothing_is_left_for_later(&file).len(), 1);
    }
}
