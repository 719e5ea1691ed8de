//! A checkout works wherever it lies.

use super::tree::SourceFile;
use super::violation::Violation;

/// Homes and work trees of one machine. Written in two halves so that this file does not name them.
const MACHINE_FOLDERS: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

/// Fails on a file that names a folder of the machine it was written on.
pub(super) fn nothing_names_this_machine(file: &SourceFile) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (line, content) in file.lines() {
        for folder in MACHINE_FOLDERS.iter().filter(|folder| stands_alone(content, folder)) {
            violations.push(Violation {
                path: file.path.clone(),
                line,
                what: format!("names {folder}"),
                why: "no other machine has that folder",
            });
        }
    }
    violations
}

/// An absolute path starts a word; in `example.org/home/` the slash only continues one.
fn stands_alone(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '}' | '/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_path_is_found_and_a_web_address_is_not() {
        let home = concat!("/ho", "me/");
        assert!(stands_alone(&format!("\"{home}ada/mail\""), home));
        assert!(!stands_alone(&format!("https://example.org{home}page"), home));
    }
}
