//! Takes what is compiled for tests alone out of a file's tokens.

use super::groups::group_end;
use super::lexer::{Token, tokens};

/// A file without its test items.
pub(in crate::tidy) struct Product {
    pub(in crate::tidy) tokens: Vec<Token>,
    /// Modules in files of their own that only tests have: `#[cfg(test)] mod tests;`.
    pub(in crate::tidy) test_modules: Vec<String>,
}

/// Reads a file. An item is a test's when a `cfg` above it names `test` and not `not`.
pub(in crate::tidy) fn product(text: &str) -> Product {
    let all = tokens(text);
    let mut product = Product { tokens: Vec::new(), test_modules: Vec::new() };
    let mut at = 0;
    while at < all.len() {
        let end = attribute_end(&all, at);
        match end {
            Some(end) if is_for_tests(&all[at..end]) => {
                let start = after_attributes(&all, end);
                let end = item_end(&all, start);
                product.test_modules.extend(module_in_a_file(&all[start..end]));
                at = end;
            }
            Some(end) => {
                product.tokens.extend_from_slice(&all[at..end]);
                at = end;
            }
            None => {
                product.tokens.push(all[at].clone());
                at += 1;
            }
        }
    }
    product
}

/// Where the attribute that begins here ends; inner attributes (`#![…]`) are none of an item.
fn attribute_end(tokens: &[Token], at: usize) -> Option<usize> {
    let opens = tokens.get(at)?.is("#") && tokens.get(at + 1)?.is("[");
    opens.then(|| group_end(tokens, at + 1))
}

fn after_attributes(tokens: &[Token], mut at: usize) -> usize {
    while let Some(end) = attribute_end(tokens, at) {
        at = end;
    }
    at
}

/// `#[cfg(test)]`, `#[cfg(any(test, feature = "fuzzing"))]`.
fn is_for_tests(attribute: &[Token]) -> bool {
    let names = |word: &str| attribute.iter().any(|token| token.is(word));
    attribute.get(2).is_some_and(|token| token.is("cfg")) && names("test") && !names("not")
}

/// An item ends with its block or its semicolon; a field, a variant or a match arm with its comma.
fn item_end(tokens: &[Token], start: usize) -> usize {
    const ITEMS: [&str; 14] = [
        "async", "const", "enum", "extern", "fn", "impl", "mod", "pub", "static", "struct", "trait", "type",
        "unsafe", "use",
    ];
    let is_item = tokens.get(start).is_some_and(|token| ITEMS.iter().any(|word| token.is(word)));
    let is_import = is_import(tokens, start);
    let mut at = start;
    while let Some(token) = tokens.get(at) {
        if token.is("}") {
            // The end of what the item stands in.
            return at;
        } else if token.is("{") && !is_import {
            return group_end(tokens, at);
        } else if token.is(";") || (token.is(",") && !is_item) {
            return at + 1;
        } else if ["(", "[", "{"].iter().any(|bracket| token.is(bracket)) {
            at = group_end(tokens, at);
        } else {
            at += 1;
        }
    }
    tokens.len()
}

/// `use …`, `pub use …` or `pub(…) use …`: its braces are no block.
fn is_import(tokens: &[Token], start: usize) -> bool {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.is(text));
    let after_pub = if is(start, "pub") { start + 1 } else { start };
    let at = if after_pub > start && is(after_pub, "(") { group_end(tokens, after_pub) } else { after_pub };
    is(at, "use")
}

/// The name in `mod name;`.
fn module_in_a_file(item: &[Token]) -> Option<String> {
    let at = item.iter().position(|token| token.is("mod"))?;
    let ends = item.get(at + 2)?.is(";");
    item.get(at + 1)?.word().filter(|_| ends).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        product(text).tokens.iter().filter_map(|token| token.word().map(str::to_owned)).collect()
    }

    #[test]
    fn test_items_of_every_kind_are_left_out() {
        assert_eq!(
            words("fn a() {} #[cfg(test)] mod tests { use super::*; fn b() { {} } } fn c() {}"),
            ["fn", "a", "fn", "c"]
        );
        assert_eq!(words("#[cfg(test)] use x::{y, z}; mod a;"), ["mod", "a"]);
        assert_eq!(words("#[cfg(test)] #[allow(x)] fn a<A, B>(c: [u8; 3]) -> B { c } mod d;"), ["mod", "d"]);
        assert_eq!(words("struct A { #[cfg(test)] b: C<D>, e: F }"), ["struct", "A", "e", "F"]);
    }

    #[test]
    fn a_test_module_in_a_file_is_named() {
        let product = product("mod a; #[cfg(any(test, feature = \"fuzzing\"))] mod hostile;");
        assert_eq!(product.test_modules, ["hostile"]);
    }

    #[test]
    fn what_is_compiled_without_tests_stays() {
        assert_eq!(words("#[cfg(not(test))] fn a() {}"), ["cfg", "not", "test", "fn", "a"]);
    }
}
