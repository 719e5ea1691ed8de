//! Makes the pages of `docs` that are generated from the code: the configuration, from the list of settings that the reader
//! of `postward.toml` works with.

use std::fs;
use std::path::Path;

use crate::Failure;

/// The generated page.
pub(crate) const PAGE: &str = "docs/configuration.md";
/// The list of settings it is made from.
pub(crate) const SETTINGS: &str = "crates/postward/src/config/settings.rs";

const HEAD: &str = "\
<!-- Made by `cargo xtask docs` from crates/postward/src/config/settings.rs. -->

# Configuration

`postward.toml` stands in the directory that `--dir` names, or is named by `--config`. Everything has a default: an empty file
is a configuration. A key that does not exist, or a value of the wrong kind, is an error that names file, line and key.

Every key can be given as an environment variable as well, which overrides the file: `POSTWARD_SECTION__KEY`, with two
underscores between section and key; the items of a list are separated by commas. `POSTWARD_IMAP__TLS` is `tls` in `[imap]`.

Lengths of time are a number with its unit: `\"500ms\"`, `\"30s\"`, `\"10m\"`, `\"2h\"`, `\"1d\"`.
";

/// Writes the generated pages.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let source = fs::read_to_string(root.join(SETTINGS)).map_err(|error| format!("{SETTINGS}: {error}"))?;
    fs::write(root.join(PAGE), configuration(&source)?).map_err(|error| format!("{PAGE}: {error}"))
}

/// The page of the configuration.
pub(crate) fn configuration(settings: &str) -> Result<String, Failure> {
    let list = settings.split_once("pub(super) const SECTIONS").ok_or("there is no list of sections")?.1;
    let mut page = HEAD.to_owned();
    for section in list.split("section(").skip(1) {
        let mut calls = section.split("setting(");
        let [name, about] = literals(calls.next().unwrap_or_default())?;
        page += &format!("\n## [{name}]\n\n{about}\n\n| key | default | |\n|---|---|---|\n");
        for call in calls {
            let [key, default, about] = literals(call)?;
            page += &format!("| `{key}` | {} | {about} |\n", shown(&default));
        }
    }
    Ok(page)
}

/// A fixed default is code; words stand without their brackets.
fn shown(default: &str) -> String {
    match default.strip_prefix('(').and_then(|words| words.strip_suffix(')')) {
        Some(words) => words.to_owned(),
        None => format!("`{default}`"),
    }
}

/// The first string literals of a call. Escapes are those rustfmt leaves: a quote, a backslash, the end of a line.
fn literals<const COUNT: usize>(call: &str) -> Result<[String; COUNT], Failure> {
    let mut rest = call;
    let mut found = Vec::new();
    while found.len() < COUNT {
        let start = rest.find('"').ok_or_else(|| format!("{COUNT} texts are expected in {call}"))?;
        let mut text = String::new();
        let mut characters = rest[start + 1..].char_indices();
        let end = loop {
            match characters.next() {
                Some((at, '"')) => break start + 1 + at + 1,
                Some((_, '\\')) => match characters.next() {
                    Some((_, '\n')) => {
                        let blanks = characters.clone().take_while(|(_, c)| c.is_whitespace()).count();
                        characters.by_ref().take(blanks).for_each(drop);
                    }
                    Some((_, escaped)) => text.push(escaped),
                    None => return Err(format!("a text does not end in {call}")),
                },
                Some((_, character)) => text.push(character),
                None => return Err(format!("a text does not end in {call}")),
            }
        };
        found.push(text);
        rest = &rest[end..];
    }
    found.try_into().map_err(|_| "as many as were asked for".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_settings_becomes_a_page() {
        let source = "pub(super) const SECTIONS: &[SectionSettings] = &[
            section(
                \"imap\",
                \"Where IMAP is served.\",
                &[
                    setting(\"tls\", \"[\\\"0.0.0.0:993\\\"]\", \"TLS from the first \\
                     byte.\"),
                    setting(\"ca\", \"(none)\", \"What to trust.\"),
                ],
            ),
        ];";
        let page = configuration(source).unwrap_or_default();
        let expected = "\n## [imap]\n\nWhere IMAP is served.\n\n| key | default | |\n|---|---|---|\n\
            | `tls` | `[\"0.0.0.0:993\"]` | TLS from the first byte. |\n| `ca` | none | What to trust. |\n";
        assert_eq!(page.strip_prefix(HEAD), Some(expected));
    }

    #[test]
    fn a_list_that_cannot_be_read_is_an_error() {
        assert!(configuration("").is_err());
        assert!(configuration("pub(super) const SECTIONS = section(\"imap\", \"About").is_err());
    }
}
