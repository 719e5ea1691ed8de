//! No file needs another that needs it.

use super::crate_source::CrateSource;
use super::violation::Violation;

/// Fails on every file that stands in an import circle of its crate, and names what it takes from the others of it.
/// A file that only hands names on (`pub use`) takes nothing.
pub(super) fn no_file_stands_in_a_circle(source: &CrateSource<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for circle in source.graph.circles() {
        for file in &circle {
            let inside = source.graph.arrows().filter(|(from, to, _)| from == file && circle.contains(to));
            let taken: Vec<_> = inside.collect();
            let names: Vec<String> =
                taken.iter().map(|(_, to, arrow)| format!("{} ({to})", arrow.name)).collect();
            violations.push(Violation {
                path: source.path(file),
                line: taken.first().map_or(1, |(_, _, arrow)| arrow.line),
                what: format!(
                    "stands in an import circle of {} files, by {}",
                    circle.len(),
                    names.join(", ")
                ),
                why: "files that need each other can only be read together",
            });
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::crate_source::tests::planted;
    use super::*;

    #[test]
    fn a_planted_circle_is_said_at_each_of_its_files() {
        let files = planted(
            "web",
            &[
                ("lib.rs", "mod a; mod b; pub use a::A;"),
                ("a.rs", "\nuse crate::b::B; pub struct A;"),
                ("b.rs", "use crate::A; pub struct B;"),
            ],
        );
        let said: Vec<String> = CrateSource::all(&files)
            .iter()
            .flat_map(no_file_stands_in_a_circle)
            .map(|violation| format!("{}:{}: {}", violation.path, violation.line, violation.what))
            .collect();
        assert_eq!(
            said,
            [
                "crates/web/src/a.rs:2: stands in an import circle of 2 files, by crate::b::B (b.rs)",
                "crates/web/src/b.rs:1: stands in an import circle of 2 files, by crate::A (a.rs)",
            ]
        );
    }
}
