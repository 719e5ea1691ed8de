//! Where messages are named, and with which arguments.

use std::collections::BTreeSet;

use super::super::rust::groups::group_end;
use super::super::rust::lexer::{Token, tokens};
use super::super::rust::product::product;
use super::super::tree::SourceFile;
use super::template::{Kind, pieces};

/// How a message is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    Text,
    Message,
    Markup,
}

/// A place that names a message.
pub(super) struct Use {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) id: String,
    pub(super) filter: Filter,
    /// The arguments that are given right there.
    pub(super) arguments: BTreeSet<String>,
    /// Arguments that code of the same file gives to messages it has in its hands.
    pub(super) elsewhere: BTreeSet<String>,
}

/// Every use in a file.
pub(super) fn of(file: &SourceFile) -> Vec<Use> {
    if file.path.starts_with("crates/") && file.path.ends_with(".html") {
        of_template(file)
    } else if file.path.starts_with("crates/") && file.path.contains("/src/") && file.is_rust() {
        of_code(file)
    } else {
        Vec::new()
    }
}

fn of_template(file: &SourceFile) -> Vec<Use> {
    let mut uses = Vec::new();
    for piece in pieces(&file.text) {
        let Kind::Code { code, .. } = piece.kind else { continue };
        let tokens = tokens(code);
        for (at, id) in tokens.iter().enumerate().filter_map(|(at, token)| Some((at, token.text()?))) {
            let Some(filter) = filter(&tokens, at + 1).and_then(|(name, _)| named(name)) else { continue };
            uses.push(Use {
                path: file.path.clone(),
                line: piece.line + tokens[at].line - 1,
                id: id.to_owned(),
                filter,
                arguments: filter_arguments(&tokens, at + 3),
                elsewhere: BTreeSet::new(),
            });
        }
    }
    uses
}

fn named(filter: &str) -> Option<Filter> {
    match filter {
        "text" => Some(Filter::Text),
        "message" => Some(Filter::Message),
        "markup" => Some(Filter::Markup),
        _ => None,
    }
}

/// The name of the filter that follows, and where its brackets would open.
fn filter(tokens: &[Token], at: usize) -> Option<(&str, usize)> {
    let name = tokens.get(at).filter(|token| token.is("|")).and(tokens.get(at + 1))?.word()?;
    Some((name, at + 2))
}

/// The names of what the filters `arg`, `count` and `html` that follow give.
fn filter_arguments(tokens: &[Token], mut at: usize) -> BTreeSet<String> {
    let mut arguments = BTreeSet::new();
    while let Some((name, open)) = filter(tokens, at) {
        if !tokens.get(open).is_some_and(|token| token.is("(")) {
            break;
        }
        if ["arg", "count", "html"].contains(&name) {
            arguments.extend(tokens.get(open + 1).and_then(Token::text).map(str::to_owned));
        }
        at = group_end(tokens, open);
    }
    arguments
}

/// `text("id")` and `message("id").with("name", …)` in a file that names our crate of texts.
fn of_code(file: &SourceFile) -> Vec<Use> {
    let tokens = product(&file.text).tokens;
    if file.path.contains("/tests") || !tokens.iter().any(|token| token.is("postward_texts")) {
        return Vec::new();
    }
    let mut uses = Vec::new();
    let mut given_at_once = BTreeSet::new();
    for at in 0..tokens.len() {
        let filter = match tokens[at].word() {
            Some("text") => Filter::Text,
            Some("message") => Filter::Message,
            _ => continue,
        };
        let is_method = at > 0 && tokens[at - 1].is(".");
        let Some(id) = called_with(&tokens, at).filter(|_| !is_method) else { continue };
        let mut arguments = BTreeSet::new();
        let mut next = group_end(&tokens, at + 1);
        while let Some(argument) = argument(&tokens, next) {
            given_at_once.insert(next);
            arguments.insert(argument.to_owned());
            next = group_end(&tokens, next + 2);
        }
        uses.push(Use {
            path: file.path.clone(),
            line: tokens[at].line,
            id: id.to_owned(),
            filter,
            arguments,
            elsewhere: BTreeSet::new(),
        });
    }
    let elsewhere = (0..tokens.len()).filter(|at| !given_at_once.contains(at));
    let elsewhere: BTreeSet<String> =
        elsewhere.filter_map(|at| argument(&tokens, at)).map(str::to_owned).collect();
    uses.iter_mut().for_each(|used| used.elsewhere.clone_from(&elsewhere));
    uses
}

/// The string that is the first argument of a call.
fn called_with(tokens: &[Token], at: usize) -> Option<&str> {
    tokens.get(at + 1).filter(|token| token.is("(")).and(tokens.get(at + 2))?.text()
}

/// The name of the argument that `.with("name", …)` or `.count("name", …)` gives here.
fn argument(tokens: &[Token], at: usize) -> Option<&str> {
    let method = tokens.get(at).filter(|token| token.is(".")).and(tokens.get(at + 1))?;
    (method.is("with") || method.is("count")).then(|| called_with(tokens, at + 1)).flatten()
}
