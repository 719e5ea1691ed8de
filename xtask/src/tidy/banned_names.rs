//! Files, types and functions are called what the field calls them.

use super::banned_words::{BANNED, Banned, Match};
use super::crate_source::CrateSource;
use super::rust::module::DeclaredKind;
use super::violation::Violation;

const FILE: &str = "file or folder";
const TYPE: &str = "type";
const FUNCTION: &str = "function";

/// Fails on the name of a file, folder, module, type or function that [`BANNED`] lists, and says the right word.
pub(super) fn names_are_the_fields(source: &CrateSource<'_>) -> Vec<Violation> {
    let banned: Vec<&Banned> = BANNED.iter().filter(|word| word.holds_in(&source.name)).collect();
    let find = |name: &str, kind: &str| banned.iter().find(|word| word.fits(name, kind)).copied();
    let mut violations = Vec::new();
    for (file, (_, text)) in &source.files {
        let mut say = |line: usize, kind: &str, name: &str, word: &Banned| {
            let what = format!("calls a {kind} {name}: say {}", word.instead);
            let why = "a name alone has to tell an engineer of the field what is inside";
            violations.push(Violation { path: source.path(file), line, what, why });
        };
        for part in file.trim_end_matches(".rs").split('/') {
            if let Some(word) = find(part, FILE) {
                say(1, FILE, part, word);
            }
        }
        for declared in &text.declared {
            let kind = match declared.kind {
                // Seen as the file it names.
                DeclaredKind::Module | DeclaredKind::Other => continue,
                DeclaredKind::Type => TYPE,
                DeclaredKind::Function => FUNCTION,
            };
            if let Some(word) = find(&declared.name, kind) {
                say(declared.line, kind, &declared.name, word);
            }
        }
    }
    violations
}

impl Banned {
    fn holds_in(&self, source: &str) -> bool {
        self.within.is_empty() || self.within.contains(&source)
    }

    /// `desk` is a part of `SessionDesk`, `desk_of` and `desk`.
    fn fits(&self, name: &str, kind: &str) -> bool {
        let (name, word) = (words(name), words(self.word));
        match self.fits {
            Match::Part => name.windows(word.len()).any(|part| part == word),
            Match::Whole => name == word,
            Match::Noun => name == word && kind != FUNCTION,
            Match::File => name == word && kind == FILE,
        }
    }
}

/// The words of `snake_case` and `CamelCase`, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if c == '_' || c.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c != '_') {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::super::crate_source::tests::planted;
    use super::*;

    fn said(name: &str, file: &str, text: &str) -> Vec<String> {
        let files = planted(name, &[(file, text)]);
        let violations: Vec<_> = CrateSource::all(&files).iter().flat_map(names_are_the_fields).collect();
        violations.into_iter().map(|violation| format!("{}: {}", violation.line, violation.what)).collect()
    }

    #[test]
    fn planted_names_are_found_with_the_right_word() {
        assert_eq!(
            said("authority", "desk.rs", "\nstruct DeskEntry;\nfn may_act() {}\n"),
            [
                "1: calls a file or folder desk: say session_writer",
                "2: calls a type DeskEntry: say session_writer",
                "3: calls a function may_act: say require_recent_auth",
            ]
        );
        assert_eq!(said("web", "view/told.rs", ""), ["1: calls a file or folder told: say message_page"]);
    }

    #[test]
    fn a_common_word_is_banned_alone_and_where_it_means_something_else() {
        assert_eq!(said("authority", "lib.rs", "fn take() {}").len(), 1);
        assert_eq!(said("authority", "lib.rs", "fn take_post() {}"), [""; 0]);
        assert_eq!(said("mailstore", "lib.rs", "fn take() {}"), [""; 0]);
        assert_eq!(said("mailstore", "lib.rs", "fn view() {} fn view_of() {}"), [""; 0]);
        assert_eq!(said("mailstore", "view.rs", "struct View;").len(), 2);
    }

    #[test]
    fn inline_modules_variants_and_tests_are_not_looked_at() {
        assert_eq!(
            said("gate", "lib.rs", "enum A { Crowd } #[cfg(test)] mod tests { struct House; }"),
            [""; 0]
        );
    }

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("SessionDesk_of2"), ["session", "desk", "of2"]);
    }
}
