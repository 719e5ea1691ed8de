//! Every module is named after what it is.

use super::tree::SourceFile;
use super::violation::Violation;

const NAMELESS: [&str; 9] =
    ["utils", "util", "helpers", "helper", "common", "types", "misc", "shared", "functions"];

/// Fails on a source file, folder or inline module whose name says nothing about its content. Crates are covered
/// by their folder.
pub(super) fn modules_have_names(file: &SourceFile) -> Vec<Violation> {
    if ![".rs", ".mjs", ".js"].iter().any(|ending| file.path.ends_with(ending)) {
        return Vec::new();
    }
    let stems = file.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
    let mut found: Vec<(usize, String)> =
        stems.filter(is_nameless).map(|name| (1, name.to_owned())).collect();
    if file.is_rust() {
        let modules = file.lines().filter_map(|(line, content)| Some((line, inline_module(content)?)));
        found.extend(
            modules.filter(|(_, name)| is_nameless(name)).map(|(line, name)| (line, name.to_owned())),
        );
    }
    let why = "a thing without a place shows a missing noun";
    let violation =
        |(line, name)| Violation { path: file.path.clone(), line, what: format!("is named {name}"), why };
    found.into_iter().map(violation).collect()
}

fn is_nameless(name: &&str) -> bool {
    NAMELESS.contains(name)
}

/// The name of `mod name {`, however visible. `mod name;` is seen as the file it names.
fn inline_module(line: &str) -> Option<&str> {
    let before_brace = line.trim().strip_suffix('{')?.trim_end();
    let (visibility, name) = before_brace.rsplit_once("mod ")?;
    (visibility.is_empty() || visibility.starts_with("pub")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[&str]) {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        let said: Vec<String> =
            modules_have_names(&file).into_iter().map(|violation| violation.what).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn files_folders_and_inline_modules_are_seen() {
        check("crates/web/src/utils.rs", "", &["is named utils"]);
        check("crates/common/src/lib.rs", "", &["is named common"]);
        check("crates/web/src/page.rs", "pub(crate) mod helpers {\n}\n", &["is named helpers"]);
    }

    #[test]
    fn a_noun_passes() {
        check("crates/wire/src/refusal.rs", "mod tests {\n}\n", &[]);
    }
}
