//! The Rust source of one crate, read once for all rules that look at more than one file.

use std::collections::BTreeMap;

use super::rust::graph::Graph;
use super::rust::module::{Source, read};
use super::tree::SourceFile;

/// A crate: what stands under its `src`, tests left out.
pub(super) struct CrateSource<'a> {
    /// The name of its folder: `authority`, `xtask`.
    pub(super) name: String,
    /// From the root to its `src`, with a slash at the end.
    pub(super) folder: String,
    pub(super) files: BTreeMap<String, (&'a SourceFile, Source)>,
    pub(super) graph: Graph,
}

impl<'a> CrateSource<'a> {
    /// Every crate under `crates/`, and xtask.
    pub(super) fn all(files: &'a [SourceFile]) -> Vec<Self> {
        let mut crates: BTreeMap<String, Vec<&SourceFile>> = BTreeMap::new();
        for file in files.iter().filter(|file| file.is_rust()) {
            if let Some(folder) = source_folder(&file.path) {
                crates.entry(folder.to_owned()).or_default().push(file);
            }
        }
        crates.into_iter().map(|(folder, files)| Self::of(folder, &files)).collect()
    }

    fn of(folder: String, files: &[&'a SourceFile]) -> Self {
        let name = folder.trim_end_matches("/src/").rsplit('/').next().unwrap_or_default().to_owned();
        let relative = |file: &SourceFile| file.path[folder.len()..].to_owned();
        let sources: BTreeMap<String, Source> =
            files.iter().map(|file| (relative(file), read(&file.text))).collect();
        let graph = Graph::of(&sources);
        let texts: BTreeMap<String, &SourceFile> = files.iter().map(|file| (relative(file), *file)).collect();
        let both = sources.into_iter().zip(texts.into_values());
        let product = both.filter(|((path, _), _)| graph.files.contains(path));
        let files = product.map(|((path, source), text)| (path, (text, source))).collect();
        Self { name, folder, files, graph }
    }

    /// The path of one of its files from the root.
    pub(super) fn path(&self, file: &str) -> String {
        format!("{}{file}", self.folder)
    }
}

/// `crates/web/src/` of `crates/web/src/view/page.rs`.
fn source_folder(path: &str) -> Option<&str> {
    let below = if path.starts_with("crates/") { 3 } else { 2 };
    let end = path.match_indices('/').nth(below - 1)?.0 + 1;
    let folder = &path[..end];
    let is_ours = folder == "xtask/src/" || (folder.starts_with("crates/") && folder.ends_with("/src/"));
    is_ours.then_some(folder)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A crate made of files given by their paths under `crates/NAME/src/`.
    pub(in crate::tidy) fn planted(name: &str, files: &[(&str, &str)]) -> Vec<SourceFile> {
        let file = |(path, text): &(&str, &str)| SourceFile {
            path: format!("crates/{name}/src/{path}"),
            text: (*text).to_owned(),
        };
        files.iter().map(file).collect()
    }

    #[test]
    fn crates_are_found_and_their_tests_left_out() {
        let mut files = planted("web", &[("a.rs", ""), ("lib.rs", "mod a;"), ("a/tests.rs", "")]);
        files.extend(planted("wire", &[("lib.rs", "")]));
        let path = "crates/wire/tests/it/main.rs".to_owned();
        files.push(SourceFile { path, text: String::new() });
        let path = "xtask/src/main.rs".to_owned();
        files.push(SourceFile { path, text: String::new() });
        let crates = CrateSource::all(&files);
        let names: Vec<&str> = crates.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["web", "wire", "xtask"]);
        assert_eq!(crates[0].files.keys().collect::<Vec<_>>(), ["a.rs", "lib.rs"]);
        assert_eq!(crates[0].path("a.rs"), "crates/web/src/a.rs");
    }
}
