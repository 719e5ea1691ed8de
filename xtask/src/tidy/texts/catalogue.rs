//! The messages of the catalogues, with the arguments they take.

use std::collections::BTreeSet;

use fluent_syntax::ast::{self, Expression, InlineExpression, PatternElement};
use fluent_syntax::parser;

use super::super::tree::SourceFile;
use super::super::violation::Violation;

const WHY: &str = "a message that cannot be found is shown as its id";

/// Where the catalogues stand.
const FOLDER: &str = "crates/texts/en/";

/// One message.
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) id: String,
    pub(super) arguments: BTreeSet<String>,
    pub(super) holds_markup: bool,
}

/// Every message of every file, each id once, and what is wrong with the files.
pub(super) fn read(files: &[SourceFile]) -> (Vec<Entry>, Vec<Violation>) {
    let (mut entries, mut violations) = (Vec::<Entry>::new(), Vec::new());
    for file in files.iter().filter(|file| file.path.starts_with(FOLDER) && file.path.ends_with(".ftl")) {
        let mut say = |line: usize, what: String| {
            violations.push(Violation { path: file.path.clone(), line, what, why: WHY });
        };
        let resource = match parser::parse(file.text.as_str()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                for error in errors {
                    let before = file.text.get(..error.pos.start).unwrap_or_default();
                    say(before.matches('\n').count() + 1, format!("cannot be read: {}", error.kind));
                }
                resource
            }
        };
        let mut from = 0;
        for entry in &resource.body {
            let ast::Entry::Message(message) = entry else { continue };
            let line = line_of(&file.text, message.id.name, &mut from);
            let entry = entry_of(file, line, message);
            if entries.iter().any(|known| known.id == entry.id) {
                say(line, format!("has the message {} twice", entry.id));
            } else {
                entries.push(entry);
            }
        }
    }
    (entries, violations)
}

/// The line of the next message with this id; `from` is the offset behind the one before.
fn line_of(text: &str, id: &str, from: &mut usize) -> usize {
    let starts = |(at, _): &(usize, &str)| {
        let is_line_start = *at == 0 || text.as_bytes()[at - 1] == b'\n';
        is_line_start && text[at + id.len()..].trim_start_matches(' ').starts_with('=')
    };
    let found = text[*from..].match_indices(id).map(|(at, found)| (*from + at, found)).find(starts);
    let at = found.map_or(*from, |(at, _)| at);
    *from = at + id.len();
    text[..at].matches('\n').count() + 1
}

fn entry_of(file: &SourceFile, line: usize, message: &ast::Message<&str>) -> Entry {
    let mut entry = Entry {
        path: file.path.clone(),
        line,
        id: message.id.name.to_owned(),
        arguments: BTreeSet::new(),
        holds_markup: false,
    };
    if let Some(pattern) = &message.value {
        entry.read_pattern(pattern);
    }
    entry
}

impl Entry {
    fn read_pattern(&mut self, pattern: &ast::Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.holds_markup |= value.contains('<'),
                PatternElement::Placeable { expression } => self.read_expression(expression),
            }
        }
    }

    fn read_expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.read_inline(inline),
            Expression::Select { selector, variants } => {
                self.read_inline(selector);
                variants.iter().for_each(|variant| self.read_pattern(&variant.value));
            }
        }
    }

    fn read_inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.arguments.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => self.read_expression(expression),
            _ => {}
        }
    }
}
