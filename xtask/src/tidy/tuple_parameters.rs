//! What is passed together has a name.

use super::crate_source::CrateSource;
use super::rust::signature::{Parameter, tuple};
use super::tree::SourceFile;
use super::violation::Violation;

/// Written on the line of the parameter, or on the one above, with the reason after it.
const PERMIT: &str = "// tidy: takes a tuple because ";

/// Fails on a parameter that is a tuple of different types, or is taken apart like one: its parts have no names where the
/// function is called, and it hides that the function has one argument more. Two of one type are a range or a point and
/// pass; a tuple inside another type (`&[(A, B)]`) is a table and passes.
pub(super) fn no_parameter_is_a_tuple(source: &CrateSource<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (path, (file, text)) in &source.files {
        for signature in &text.signatures {
            let tuples =
                signature.parameters.iter().filter(|one| is_mixed(one) && !is_permitted(file, one.line));
            violations.extend(tuples.map(|parameter| Violation {
                path: source.path(path),
                line: parameter.line,
                what: format!("{} takes a tuple of different things", signature.name),
                why: "arguments that belong together are a struct with a name",
            }));
        }
    }
    violations
}

fn is_mixed(parameter: &Parameter) -> bool {
    let differ = |elements: Vec<String>| elements.windows(2).any(|pair| pair[0] != pair[1]);
    // Where the type is an alias, only the pattern shows that it is a tuple.
    tuple(&parameter.kind).map_or_else(|| tuple(&parameter.pattern).is_some(), differ)
}

fn is_permitted(file: &SourceFile, line: usize) -> bool {
    file.lines().any(|(number, text)| (number == line || number + 1 == line) && text.contains(PERMIT))
}

#[cfg(test)]
mod tests {
    use super::super::crate_source::tests::planted;
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let files = planted("web", &[("lib.rs", text)]);
        let violations: Vec<_> = CrateSource::all(&files).iter().flat_map(no_parameter_is_a_tuple).collect();
        let said: Vec<String> = violations
            .into_iter()
            .map(|violation| format!("{}: {}", violation.line, violation.what))
            .collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn a_planted_tuple_is_found() {
        check(
            "fn a(\n    b: u8,\n    (c, d): (Origin, Timestamp),\n) {}",
            &["3: a takes a tuple of different things"],
        );
        check(
            "impl A { fn b(&self, c: &mut (u8, &'a str)) {} }",
            &["1: b takes a tuple of different things"],
        );
        check("fn a((b, c): Pair) {}", &["1: a takes a tuple of different things"]);
    }

    #[test]
    fn ranges_tables_and_tests_pass() {
        check("fn a(b: (u32, u32), c: &[(u8, u16)], d: impl Fn(u8, u16), e: ()) {}", &[]);
        check("#[cfg(test)] mod tests { fn a(b: (u8, u16)) {} }", &[]);
    }

    #[test]
    fn a_reason_lets_a_tuple_pass() {
        check(
            "fn a(\n    // tidy: takes a tuple because axum hands it over so\n    b: (u8, u16),\n) {}",
            &[],
        );
    }
}
