//! The checkout as the rules see it: every file that is, or is about to be, tracked, and the workspace's crates.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::Failure;

/// Everything the rules may look at.
pub(super) struct Tree {
    pub(super) root: PathBuf,
    pub(super) files: Vec<SourceFile>,
    pub(super) packages: Vec<Package>,
}

impl Tree {
    /// Asks git for the files and cargo for the crates. Files that are not UTF-8 text are left out.
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let listing = output(root, "git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
        let listing = String::from_utf8_lossy(&listing);
        let mut files = Vec::new();
        for path in listing.split('\0').filter(|path| !path.is_empty()) {
            // A file deleted but not yet committed is still listed; a picture is not text: neither has lines.
            if let Ok(text) = fs::read_to_string(root.join(path)) {
                files.push(SourceFile { path: path.to_owned(), text });
            }
        }
        Ok(Self { root: root.to_owned(), files, packages: packages(root)? })
    }
}

/// One text file, its path relative to the root.
pub(super) struct SourceFile {
    pub(super) path: String,
    pub(super) text: String,
}

impl SourceFile {
    /// Line numbers start at 1, as editors count.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The lines that end up in the product: no comments, no test files, no `#[cfg(test)] mod … { … }`.
    pub(super) fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let whole_file_is_test = self.path.split('/').any(|part| part == "tests" || part == "tests.rs");
        let mut block = Block::Product;
        self.lines().filter(move |(_, line)| {
            let was_product = block == Block::Product;
            block = std::mem::replace(&mut block, Block::Product).after(line);
            let is_product = was_product && block == Block::Product;
            is_product && !whole_file_is_test && !line.trim_start().starts_with("//")
        })
    }
}

/// Where a walk through a formatted Rust file stands.
#[derive(PartialEq, Eq)]
enum Block {
    Product,
    /// After `#[cfg(test)]`: the next item decides.
    TestAttribute,
    /// Inside a test module; rustfmt puts its closing brace alone, under the `mod`.
    TestModule {
        closing: String,
    },
}

impl Block {
    fn after(self, line: &str) -> Self {
        let text = line.trim_start();
        match self {
            Self::Product if text.starts_with("#[cfg(test)]") => Self::TestAttribute,
            Self::TestAttribute if text.starts_with("#[") || text.starts_with("//") => Self::TestAttribute,
            Self::TestAttribute if text.starts_with("mod ") && text.ends_with('{') => {
                let indent = &line[..line.len() - text.len()];
                Self::TestModule { closing: format!("{indent}}}") }
            }
            Self::TestModule { closing } if line != closing => Self::TestModule { closing },
            Self::Product | Self::TestAttribute | Self::TestModule { .. } => Self::Product,
        }
    }
}

/// A workspace member and what it asks for.
#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) manifest_path: String,
    pub(super) dependencies: Vec<Dependency>,
}

impl Package {
    /// Its folder relative to the root, with a slash at the end.
    pub(super) fn folder(&self, root: &Path) -> Option<String> {
        let folder = Path::new(&self.manifest_path).parent()?.strip_prefix(root).ok()?;
        Some(format!("{}/", folder.display()))
    }
}

/// One line of a `[dependencies]` table, of any kind.
#[derive(Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// Set for crates of this workspace, absent for those of the registry.
    pub(super) path: Option<String>,
}

fn packages(root: &Path) -> Result<Vec<Package>, Failure> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    let json = output(root, "cargo", &["metadata", "--no-deps", "--offline", "--format-version=1"])?;
    let metadata: Metadata =
        serde_json::from_slice(&json).map_err(|error| format!("cargo metadata is not readable: {error}"))?;
    Ok(metadata.packages)
}

fn output(root: &Path, program: &str, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .output()
        .map_err(|error| format!("{program} could not be started: {error}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_comments_are_not_part_of_the_product() {
        let text = "\
fn a() {}
// said
#[cfg(test)]
mod tests {
    fn b() {
    }
}
fn c() {}
#[cfg(test)]
mod more;
fn d() {}
";
        let file = SourceFile { path: "crates/wire/src/line.rs".to_owned(), text: text.to_owned() };
        let product: Vec<usize> = file.product_lines().map(|(number, _)| number).collect();
        assert_eq!(product, [1, 8, 11]);
    }

    #[test]
    fn a_file_under_tests_holds_no_product_line() {
        let file =
            SourceFile { path: "crates/gate/tests/kill.rs".to_owned(), text: "fn a() {}\n".to_owned() };
        assert_eq!(file.product_lines().count(), 0);
    }
}
