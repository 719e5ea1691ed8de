//! What ARCHITECTURE.md says of a file is what the file says of itself.

use std::collections::BTreeSet;

use super::architecture::{DOCUMENT, named_paths};
use super::tree::Tree;
use super::violation::Violation;

/// Fails on a Rust file of a crate's `src` that ARCHITECTURE.md names in a sentence with words of its own, when the file does
/// not exist, or when no word of the sentence stands in the comment at its head: one of them has gone stale.
pub(super) fn sentences_agree_with_heads(tree: &Tree) -> Vec<Violation> {
    let Some(document) = tree.files.iter().find(|file| file.path == DOCUMENT) else { return Vec::new() };
    let head_of = |path: &str| {
        let file = tree.files.iter().find(|file| file.path == path)?;
        Some(head(&file.text))
    };
    check(&document.text, head_of)
}

fn check(document: &str, head_of: impl Fn(&str) -> Option<String>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for sentence in sentences(document) {
        let said = stems(&without_code(&sentence.text));
        for path in named_paths(&sentence.text).filter(|path| is_source(path)) {
            let what = match head_of(&path) {
                None => format!("names {path}, which does not exist"),
                Some(head) if said.is_empty() || share_a_stem(&said, &stems(&without_code(&head))) => {
                    continue;
                }
                Some(head) if head.is_empty() => {
                    format!("says what {path} is; the file has no comment at its head")
                }
                Some(_) => format!("says of {path} nothing that the comment at its head says"),
            };
            let why = "a walk is followed by people who then open the file";
            violations.push(Violation { path: DOCUMENT.to_owned(), line: sentence.line, what, why });
        }
    }
    violations
}

fn is_source(path: &str) -> bool {
    path.starts_with("crates/")
        && path.contains("/src/")
        && path.ends_with(".rs")
        && !path.ends_with("/tests.rs")
}

struct Sentence {
    text: String,
    line: usize,
}

/// Sentences end with a full stop and a blank, list items, rows and paragraphs with themselves.
fn sentences(document: &str) -> Vec<Sentence> {
    let mut blocks: Vec<Sentence> = Vec::new();
    let (mut is_open, mut is_drawing) = (false, false);
    for (line, text) in (1..).zip(document.lines().map(str::trim)) {
        if text.starts_with("```") {
            (is_open, is_drawing) = (false, !is_drawing);
        } else if is_drawing || text.is_empty() || text.starts_with('#') {
            is_open = false;
        } else if is_open && !begins_a_block(text) {
            if let Some(block) = blocks.last_mut() {
                block.text = format!("{}\n{text}", block.text);
            }
        } else {
            blocks.push(Sentence { text: text.to_owned(), line });
            is_open = true;
        }
    }
    blocks.iter().flat_map(sentences_of).collect()
}

fn begins_a_block(text: &str) -> bool {
    let numbered =
        text.split_once(". ").is_some_and(|(number, _)| number.bytes().all(|c| c.is_ascii_digit()));
    numbered || text.starts_with(['|', '*', '-'])
}

fn sentences_of(block: &Sentence) -> Vec<Sentence> {
    let mut sentences = vec![Sentence { text: String::new(), line: block.line }];
    let mut line = block.line;
    for (text, end) in block.text.split_inclusive([' ', '\n']).map(|word| (word, word.trim_end())) {
        if let Some(sentence) = sentences.last_mut() {
            sentence.text.push_str(text);
        }
        line += text.matches('\n').count();
        let is_number = end.trim_end_matches('.').bytes().all(|c| c.is_ascii_digit());
        if end.ends_with('.') && !is_number {
            sentences.push(Sentence { text: String::new(), line });
        }
    }
    sentences.retain(|sentence| !sentence.text.trim().is_empty());
    sentences
}

/// The comment `//!` a file begins with.
fn head(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What stands between backticks is a name, not a word.
fn without_code(text: &str) -> String {
    text.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

/// Words that any two sentences share.
const STOP_WORDS: &str = "about after again also another because been before being both but come comes does done each else \
    even every from goes have here into itself just like made make many more most much must never nobody none nothing once \
    only other others over same some such than that their them then there these they thing things this those through \
    under until upon very well were what when where whether which while whoever whom whose will with within without would \
    your file files crate module postward";
/// A stem shorter than this says nothing.
const SHORTEST: usize = 4;
const ENDINGS: [&str; 14] =
    ["ations", "ation", "ings", "ing", "ions", "ion", "ers", "ies", "ied", "er", "ed", "es", "s", "e"];

fn stems(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase);
    let others = words.filter(|word| !STOP_WORDS.split_whitespace().any(|stop| stop == word));
    others.map(|word| stem(&word)).filter(|stem| is_telling(stem)).collect()
}

/// `copied`, `copies` and `copying` are `copy`.
fn stem(word: &str) -> String {
    let mut stems = ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending));
    let stem = stems.find(|stem| is_telling(stem)).unwrap_or(word);
    stem.strip_suffix('i').map_or_else(|| stem.to_owned(), |stem| format!("{stem}y"))
}

fn is_telling(stem: &str) -> bool {
    stem.chars().count() >= SHORTEST
}

fn share_a_stem(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    !one.is_disjoint(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(document: &str) -> Vec<String> {
        let head_of = |path: &str| match path {
            "crates/gate/src/splice.rs" => Some(" Copies bytes between a client and an engine.".to_owned()),
            "crates/gate/src/silent.rs" => Some(String::new()),
            _ => None,
        };
        check(document, head_of).into_iter().map(|one| format!("{}: {}", one.line, one.what)).collect()
    }

    #[test]
    fn a_shared_stem_is_enough() {
        assert_eq!(said("1. The gate is copying\n   all of it (`crates/gate/src/splice.rs`)."), [""; 0]);
    }

    #[test]
    fn planted_sentences_that_went_stale_are_found() {
        assert_eq!(
            said("First. Then the password is hashed (`crates/gate/src/splice.rs`). Bytes are copied."),
            ["1: says of crates/gate/src/splice.rs nothing that the comment at its head says"]
        );
        assert_eq!(
            said("* Bytes are copied.\n* The hasher: `crates/gate/src/splice.rs`"),
            ["2: says of crates/gate/src/splice.rs nothing that the comment at its head says"]
        );
        assert_eq!(
            said("\nBytes are copied in `crates/gate/src/gone.rs`"),
            ["2: names crates/gate/src/gone.rs, which does not exist"]
        );
        assert_eq!(
            said("Bytes, see `crates/gate/src/silent.rs`"),
            ["1: says what crates/gate/src/silent.rs is; the file has no comment at its head"]
        );
    }

    #[test]
    fn a_path_alone_folders_tests_and_drawings_pass() {
        assert_eq!(said("`crates/gate/src/splice.rs`"), [""; 0]);
        assert_eq!(said("Keys: `crates/gate/src` and `crates/gate/tests/it/splice.rs`"), [""; 0]);
        assert_eq!(said("```text\nkeys `crates/gate/src/splice.rs`\n```"), [""; 0]);
    }

    #[test]
    fn the_head_is_the_first_comment_alone() {
        assert_eq!(head("//! One.\n//!\n//! Two.\n\n//! Three."), " One.\n\n Two.");
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        assert_eq!(stems("copied copies copying copy"), BTreeSet::from(["copy".to_owned()]));
        assert_eq!(stems("the hasher hashed a key"), BTreeSet::from(["hash".to_owned()]));
    }
}
