//! The parameters of a function, as written.

use super::groups::{branches, group_end};
use super::lexer::{Kind, Token};

pub(in crate::tidy) struct Signature {
    pub(in crate::tidy) name: String,
    pub(in crate::tidy) parameters: Vec<Parameter>,
}

/// One parameter, `self` left out.
pub(in crate::tidy) struct Parameter {
    pub(in crate::tidy) pattern: Vec<Token>,
    pub(in crate::tidy) kind: Vec<Token>,
    pub(in crate::tidy) line: usize,
}

/// Reads the signature at the keyword `fn`; none where it is a function pointer.
pub(super) fn signature(tokens: &[Token], at: usize) -> Option<Signature> {
    let name = tokens.get(at + 1)?.word()?.to_owned();
    let mut open = at + 2;
    if tokens.get(open)?.is("<") {
        open = angle_end(tokens, open);
    }
    tokens.get(open).filter(|token| token.is("("))?;
    let inner = &tokens[open + 1..group_end(tokens, open).saturating_sub(1).max(open + 1)];
    Some(Signature { name, parameters: branches(inner).into_iter().filter_map(parameter).collect() })
}

/// The end of the generics that open here; `->` is a token of its own and ends none.
fn angle_end(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, token) in tokens[open..].iter().enumerate() {
        if token.is("<") {
            depth += 1;
        } else if token.is(">") {
            depth -= 1;
            if depth == 0 {
                return open + offset + 1;
            }
        }
    }
    tokens.len()
}

fn parameter(tokens: &[Token]) -> Option<Parameter> {
    let mut from = 0;
    while tokens.get(from)?.is("#") {
        from = group_end(tokens, from + 1);
    }
    let colon = from + tokens[from..].iter().position(|token| token.is(":"))?;
    let line = tokens[from].line;
    Some(Parameter { pattern: tokens[from..colon].to_vec(), kind: tokens[colon + 1..].to_vec(), line })
}

/// The elements of a tuple, each as one text; none for anything else. References to a tuple are one.
pub(in crate::tidy) fn tuple(tokens: &[Token]) -> Option<Vec<String>> {
    let open =
        tokens.iter().position(|token| !token.is("&") && !token.is("mut") && token.kind != Kind::Lifetime)?;
    let is_whole = tokens[open].is("(") && group_end(tokens, open) == tokens.len();
    let elements = is_whole.then(|| branches(&tokens[open + 1..tokens.len() - 1]))?;
    (elements.len() > 1).then(|| elements.into_iter().map(text).collect())
}

/// Lifetimes are left out: they do not make a type another one.
fn text(tokens: &[Token]) -> String {
    let words = tokens.iter().filter_map(|token| match &token.kind {
        Kind::Word(word) => Some(word.as_str()),
        Kind::Operator(operator) => Some(*operator),
        Kind::Lifetime => None,
        Kind::Text(_) | Kind::Literal => Some("…"),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::lexer::tokens;
    use super::*;

    fn kinds(text: &str) -> Vec<String> {
        let signature = signature(&tokens(text), 0);
        let parameters = signature.iter().flat_map(|signature| &signature.parameters);
        parameters.map(|parameter| super::text(&parameter.kind)).collect()
    }

    #[test]
    fn parameters_are_told_apart() {
        assert_eq!(kinds("fn a(&self, b: u8, c: Vec<(u8, u16)>) {}"), ["u8", "Vec < ( u8 , u16 ) >"]);
        assert_eq!(kinds("fn a<F: Fn(u8) -> Vec<u8>>(#[x] b: F, mut c: [u8; 2],) {}"), ["F", "[ u8 ; … ]"]);
        assert_eq!(kinds("fn a() {}"), [""; 0]);
    }

    #[test]
    fn a_tuple_is_one_behind_a_reference_too() {
        let elements = |text: &str| tuple(&tokens(text)).map(|elements| elements.join(" / "));
        assert_eq!(elements("(A, &'a B<C, D>)"), Some("A / & B < C , D >".to_owned()));
        assert_eq!(elements("&mut (u8, u8)"), Some("u8 / u8".to_owned()));
        assert_eq!(elements("(A)"), None);
        assert_eq!(elements("(A, B) -> C"), None);
        assert_eq!(elements("[(A, B)]"), None);
    }
}
