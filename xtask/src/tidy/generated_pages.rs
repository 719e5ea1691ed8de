//! Pages made from the code are what the code would make now.

use crate::docs;

use super::tree::Tree;
use super::violation::Violation;

/// Fails when a generated page of `docs` is not what `cargo xtask docs` would write.
pub(super) fn pages_are_up_to_date(tree: &Tree) -> Vec<Violation> {
    let text = |path: &str| tree.files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    let Some(settings) = text(docs::SETTINGS) else { return Vec::new() };
    check(settings, text(docs::PAGE).unwrap_or_default())
}

fn check(settings: &str, page: &str) -> Vec<Violation> {
    let what = match docs::configuration(settings) {
        Ok(fresh) if fresh == page => return Vec::new(),
        Ok(_) => format!("is not what {} says; `cargo xtask docs` makes it anew", docs::SETTINGS),
        Err(failure) => format!("cannot be made from {}: {failure}", docs::SETTINGS),
    };
    let why = "an operator looks a key up there and nowhere else";
    vec![Violation { path: docs::PAGE.to_owned(), line: 1, what, why }]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = "pub(super) const SECTIONS: &[SectionSettings] = &[section(\"imap\", \"Where IMAP is served.\", &[])];";

    #[test]
    fn a_page_made_from_the_settings_passes() {
        assert_eq!(check(SETTINGS, &docs::configuration(SETTINGS).unwrap_or_default()), []);
    }

    #[test]
    fn a_planted_stale_page_is_found() {
        assert_eq!(check(SETTINGS, "# Configuration\n").len(), 1);
        assert_eq!(check("", "# Configuration\n").len(), 1);
    }
}
