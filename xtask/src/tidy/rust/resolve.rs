//! Which file a path of a crate leads to: through its modules, imports and re-exports.

use std::collections::{BTreeMap, BTreeSet};

use super::module::{ImportKind, Module, Source};

pub(super) type ModulePath = Vec<String>;

/// The module tree of a crate.
pub(super) struct CrateMap<'a> {
    pub(super) files: Vec<String>,
    pub(super) modules: BTreeMap<ModulePath, (usize, &'a Module)>,
}

/// Where a path leads inside the crate.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// To something the file with this number declares.
    Item(usize),
    Module(ModulePath),
}

/// What the last name of a path means where a module and an item share it: `use super::routes;` brings in both, and
/// `routes::LIST` says later that the module was meant; `super::routes()` can only be the function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Item,
    Module,
}

/// More re-exports than this in a row are taken for a ring of them.
const MOST_HANDS: usize = 16;

impl<'a> CrateMap<'a> {
    pub(super) fn of(sources: &'a BTreeMap<String, Source>) -> Self {
        let mut tests = BTreeSet::new();
        for (file, source) in sources {
            let path = module_path(file);
            tests.extend(
                source.test_modules.iter().map(|name| [&path[..], std::slice::from_ref(name)].concat()),
            );
        }
        let is_test = |path: &[String]| {
            path.iter().any(|name| name == "tests") || tests.iter().any(|test| path.starts_with(test))
        };
        let (mut files, mut modules) = (Vec::new(), BTreeMap::new());
        for (file, source) in sources {
            let path = module_path(file);
            if is_test(&path) {
                continue;
            }
            for module in &source.modules {
                modules.insert([&path[..], &module.path].concat(), (files.len(), module));
            }
            files.push(file.clone());
        }
        Self { files, modules }
    }

    pub(super) fn file_of(&self, module: &[String]) -> Option<usize> {
        self.modules.get(module).map(|(file, _)| *file)
    }

    /// Where a path leads that is written in a module; none for what another crate declares.
    pub(super) fn resolve(&self, scope: &[String], names: &[String], wanted: Wanted) -> Option<Found> {
        self.resolve_within(scope, names, wanted, MOST_HANDS)
    }

    fn resolve_within(
        &self,
        scope: &[String],
        names: &[String],
        wanted: Wanted,
        hands: usize,
    ) -> Option<Found> {
        let mut base = scope.to_vec();
        let mut rest = names;
        let mut is_ours = false;
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "crate" => base.clear(),
                "super" => drop(base.pop()),
                "self" => {}
                _ => break,
            }
            (rest, is_ours) = (others, true);
        }
        self.follow(Path { base, names: rest, is_ours, wanted }, hands)
    }

    /// Goes down a path from a module. A name that nobody declares is another crate's, or, where the path `is_ours`, one
    /// that a macro made in the module reached so far.
    fn follow(&self, path: Path<'_>, hands: usize) -> Option<Found> {
        let Path { mut base, names, mut is_ours, wanted } = path;
        for (at, name) in names.iter().enumerate() {
            let (file, module) = self.modules.get(&base)?;
            let is_last = at + 1 == names.len();
            let wanted = if is_last { wanted } else { Wanted::Module };
            let (is_item, is_child) = (module.items.contains(name), module.children.contains(name));
            if is_item && !(is_child && wanted == Wanted::Module) {
                return Some(Found::Item(*file));
            }
            if is_child {
                base.push(name.clone());
                is_ours = true;
                continue;
            }
            match self.imported(&base, name, wanted, hands) {
                Imported::Here(Found::Module(path)) => (base, is_ours) = (path, true),
                Imported::Here(item) => return Some(item),
                Imported::Elsewhere => return None,
                Imported::Not => return is_ours.then_some(Found::Item(*file)),
            }
        }
        Some(Found::Module(base))
    }

    /// Looks a name up among what a module imports.
    fn imported(&self, scope: &[String], name: &str, wanted: Wanted, hands: usize) -> Imported {
        let Some((_, module)) = self.modules.get(scope) else { return Imported::Not };
        let Some(hands) = hands.checked_sub(1) else { return Imported::Elsewhere };
        let named = module.imports.iter().find(|import| import.kind == ImportKind::Named(name.to_owned()));
        if let Some(import) = named {
            let found = self.resolve_within(scope, &import.path.names, wanted, hands);
            return found.map_or(Imported::Elsewhere, Imported::Here);
        }
        for import in module.imports.iter().filter(|import| import.kind == ImportKind::All) {
            let from = self.resolve_within(scope, &import.path.names, Wanted::Module, hands);
            let Some(Found::Module(base)) = from else { continue };
            let names = &[name.to_owned()];
            if let Some(found) = self.follow(Path { base, names, is_ours: false, wanted }, hands) {
                return Imported::Here(found);
            }
        }
        Imported::Not
    }
}

/// Names to follow from a module.
struct Path<'a> {
    base: ModulePath,
    names: &'a [String],
    is_ours: bool,
    wanted: Wanted,
}

enum Imported {
    Here(Found),
    Elsewhere,
    Not,
}

/// `store/mod.rs` and `store.rs` are `store`; `lib.rs` and `main.rs` are the crate itself.
fn module_path(file: &str) -> ModulePath {
    let mut path: ModulePath = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    let is_face = match path.last().map(String::as_str) {
        Some("mod") => true,
        Some("lib" | "main") => path.len() == 1,
        _ => false,
    };
    if is_face {
        path.pop();
    }
    path
}
