//! What the modules of one file declare, import and name.

use std::collections::BTreeSet;

use super::groups::{branches, group_end};
use super::lexer::Token;
use super::product::product;
use super::signature::{Signature, signature};

/// A file as the rules ask about it, without its tests.
#[derive(Default)]
pub(in crate::tidy) struct Source {
    /// The file's own module first, then the inline ones.
    pub(in crate::tidy) modules: Vec<Module>,
    pub(in crate::tidy) declared: Vec<Declared>,
    pub(in crate::tidy) signatures: Vec<Signature>,
    /// Child modules in files of their own that only tests have.
    pub(in crate::tidy) test_modules: Vec<String>,
    /// Every word of the code and its line.
    pub(in crate::tidy) words: Vec<(String, usize)>,
}

#[derive(Default)]
pub(in crate::tidy) struct Module {
    /// The inline modules that lead to it; empty for the file's own module.
    pub(in crate::tidy) path: Vec<String>,
    /// What is declared at its top level, but for modules.
    pub(in crate::tidy) items: BTreeSet<String>,
    pub(in crate::tidy) children: BTreeSet<String>,
    pub(in crate::tidy) imports: Vec<Import>,
    /// Paths of two names and more, written out in the code.
    pub(in crate::tidy) paths: Vec<NamedPath>,
    /// Names that stand alone in the code: a re-exported name that its own file uses is found here.
    pub(in crate::tidy) single_names: BTreeSet<String>,
}

pub(in crate::tidy) struct NamedPath {
    pub(in crate::tidy) names: Vec<String>,
    pub(in crate::tidy) line: usize,
}

/// One name that a `use` brings in.
pub(in crate::tidy) struct Import {
    pub(in crate::tidy) path: NamedPath,
    pub(in crate::tidy) kind: ImportKind,
    /// Handed on to others, `pub` or `pub(…)`: the name resolves through it, and the file need not use it itself.
    pub(in crate::tidy) is_export: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tidy) enum ImportKind {
    /// Under this name.
    Named(String),
    /// `*`
    All,
}

/// A name that somebody chose.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::tidy) struct Declared {
    pub(in crate::tidy) kind: DeclaredKind,
    pub(in crate::tidy) name: String,
    pub(in crate::tidy) line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tidy) enum DeclaredKind {
    Module,
    Type,
    Function,
    /// A constant, a static or a macro.
    Other,
}

/// Reads a file.
pub(in crate::tidy) fn read(text: &str) -> Source {
    let product = product(text);
    let mut source = Source { test_modules: product.test_modules, ..Source::default() };
    source.words = (product.tokens.iter())
        .filter_map(|token| token.word().map(|word| (word.to_owned(), token.line)))
        .collect();
    let mut reader = Reader { tokens: &product.tokens, source };
    reader.module(0, product.tokens.len(), Vec::new());
    reader.source
}

struct Reader<'a> {
    tokens: &'a [Token],
    source: Source,
}

impl Reader<'_> {
    /// Reads the tokens of one module, and the inline modules in it.
    fn module(&mut self, from: usize, to: usize, path: Vec<String>) {
        let index = self.source.modules.len();
        self.source.modules.push(Module { path: path.clone(), ..Module::default() });
        let (mut at, mut depth) = (from, 0_usize);
        while at < to {
            let token = &self.tokens[at];
            if token.is("mod") && self.word(at + 1).is_some() {
                at = self.child(at, index, &path);
            } else if token.is("use") && !self.is(at + 1, "<") {
                at = self.import(at, index);
            } else {
                self.declaration(at, index, depth);
                if token.is("{") {
                    depth += 1;
                } else if token.is("}") {
                    depth = depth.saturating_sub(1);
                }
                at = self.names(at, index);
            }
        }
    }

    fn word(&self, at: usize) -> Option<&str> {
        self.tokens.get(at)?.word()
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(text))
    }

    /// `mod name;` or `mod name { … }`.
    fn child(&mut self, at: usize, index: usize, path: &[String]) -> usize {
        let Some(name) = self.word(at + 1).map(str::to_owned) else { return at + 1 };
        let line = self.tokens[at].line;
        self.source.declared.push(Declared { kind: DeclaredKind::Module, name: name.clone(), line });
        self.source.modules[index].children.insert(name.clone());
        if !self.is(at + 2, "{") {
            return at + 2;
        }
        let end = group_end(self.tokens, at + 2);
        let mut inner = path.to_vec();
        inner.push(name);
        self.module(at + 3, end.saturating_sub(1), inner);
        end
    }

    /// Reads `use a::{b, c as d, e::*};` up to its semicolon.
    fn import(&mut self, at: usize, index: usize) -> usize {
        // `pub use` or `pub(crate) use`.
        let is_export = at > 0 && (self.is(at - 1, "pub") || self.is(at - 1, ")"));
        let end = (at..self.tokens.len()).find(|at| self.is(*at, ";")).unwrap_or(self.tokens.len());
        let mut imports = Vec::new();
        import_tree(&self.tokens[at + 1..end], &[], &mut imports);
        let line = self.tokens[at].line;
        let imports = imports.into_iter().map(|(names, kind)| Import {
            path: NamedPath { names, line },
            kind,
            is_export,
        });
        self.source.modules[index].imports.extend(imports);
        end + 1
    }

    fn declaration(&mut self, at: usize, index: usize, depth: usize) {
        let Some(word) = self.word(at) else { return };
        let (kind, name_at) = match word {
            "struct" | "enum" | "trait" | "type" | "union" => (DeclaredKind::Type, at + 1),
            "fn" => (DeclaredKind::Function, at + 1),
            "const" => (DeclaredKind::Other, at + 1),
            "static" if self.is(at + 1, "mut") => (DeclaredKind::Other, at + 2),
            "static" => (DeclaredKind::Other, at + 1),
            "macro_rules" if self.is(at + 1, "!") => (DeclaredKind::Other, at + 2),
            _ => return,
        };
        let Some(name) =
            self.word(name_at).filter(|name| !matches!(*name, "fn" | "unsafe" | "async" | "extern"))
        else {
            return;
        };
        let (name, line) = (name.to_owned(), self.tokens[name_at].line);
        if kind == DeclaredKind::Function {
            self.source.signatures.extend(signature(self.tokens, at));
        }
        if depth == 0 {
            self.source.modules[index].items.insert(name.clone());
        }
        self.source.declared.push(Declared { kind, name, line });
    }

    /// Takes the path or the name that begins here, if one does, and goes on behind it.
    fn names(&mut self, at: usize, index: usize) -> usize {
        let Some(first) = self.word(at) else { return at + 1 };
        if at > 0 && (self.is(at - 1, ".") || self.is(at - 1, "::")) {
            return at + 1;
        }
        let mut names = vec![first.to_owned()];
        let mut end = at + 1;
        while let Some(next) = self.word(end + 1).filter(|_| self.is(end, "::")) {
            names.push(next.to_owned());
            end += 2;
        }
        let module = &mut self.source.modules[index];
        if names.len() == 1 {
            module.single_names.extend(names);
        } else {
            module.single_names.insert(names[0].clone());
            module.paths.push(NamedPath { names, line: self.tokens[at].line });
        }
        end
    }
}

/// Writes a `use` out: one path for each name it brings in.
fn import_tree(tokens: &[Token], before: &[String], imports: &mut Vec<(Vec<String>, ImportKind)>) {
    let mut path = before.to_vec();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token.is("*") {
            imports.push((path, ImportKind::All));
            return;
        } else if token.is("{") {
            for branch in branches(&tokens[at + 1..group_end(tokens, at) - 1]) {
                import_tree(branch, &path, imports);
            }
            return;
        } else if token.is("as") {
            let name = tokens.get(at + 1).and_then(Token::word).unwrap_or("_");
            imports.push((path, ImportKind::Named(name.to_owned())));
            return;
        } else if let Some(word) = token.word() {
            // `{self}` stands for the path before it.
            if word != "self" || path.is_empty() {
                path.push(word.to_owned());
            }
        }
        at += 1;
    }
    if let Some(name) = path.last().cloned().filter(|_| !tokens.is_empty()) {
        imports.push((path, ImportKind::Named(name)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(text: &str) -> Vec<String> {
        let source = read(text);
        let imports = source.modules.iter().flat_map(|module| &module.imports);
        let words = imports.map(|import| {
            let export = if import.is_export { "pub " } else { "" };
            match &import.kind {
                ImportKind::Named(name) => format!("{export}{} as {name}", import.path.names.join("::")),
                ImportKind::All => format!("{export}{}::*", import.path.names.join("::")),
            }
        });
        words.collect()
    }

    #[test]
    fn a_use_is_written_out() {
        assert_eq!(
            imports("use crate::{a::{self, B, c as d}, e::*}; pub(crate) use super::F;"),
            ["crate::a as a", "crate::a::B as B", "crate::a::c as d", "crate::e::*", "pub super::F as F"]
        );
        assert_eq!(imports("fn a() -> impl Iterator + use<'_> { use self::b::C; }"), ["self::b::C as C"]);
    }

    #[test]
    fn paths_in_code_are_seen_and_fields_are_none() {
        let source = read("fn a(b: &crate::c::D) -> super::E { self.f.g(); h::i::<J>() }");
        let paths: Vec<String> = source.modules[0].paths.iter().map(|path| path.names.join("::")).collect();
        assert_eq!(paths, ["crate::c::D", "super::E", "h::i"]);
    }

    #[test]
    fn inline_modules_stand_apart() {
        let source = read("mod a { pub fn b() {} mod c { struct D; } } fn e() {}");
        let modules: Vec<String> = source.modules.iter().map(|module| module.path.join("::")).collect();
        assert_eq!(modules, ["", "a", "a::c"]);
        assert_eq!(source.modules[0].items, BTreeSet::from(["e".to_owned()]));
        assert_eq!(source.modules[2].items, BTreeSet::from(["D".to_owned()]));
    }

    #[test]
    fn methods_are_declared_but_are_no_items_of_the_module() {
        let source = read("struct A; impl A { const B: u8 = 1; fn c() {} } type D = fn(u8);");
        assert_eq!(source.modules[0].items, BTreeSet::from(["A".to_owned(), "D".to_owned()]));
        let names: Vec<&str> = source.declared.iter().map(|declared| declared.name.as_str()).collect();
        assert_eq!(names, ["A", "B", "c", "D"]);
    }
}
