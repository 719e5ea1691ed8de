//! Files end before the reader does.

use super::tree::SourceFile;
use super::violation::Violation;

const MOST_LINES: usize = 600;

/// Fails on a Rust file so long that a second noun must be hiding in it.
pub(super) fn files_are_short(file: &SourceFile) -> Vec<Violation> {
    let length = file.text.lines().count();
    if !file.is_rust() || length <= MOST_LINES {
        return Vec::new();
    }
    vec![Violation {
        path: file.path.clone(),
        line: MOST_LINES,
        what: format!("has {length} lines, {MOST_LINES} are allowed"),
        why: "a file this long hides a second noun",
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violations(lines: usize) -> usize {
        let file = SourceFile { path: "crates/web/src/page.rs".to_owned(), text: "//\n".repeat(lines) };
        files_are_short(&file).len()
    }

    #[test]
    fn the_six_hundred_and_first_line_fails() {
        assert_eq!((violations(600), violations(601)), (0, 1));
    }
}
