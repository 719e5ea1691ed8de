//! Nothing below the handle names the handle.

use super::crate_source::CrateSource;
use super::violation::Violation;

const CRATE: &str = "authority";
const HANDLE: &str = "Authority";
/// Where it is declared, handed on and acted with.
const ABOVE: [&str; 4] = ["authority.rs", "authority/", "lib.rs", "use_cases/"];

/// Fails where a file of the authority that is below the handle says its name: what is handed the whole authority can do
/// everything, and can be understood only with everything. A file is listed once.
pub(super) fn nothing_below_names_the_handle(source: &CrateSource<'_>) -> Vec<Violation> {
    if source.name != CRATE {
        return Vec::new();
    }
    let is_below = |file: &str| {
        !ABOVE.iter().any(|place| file == *place || (place.ends_with('/') && file.starts_with(place)))
    };
    let below = source.files.iter().filter(|(file, _)| is_below(file));
    let naming = below.filter_map(|(file, (_, text))| {
        let (_, line) = text.words.iter().find(|(word, _)| word == HANDLE)?;
        Some((file, *line))
    });
    let violation = |(file, line): (&String, usize)| Violation {
        path: source.path(file),
        line,
        what: format!("names {HANDLE}"),
        why: "nothing below the handle names the handle (ARCHITECTURE.md)",
    };
    naming.map(violation).collect()
}

#[cfg(test)]
mod tests {
    use super::super::crate_source::tests::planted;
    use super::*;

    fn said(name: &str) -> Vec<String> {
        let code = "/// For [`Authority`].\nuse crate::Authority;\nimpl Authority {}\n";
        let files = planted(
            name,
            &[
                ("authority.rs", code),
                ("lib.rs", code),
                ("session/writer.rs", code),
                ("store/rows.rs", "/// Asked by [`Authority`].\nstruct AuthorityRow;"),
                ("use_cases/sign_in/mod.rs", code),
            ],
        );
        let violations =
            CrateSource::all(&files).iter().flat_map(nothing_below_names_the_handle).collect::<Vec<_>>();
        violations.into_iter().map(|violation| format!("{}:{}", violation.path, violation.line)).collect()
    }

    #[test]
    fn a_planted_handle_is_found_below_it_and_in_no_other_crate() {
        assert_eq!(said("authority"), ["crates/authority/src/session/writer.rs:2"]);
        assert_eq!(said("web"), [""; 0]);
    }
}
