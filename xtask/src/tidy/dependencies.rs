//! Every dependency a crate asks for is one it uses.

use super::tree::{Package, Tree};
use super::violation::Violation;

/// Fails on a dependency that no Rust file of its package names, and on one of the workspace that no package asks for: each is
/// compiled, audited and updated for nothing.
pub(super) fn all_are_used(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in &tree.packages {
        let Some(folder) = package.folder(&tree.root) else { continue };
        let texts: Vec<_> =
            tree.files.iter().filter(|file| file.is_rust() && file.path.starts_with(&folder)).collect();
        let unused = unused(package, |name| texts.iter().any(|file| names_crate(&file.text, name)));
        violations.extend(unused.into_iter().map(|name| Violation {
            path: format!("{folder}Cargo.toml"),
            line: 1,
            what: format!("asks for {name} and does not use it"),
            why: "it is compiled, audited and updated for nothing",
        }));
    }
    let manifest = tree.files.iter().find(|file| file.path == "Cargo.toml");
    let listed = manifest.map(|file| workspace_dependencies(&file.text)).unwrap_or_default();
    let is_asked_for = |name: &str| {
        tree.packages.iter().any(|package| package.dependencies.iter().any(|one| one.name == name))
    };
    violations.extend(listed.into_iter().filter(|(_, name)| !is_asked_for(name)).map(|(line, name)| {
        Violation {
            path: "Cargo.toml".to_owned(),
            line,
            what: format!("lists {name} for the workspace, and no crate asks for it"),
            why: "nobody would notice that it has gone stale",
        }
    }));
    violations
}

fn unused(package: &Package, is_named: impl Fn(&str) -> bool) -> Vec<String> {
    let names = package.dependencies.iter().map(|dependency| &dependency.name);
    names.filter(|name| !is_named(&name.replace('-', "_"))).cloned().collect()
}

/// Whether a text names a crate in a path, an import or an attribute.
fn names_crate(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// The names in the table of the workspace, with their lines.
fn workspace_dependencies(manifest: &str) -> Vec<(usize, String)> {
    let lines =
        (1..).zip(manifest.lines()).skip_while(|(_, line)| *line != "[workspace.dependencies]").skip(1);
    let table = lines.take_while(|(_, line)| !line.starts_with('['));
    table.filter_map(|(number, line)| Some((number, line.split_once(" = ")?.0.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::Dependency;
    use super::*;

    #[test]
    fn a_planted_dependency_that_nothing_names_is_found() {
        let dependency = |name: &str| Dependency { name: name.to_owned(), path: None };
        let package = Package {
            name: "postward-wire".to_owned(),
            manifest_path: String::new(),
            dependencies: vec![dependency("mail-parser"), dependency("insta")],
        };
        let text = "use mail_parser::Message;\nlet instance = 1;";
        assert_eq!(unused(&package, |name| names_crate(text, name)), ["insta"]);
    }

    #[test]
    fn the_table_of_the_workspace_is_read_to_its_end() {
        let manifest = "[workspace]\n\n[workspace.dependencies]\ninsta = \"1\"\n# why\njiff = \"1\"\n\n[profile.dev]\ndebug = 1\n";
        assert_eq!(workspace_dependencies(manifest), [(4, "insta".to_owned()), (6, "jiff".to_owned())]);
    }
}
