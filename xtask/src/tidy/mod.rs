//! The rules of the house that a compiler cannot check. Each is one small function with its reason, and every
//! violation says where, what and why.
//!
//! [`tree`] reads the checkout; [`arrows`] and [`architecture`] keep the drawing true; the other modules each read
//! one file at a time.

mod architecture;
mod arrows;
mod clock;
mod length;
mod machine_paths;
mod marks;
mod names;
mod secret;
mod sql;
mod tree;

use std::fmt;
use std::path::Path;

use crate::Failure;
use tree::{SourceFile, Tree};

/// One broken rule: `file:line: what, why`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    path: String,
    line: usize,
    what: String,
    why: &'static str,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, what, why } = self;
        write!(formatter, "{path}:{line}: {what}, {why}")
    }
}

/// The rules that look at one file alone.
const FILE_RULES: [fn(&SourceFile) -> Vec<Violation>; 7] = [
    clock::now_is_an_argument,
    length::files_are_short,
    machine_paths::nothing_names_this_machine,
    marks::nothing_is_left_for_later,
    names::modules_have_names,
    secret::secrets_stay_write_only,
    sql::sql_stays_in_the_store,
];

/// Checks every rule on the checkout and prints what is broken.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let tree = Tree::read(root)?;
    let mut violations = arrows::point_as_drawn(&tree.packages);
    violations.extend(sql::only_the_authority_links_a_database(&tree.packages));
    violations.extend(architecture::names_what_exists(&tree));
    for file in &tree.files {
        violations.extend(FILE_RULES.iter().flat_map(|rule| rule(file)));
    }
    violations.sort();
    for violation in &violations {
        println!("{violation}");
    }
    match violations.len() {
        0 => {
            println!("tidy: {} files, {} crates, nothing to say", tree.files.len(), tree.packages.len());
            Ok(())
        }
        1 => Err("tidy: 1 violation".to_owned()),
        many => Err(format!("tidy: {many} violations")),
    }
}
