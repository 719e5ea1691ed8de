//! Splits Rust source into the tokens the rules read: names, operators, lifetimes and literals. Comments are left out.
//!
//! It knows as much of the language as is needed never to take text for code: nested comments, raw strings, character
//! literals beside lifetimes. It accepts what does not compile; the compiler refuses that.

/// One token and the line it begins in, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tidy) struct Token {
    pub(in crate::tidy) kind: Kind,
    pub(in crate::tidy) line: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tidy) enum Kind {
    /// A name or a keyword; `r#type` is the name `type`.
    Word(String),
    /// `::`, `->`, `=>`, `..`, `..=` and `...` are one token each, every other operator one for each character.
    Operator(&'static str),
    Lifetime,
    /// A string, with what stands between its quotes as it is written.
    Text(String),
    /// A character or a number.
    Literal,
}

impl Token {
    pub(in crate::tidy) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(in crate::tidy) fn is(&self, text: &str) -> bool {
        match &self.kind {
            Kind::Word(word) => word == text,
            Kind::Operator(operator) => *operator == text,
            Kind::Lifetime | Kind::Text(_) | Kind::Literal => false,
        }
    }

    /// What a string holds.
    pub(in crate::tidy) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The longer ones first: the first that fits is taken.
const OPERATORS: [&str; 36] = [
    "..=", "...", "::", "->", "=>", "..", "(", ")", "[", "]", "{", "}", "<", ">", ",", ";", ":", ".", "#",
    "!", "&", "*", "+", "-", "/", "=", "|", "?", "@", "$", "%", "^", "~", "'", "\\", "`",
];

/// Reads a whole file.
pub(in crate::tidy) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: text, line: 1 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token() {
        tokens.push(token);
    }
    tokens
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
}

impl Lexer<'_> {
    fn token(&mut self) -> Option<Token> {
        self.skip_blanks_and_comments();
        let line = self.line;
        let first = self.rest.chars().next()?;
        let kind = if let Some(length) = self.string_length() {
            let text = between_quotes(&self.rest[..length]).to_owned();
            self.advance(length);
            Kind::Text(text)
        } else if first == '\'' {
            self.quote()
        } else if first.is_ascii_digit() {
            self.advance(number_length(self.rest));
            Kind::Literal
        } else if is_word_start(first) {
            if self.rest.starts_with("r#") {
                self.advance(2);
            }
            let length = word_length(self.rest);
            let word = self.rest[..length].to_owned();
            self.advance(length);
            Kind::Word(word)
        } else if let Some(operator) = OPERATORS.into_iter().find(|operator| self.rest.starts_with(operator))
        {
            self.advance(operator.len());
            Kind::Operator(operator)
        } else {
            self.advance(first.len_utf8());
            Kind::Literal
        };
        Some(Token { kind, line })
    }

    fn advance(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        self.line += passed.matches('\n').count();
        self.rest = rest;
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            let blanks = self.rest.len() - self.rest.trim_start().len();
            self.advance(blanks);
            if self.rest.starts_with("//") {
                self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                self.advance(block_comment_length(self.rest));
            } else {
                return;
            }
        }
    }

    /// The length of the string that begins here, if one does: `"…"`, `b"…"`, `c"…"`, `r#"…"#`, `br"…"` and so on.
    fn string_length(&self) -> Option<usize> {
        let bytes = self.rest.as_bytes();
        let mut at = usize::from(matches!(bytes.first(), Some(b'b' | b'c')));
        let raw = bytes.get(at) == Some(&b'r');
        at += usize::from(raw);
        let hashes = bytes[at..].iter().take_while(|byte| **byte == b'#').count();
        if bytes.get(at + hashes) != Some(&b'"') || (hashes > 0 && !raw) {
            return None;
        }
        let body = at + hashes + 1;
        if raw {
            let end = format!("\"{}", "#".repeat(hashes));
            let length = self.rest[body..].find(&end).map(|found| body + found + end.len());
            return Some(length.unwrap_or(self.rest.len()));
        }
        let mut escaped = false;
        for (offset, byte) in bytes[body..].iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => return Some(body + offset + 1),
                _ => {}
            }
        }
        Some(self.rest.len())
    }

    /// `'a` is a lifetime, `'a'` a character: what follows the first character decides.
    fn quote(&mut self) -> Kind {
        let mut characters = self.rest.char_indices().skip(1);
        let (Some((_, first)), second) = (characters.next(), characters.next()) else {
            self.advance(1);
            return Kind::Literal;
        };
        if first != '\\' && second.is_none_or(|(_, second)| second != '\'') && is_word_start(first) {
            self.advance(1);
            self.advance(word_length(self.rest));
            return Kind::Lifetime;
        }
        // After a backslash the next character is part of the escape, even when it is a quote.
        let from = if first == '\\' { 3 } else { 1 + first.len_utf8() };
        let end = self.rest.get(from..).and_then(|rest| rest.find('\''));
        self.advance(end.map_or(self.rest.len(), |end| from + end + 1));
        Kind::Literal
    }
}

/// `b"…"` and `r#"…"#` without what stands around.
fn between_quotes(string: &str) -> &str {
    let from = string.find('"').map_or(0, |quote| quote + 1);
    let until = string.rfind('"').filter(|until| *until >= from).unwrap_or(string.len());
    &string[from..until]
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// `1_000u32`, `0xff`, `2.5e3`; but `0..9` is a number and an operator, and `1.max(2)` a number with a method.
fn number_length(text: &str) -> usize {
    let whole = word_length(text);
    let mut after = text[whole..].chars();
    let is_fraction = after.next() == Some('.') && after.next().is_some_and(|c| c.is_ascii_digit());
    if is_fraction { whole + 1 + word_length(&text[whole + 1..]) } else { whole }
}

/// Block comments nest.
fn block_comment_length(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            (at, depth) = (at + 2, depth + 1);
        } else if rest.starts_with(b"*/") {
            (at, depth) = (at + 2, depth - 1);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let read: Vec<String> = tokens(text)
            .into_iter()
            .map(|token| match token.kind {
                Kind::Word(word) => word,
                Kind::Operator(operator) => operator.to_owned(),
                Kind::Lifetime => "LIFETIME".to_owned(),
                Kind::Text(_) | Kind::Literal => "LITERAL".to_owned(),
            })
            .collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn comments_are_left_out_even_nested_ones() {
        check("a // crate::b\n/* c /* d */ e */ f", &["a", "f"]);
        check("/// [`crate::x`]\nmod y;", &["mod", "y", ";"]);
    }

    #[test]
    fn what_stands_in_a_string_is_no_code() {
        check(r#"f("crate::a \" // b", c)"#, &["f", "(", "LITERAL", ",", "c", ")"]);
        check(
            r###"r#"use crate::a;" // "# b"x" br"y\" c"z""###,
            &["LITERAL", "LITERAL", "LITERAL", "LITERAL"],
        );
    }

    #[test]
    fn a_string_is_kept_as_it_is_written() {
        let held = |text: &str| tokens(text).first().and_then(Token::text).map(str::to_owned);
        assert_eq!(held(r#""a \" b" c"#).as_deref(), Some(r#"a \" b"#));
        assert_eq!(held(r###"br##"a "# b"## c"###).as_deref(), Some(r##"a "# b"##));
        assert_eq!(held("\"never closed").as_deref(), Some("never closed"));
        assert_eq!(held("'a'"), None);
    }

    #[test]
    fn characters_and_lifetimes_are_told_apart() {
        check(
            "'a' 'b '\\'' '\\u{41}' 'static x",
            &["LITERAL", "LIFETIME", "LITERAL", "LITERAL", "LIFETIME", "x"],
        );
        check("b'{' '\"' '{' 'é'", &["b", "LITERAL", "LITERAL", "LITERAL", "LITERAL"]);
    }

    #[test]
    fn paths_arrows_and_ranges_are_one_operator_each() {
        check("crate::a->b=>0..=9", &["crate", "::", "a", "->", "b", "=>", "LITERAL", "..=", "LITERAL"]);
        check(
            "x.0.1 1.5 2.max(3)",
            &["x", ".", "LITERAL", "LITERAL", "LITERAL", ".", "max", "(", "LITERAL", ")"],
        );
    }

    #[test]
    fn a_raw_name_is_its_name_and_lines_are_counted() {
        check("r#type", &["type"]);
        let lines: Vec<usize> = tokens("a\n\"x\ny\"\n/* \n */ b").iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 2, 5]);
    }
}
