//! Which file of a crate takes names from which.
//!
//! A module's face is looked through: a name that `lib.rs` or a `mod.rs` only hands on (`pub use`) leads to the file that
//! declares it, and `mod name;` is no arrow. Methods are not followed: a path or an import has to name the other file.

use std::collections::{BTreeMap, BTreeSet};

use super::module::{Import, ImportKind, Module, Source};
use super::resolve::{CrateMap, Found, Wanted};

/// The files of one crate and the arrows between them.
pub(in crate::tidy) struct Graph {
    /// Relative to the crate's `src`.
    pub(in crate::tidy) files: Vec<String>,
    arrows: BTreeMap<(usize, usize), Arrow>,
}

/// The first place where a file names something of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tidy) struct Arrow {
    pub(in crate::tidy) line: usize,
    pub(in crate::tidy) name: String,
}

impl Graph {
    /// Ties the files of a crate, given with their paths relative to `src`. Files that are tests' own are left out.
    pub(in crate::tidy) fn of(sources: &BTreeMap<String, Source>) -> Self {
        let crate_map = CrateMap::of(sources);
        let mut arrows = BTreeMap::new();
        for (scope, (file, module)) in &crate_map.modules {
            for (target, arrow) in arrows_of(&crate_map, scope, module) {
                if target != *file {
                    arrows.entry((*file, target)).or_insert(arrow);
                }
            }
        }
        Self { files: crate_map.files, arrows }
    }

    /// Every arrow: from, to, and where.
    pub(in crate::tidy) fn arrows(&self) -> impl Iterator<Item = (&str, &str, &Arrow)> {
        self.arrows.iter().map(|((from, to), arrow)| (&*self.files[*from], &*self.files[*to], arrow))
    }

    /// The circles, each with its files; a file that stands in none is not listed.
    pub(in crate::tidy) fn circles(&self) -> Vec<Vec<&str>> {
        let named = |group: Vec<usize>| group.into_iter().map(|file| &*self.files[file]).collect();
        self.groups().into_iter().filter(|group| group.len() > 1).map(named).collect()
    }

    /// The most files that follow from one another along the arrows. The files of a circle all count.
    pub(in crate::tidy) fn longest_walk(&self) -> usize {
        let groups = self.groups();
        let mut group_of = vec![0; self.files.len()];
        for (number, group) in groups.iter().enumerate() {
            for file in group {
                group_of[*file] = number;
            }
        }
        let mut follows = vec![BTreeSet::new(); groups.len()];
        for (from, to) in self.arrows.keys().map(|(from, to)| (group_of[*from], group_of[*to])) {
            if from != to {
                follows[from].insert(to);
            }
        }
        let mut lengths = vec![None; groups.len()];
        let all = 0..groups.len();
        all.map(|group| walk_from(group, &groups, &follows, &mut lengths)).max().unwrap_or(0)
    }

    /// Files that can reach each other, as one group; every file is in exactly one.
    fn groups(&self) -> Vec<Vec<usize>> {
        let mut next = vec![Vec::new(); self.files.len()];
        for (from, to) in self.arrows.keys() {
            next[*from].push(*to);
        }
        let reached: Vec<BTreeSet<usize>> = (0..next.len()).map(|file| reachable(file, &next)).collect();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for file in 0..next.len() {
            let group = groups.iter_mut().find(|group| {
                group.first().is_some_and(|one| reached[*one].contains(&file) && reached[file].contains(one))
            });
            match group {
                Some(group) => group.push(file),
                None => groups.push(vec![file]),
            }
        }
        groups
    }
}

fn reachable(from: usize, next: &[Vec<usize>]) -> BTreeSet<usize> {
    let (mut reached, mut waiting) = (BTreeSet::new(), vec![from]);
    while let Some(file) = waiting.pop() {
        waiting.extend(next[file].iter().filter(|file| reached.insert(**file)));
    }
    reached
}

fn walk_from(
    group: usize,
    groups: &[Vec<usize>],
    follows: &[BTreeSet<usize>],
    lengths: &mut [Option<usize>],
) -> usize {
    if let Some(length) = lengths[group] {
        return length;
    }
    let beyond =
        follows[group].iter().map(|next| walk_from(*next, groups, follows, lengths)).max().unwrap_or(0);
    let length = groups[group].len() + beyond;
    lengths[group] = Some(length);
    length
}

/// What a module takes from other files, and where.
fn arrows_of(crate_map: &CrateMap<'_>, scope: &[String], module: &Module) -> Vec<(usize, Arrow)> {
    let mut arrows = Vec::new();
    let uses_itself = |import: &&Import| match &import.kind {
        ImportKind::Named(name) => !import.is_export || module.single_names.contains(name),
        ImportKind::All => !import.is_export,
    };
    for import in module.imports.iter().filter(uses_itself) {
        let target = match crate_map.resolve(scope, &import.path.names, Wanted::Module) {
            Some(Found::Item(file)) => Some(file),
            Some(Found::Module(path)) if import.kind == ImportKind::All => crate_map.file_of(&path),
            // A module alone is no arrow: what is taken from it is named in the code, behind its name.
            Some(Found::Module(_)) | None => None,
        };
        arrows.extend(target.map(|file| (file, arrow(&import.path.names, import.path.line))));
    }
    for path in &module.paths {
        if let Some(Found::Item(file)) = crate_map.resolve(scope, &path.names, Wanted::Item) {
            arrows.push((file, arrow(&path.names, path.line)));
        }
    }
    arrows
}

fn arrow(names: &[String], line: usize) -> Arrow {
    Arrow { line, name: names.join("::") }
}

#[cfg(test)]
mod tests {
    use super::super::module::read;
    use super::*;

    fn graph(files: &[(&str, &str)]) -> Graph {
        Graph::of(&files.iter().map(|(path, text)| ((*path).to_owned(), read(text))).collect())
    }

    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let graph = graph(files);
        let arrows: Vec<String> = graph.arrows().map(|(from, to, _)| format!("{from} -> {to}")).collect();
        assert_eq!(arrows, expected);
    }

    #[test]
    fn imports_and_paths_are_arrows() {
        check(
            &[
                ("lib.rs", "mod a; mod b; mod c;"),
                ("a.rs", "use crate::b::B; fn f() { super::c::f(); }"),
                ("b.rs", "pub struct B;"),
                ("c.rs", "pub fn f() {}"),
            ],
            &["a.rs -> b.rs", "a.rs -> c.rs"],
        );
    }

    #[test]
    fn a_face_is_looked_through() {
        check(
            &[
                ("lib.rs", "mod a; mod b; pub use b::B; use b::C as D;"),
                ("a.rs", "use crate::{B, D};"),
                ("b/mod.rs", "mod c; pub use c::{B, C};"),
                ("b/c.rs", "pub struct B; pub struct C;"),
            ],
            &["a.rs -> b/c.rs", "lib.rs -> b/c.rs"],
        );
    }

    #[test]
    fn a_module_that_is_imported_leads_to_what_is_taken_from_it() {
        check(
            &[
                ("main.rs", "mod a; mod store;"),
                ("a.rs", "use crate::store; fn f() { store::rows::all(); }"),
                ("store/mod.rs", "pub mod rows; pub struct Store;"),
                ("store/rows.rs", "use super::Store; pub fn all() {}"),
            ],
            &["a.rs -> store/rows.rs", "store/rows.rs -> store/mod.rs"],
        );
    }

    #[test]
    fn a_module_and_a_function_of_one_name_are_told_apart() {
        check(
            &[
                ("lib.rs", "mod a; mod b;"),
                ("a/mod.rs", "mod page; mod routes; pub fn routes() {}"),
                ("a/page.rs", "use super::routes; fn f() { routes::list(); }"),
                ("a/routes.rs", "pub fn list() {}"),
                ("b.rs", "fn f() { crate::a::routes(); }"),
            ],
            &["a/page.rs -> a/routes.rs", "b.rs -> a/mod.rs"],
        );
    }

    #[test]
    fn an_export_that_its_own_file_uses_is_an_arrow() {
        check(
            &[("lib.rs", "mod a; pub use a::A; pub fn f(_: A) {}"), ("a.rs", "pub struct A;")],
            &["lib.rs -> a.rs"],
        );
    }

    #[test]
    fn a_name_that_a_macro_makes_belongs_to_its_module() {
        check(
            &[("lib.rs", "mod a; mod b;"), ("a.rs", "id!(A);"), ("b.rs", "use crate::a::A;")],
            &["b.rs -> a.rs"],
        );
    }

    #[test]
    fn other_crates_tests_and_globs() {
        check(
            &[
                ("lib.rs", "pub use tokio::spawn; mod a; mod b; #[cfg(test)] mod hostile;"),
                ("a.rs", "use std::fmt; use crate::spawn; use serde::a::A; fn f() { fmt::x(); }"),
                ("a/tests.rs", "use crate::b::B;"),
                ("hostile.rs", "use crate::b::B;"),
                ("b.rs", "use crate::a::*; #[cfg(test)] mod tests { use crate::c::D; }"),
            ],
            &["b.rs -> a.rs"],
        );
    }

    #[test]
    fn a_planted_circle_is_found_and_the_longest_walk_counted() {
        let planted = graph(&[
            ("lib.rs", "mod a; mod b; mod c; mod d; fn f() { a::f() }"),
            ("a.rs", "use crate::b; pub fn f() { b::f() }"),
            ("b.rs", "pub fn f() { crate::c::f() }"),
            ("c.rs", "use super::{a, d}; pub fn f() { a::f(); d::f() }"),
            ("d.rs", "pub fn f() {}"),
        ]);
        assert_eq!(planted.circles(), [["a.rs", "b.rs", "c.rs"]]);
        assert_eq!(planted.longest_walk(), 5);
    }

    #[test]
    fn a_ring_of_exports_ends() {
        check(&[("lib.rs", "mod a; pub use a::A;"), ("a.rs", "pub use crate::A; fn f(_: A) {}")], &[]);
    }
}
