//! The rules that a compiler cannot check. Each is one small function with its reason, and every violation says where,
//! what and why.
//!
//! [`tree`] reads the checkout, [`rust`] its Rust source, [`crate_source`] puts a crate together. [`arrows`],
//! [`architecture`], [`spine`] and [`walks`] keep ARCHITECTURE.md true, [`generated_pages`] the docs,
//! [`dependencies`] the manifests; [`import_circles`], [`layers`], [`handle`], [`tuple_parameters`] and
//! [`banned_names`] each read one crate, [`texts`] the catalogues with all that names them, the other rules one file.

mod architecture;
mod arrows;
mod banned_names;
mod banned_words;
mod clock;
mod crate_source;
mod dependencies;
mod generated_pages;
mod handle;
mod import_circles;
mod layers;
mod length;
mod machine_paths;
mod marks;
mod names;
mod rust;
mod secret;
mod spine;
mod sql;
mod texts;
mod tree;
mod tuple_parameters;
mod violation;
mod walks;

use std::path::Path;

use crate::Failure;
use crate_source::CrateSource;
use tree::{SourceFile, Tree};
use violation::Violation;

/// The rules that look at one file alone.
const FILE_RULES: [fn(&SourceFile) -> Vec<Violation>; 8] = [
    clock::now_is_an_argument,
    length::files_are_short,
    machine_paths::nothing_names_this_machine,
    marks::nothing_is_left_for_later,
    names::modules_have_names,
    secret::secrets_stay_write_only,
    sql::sql_stays_in_the_store,
    texts::no_text_stands_outside,
];

/// A rule that looks at one crate.
struct CrateRule {
    name: &'static str,
    check: fn(&CrateSource<'_>) -> Vec<Violation>,
}

const CRATE_RULES: [CrateRule; 5] = [
    CrateRule { name: "circles", check: import_circles::no_file_stands_in_a_circle },
    CrateRule { name: "arrows up", check: layers::arrows_go_down },
    CrateRule { name: "handle", check: handle::nothing_below_names_the_handle },
    CrateRule { name: "tuples", check: tuple_parameters::no_parameter_is_a_tuple },
    CrateRule { name: "names", check: banned_names::names_are_the_fields },
];

/// Checks every rule on the checkout, prints a line for each crate and what is broken.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let tree = Tree::read(root)?;
    let mut violations = arrows::point_as_drawn(&tree.packages);
    violations.extend(sql::only_the_authority_links_a_database(&tree.packages));
    violations.extend(architecture::names_what_exists(&tree));
    violations.extend(walks::walks_are_short(&tree));
    violations.extend(dependencies::all_are_used(&tree));
    violations.extend(generated_pages::pages_are_up_to_date(&tree));
    violations.extend(texts::messages_fit_their_uses(&tree));
    violations.extend(texts::nothing_is_allowed_in_vain(&tree));
    for file in &tree.files {
        violations.extend(FILE_RULES.iter().flat_map(|rule| rule(file)));
    }
    violations.extend(spine::sentences_agree_with_heads(&tree));
    for source in CrateSource::all(&tree.files) {
        let mut counts = Vec::new();
        for rule in &CRATE_RULES {
            let found = (rule.check)(&source);
            counts.push(format!("{} {}", rule.name, found.len()));
            violations.extend(found);
        }
        println!("{}: {}, longest walk {}", source.name, counts.join(", "), source.graph.longest_walk());
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
