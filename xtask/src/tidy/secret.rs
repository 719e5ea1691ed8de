//! What is secret can be taken in, compared and hashed, and nothing else.

use super::tree::SourceFile;
use super::violation::Violation;

const TYPE: &str = "Secret";
const FORBIDDEN: [&str; 5] = ["Debug", "Display", "Clone", "Copy", "Serialize"];

/// Fails when `Secret` gains a way out, derived or written by hand: a log line, a form or a copy that outlives
/// its zeroing all begin with one of these traits.
pub(super) fn secrets_stay_write_only(file: &SourceFile) -> Vec<Violation> {
    if !file.is_rust() {
        return Vec::new();
    }
    let lines: Vec<&str> = file.text.lines().collect();
    let mut violations = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let exits =
            if declares_secret(line) { derived_above(&lines[..at]) } else { implemented_by_hand(line) };
        violations.extend(exits.into_iter().map(|exit| Violation {
            path: file.path.clone(),
            line: at + 1,
            what: format!("{TYPE} is {exit}"),
            why: "a secret that can be printed or copied will be",
        }));
    }
    violations
}

fn declares_secret(line: &str) -> bool {
    let Some((before, after)) = line.split_once("struct ") else { return false };
    let name_end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
    (before.is_empty() || before.starts_with("pub")) && &after[..name_end] == TYPE
}

/// The forbidden traits in the attributes that stand directly above a declaration.
fn derived_above(lines: &[&str]) -> Vec<&'static str> {
    let attributes = lines.iter().rev().take_while(|line| !line.is_empty() && !line.ends_with(['}', ';']));
    let attributes: Vec<&str> =
        attributes.copied().filter(|line| !line.trim_start().starts_with("//")).collect();
    FORBIDDEN.into_iter().filter(|exit| attributes.iter().any(|line| has_word(line, exit))).collect()
}

/// The forbidden trait in `impl fmt::Debug for Secret {`.
fn implemented_by_hand(line: &str) -> Vec<&'static str> {
    let Some((head, of)) = line.split_once(" for ") else { return Vec::new() };
    let is_ours = head.starts_with("impl") && of.trim_end_matches([' ', '{', '}']) == TYPE;
    FORBIDDEN.into_iter().filter(|exit| is_ours && has_word(head, exit)).collect()
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let file = SourceFile { path: "crates/wire/src/secret.rs".to_owned(), text: text.to_owned() };
        let said: Vec<String> =
            secrets_stay_write_only(&file).into_iter().map(|violation| violation.what).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn a_derived_way_out_is_found() {
        check(
            "#[derive(Clone, Zeroize)]\n/// A password.\npub struct Secret(String);\n",
            &["Secret is Clone"],
        );
    }

    #[test]
    fn a_handwritten_way_out_is_found() {
        check("impl std::fmt::Debug for Secret {\n", &["Secret is Debug"]);
    }

    #[test]
    fn other_types_and_other_traits_pass() {
        check(
            "#[derive(Debug)]\nstruct SecretKind;\n\n#[derive(Zeroize)]\npub struct Secret(String);\n",
            &[],
        );
        check("impl Drop for Secret {\n", &[]);
    }
}
