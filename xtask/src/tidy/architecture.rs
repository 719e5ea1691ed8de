//! ARCHITECTURE.md stays short and names only what exists.

use std::path::Path;

use super::tree::Tree;
use super::violation::Violation;

pub(super) const DOCUMENT: &str = "ARCHITECTURE.md";
const MOST_LINES: usize = 250;

/// A word in backticks that starts with one of these is a path of ours; anything else with a slash in it (a URL
/// path, a MIME type) is not.
const TOP_FOLDERS: [&str; 9] =
    ["crates", "docs", "xtask", "fuzz", "tests", "packaging", ".ci", ".cargo", ".config"];

/// Fails when the document is missing, is too long to be read in one sitting, or names a path that has moved.
pub(super) fn names_what_exists(tree: &Tree) -> Vec<Violation> {
    match tree.files.iter().find(|file| file.path == DOCUMENT) {
        Some(document) => check(&document.text, |path| Path::new(&tree.root).join(path).exists()),
        None => {
            let why = "a newcomer needs one page that shows the crates";
            vec![Violation { path: DOCUMENT.to_owned(), line: 1, what: "does not exist".to_owned(), why }]
        }
    }
}

fn check(text: &str, exists: impl Fn(&str) -> bool) -> Vec<Violation> {
    let mut violations = Vec::new();
    let length = text.lines().count();
    if length > MOST_LINES {
        violations.push(Violation {
            path: DOCUMENT.to_owned(),
            line: length,
            what: format!("has {length} lines, {MOST_LINES} are allowed"),
            why: "a map longer than a sitting is not read",
        });
    }
    for (line, content) in (1..).zip(text.lines()) {
        for path in named_paths(content).filter(|path| !exists(path)) {
            violations.push(Violation {
                path: DOCUMENT.to_owned(),
                line,
                what: format!("names {path}, which does not exist"),
                why: "a stale map is worse than none",
            });
        }
    }
    violations
}

/// The paths a line names: `` `crates/wire/src/{imap,pop3}/preauth.rs` `` names two.
pub(super) fn named_paths(line: &str) -> impl Iterator<Item = String> {
    // Between the first and the second backtick, the third and the fourth, and so on.
    let quoted = line.split('`').skip(1).step_by(2);
    quoted
        .filter(|word| word.split_once('/').is_some_and(|(top, _)| TOP_FOLDERS.contains(&top)))
        .flat_map(alternatives)
}

/// Writes the braces of a path out. A `*` stands for any name, so only the folder before it can be asked for.
fn alternatives(word: &str) -> Vec<String> {
    let word = word.split_once('*').map_or(word, |(before, _)| before);
    let Some((before, rest)) = word.split_once('{') else { return vec![word.to_owned()] };
    let Some((choices, after)) = rest.split_once('}') else { return vec![word.to_owned()] };
    let tails = alternatives(after);
    let mut paths = Vec::new();
    for choice in choices.split(',') {
        paths.extend(tails.iter().map(|tail| format!("{before}{}{tail}", choice.trim())));
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let exists = |path: &str| path.starts_with("crates/wire");
        check(text, exists)
            .into_iter()
            .map(|violation| format!("{}: {}", violation.line, violation.what))
            .collect()
    }

    #[test]
    fn a_moved_file_is_found_with_its_line() {
        let text = "See `crates/wire/src/sasl.rs`,\nthen `crates/gate/src/splice.rs` and `text/html`.";
        assert_eq!(said(text), ["2: names crates/gate/src/splice.rs, which does not exist"]);
    }

    #[test]
    fn braces_name_every_path_and_a_star_its_folder() {
        let text = "`crates/{wire,gate}/src` `crates/wire/src/*/preauth.rs`";
        assert_eq!(said(text), ["1: names crates/gate/src, which does not exist"]);
    }

    #[test]
    fn a_document_longer_than_a_sitting_fails() {
        assert_eq!(said(&"line\n".repeat(251)), ["251: has 251 lines, 250 are allowed"]);
    }
}
