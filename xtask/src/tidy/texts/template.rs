//! Takes a template apart: what is markup, what is code, and what people read.
//!
//! It knows as much of HTML and of askama as our templates use: comments, blocks of code, tags with quoted attributes.

/// A piece of a template and the line it begins in, counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) line: usize,
    pub(super) kind: Kind<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// Between tags.
    Text(&'a str),
    /// What stands literally in an attribute, without the code in it.
    Attribute { tag: String, name: String, value: String },
    /// Between `{{` and `}}`, or `{%` and `%}`.
    Code { is_block: bool, code: &'a str },
}

/// Takes a whole file apart.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut reader = Reader { text, at: 0, pieces: Vec::new() };
    while reader.at < text.len() {
        reader.piece();
    }
    reader.pieces
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, at: usize, kind: Kind<'a>) {
        let line = self.text[..at].matches('\n').count() + 1;
        self.pieces.push(Piece { line, kind });
    }

    fn piece(&mut self) {
        if self.skip_code() {
            return;
        }
        let rest = self.rest();
        if rest.starts_with("<!--") {
            self.at += rest.find("-->").map_or(rest.len(), |end| end + 3);
        } else if rest.starts_with('<')
            && rest[1..].starts_with(|c: char| c.is_alphabetic() || c == '/' || c == '!')
        {
            self.tag();
        } else {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let end = rest[first..].find(['<', '{']).map_or(rest.len(), |end| first + end);
            let start = self.at;
            self.at += end;
            self.push(start, Kind::Text(&rest[..end]));
        }
    }

    /// Passes a comment or a block of code, if one begins here.
    fn skip_code(&mut self) -> bool {
        let rest = self.rest();
        for (opens, closes) in [("{#", "#}"), ("{%", "%}"), ("{{", "}}")] {
            if rest.starts_with(opens) {
                let end = rest.find(closes).unwrap_or(rest.len());
                let code = rest.get(2..end).unwrap_or_default();
                let start = self.at;
                self.at += (end + 2).min(rest.len());
                if opens != "{#" {
                    self.push(start, Kind::Code { is_block: opens == "{%", code });
                }
                return true;
            }
        }
        false
    }

    fn tag(&mut self) {
        let tag: String = self.rest()[1..].chars().take_while(|c| c.is_alphanumeric() || *c == '!').collect();
        self.at += 1 + tag.len();
        let mut name = String::new();
        while let Some(c) = self.rest().chars().next() {
            match c {
                '>' => {
                    self.at += 1;
                    break;
                }
                '"' | '\'' => {
                    let start = self.at;
                    let value = self.quoted(c);
                    let name = std::mem::take(&mut name);
                    self.push(start, Kind::Attribute { tag: tag.clone(), name, value });
                }
                '{' if self.skip_code() => name.clear(),
                _ => {
                    self.at += c.len_utf8();
                    match c {
                        '=' => {}
                        _ if c.is_whitespace() => name.clear(),
                        _ => name.push(c),
                    }
                }
            }
        }
    }

    /// What stands between quotes, without code.
    fn quoted(&mut self, quote: char) -> String {
        self.at += 1;
        let mut value = String::new();
        while let Some(c) = self.rest().chars().next() {
            if c == '{' && self.skip_code() {
                continue;
            }
            self.at += c.len_utf8();
            if c == quote {
                break;
            }
            value.push(c);
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let read: Vec<String> = pieces(text)
            .into_iter()
            .map(|piece| match piece.kind {
                Kind::Text(text) => format!("text {text}"),
                Kind::Attribute { tag, name, value } => format!("{tag} {name} {value}"),
                Kind::Code { is_block, code } => {
                    format!("{} {}", if is_block { "block" } else { "code" }, code.trim())
                }
            })
            .collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn text_attributes_and_code_are_told_apart() {
        check(
            "<p class=\"a\">Hello {{ name }}<br>{% if x %}{# no #}",
            &["p class a", "text Hello ", "code name", "block if x"],
        );
    }

    #[test]
    fn code_in_an_attribute_may_hold_quotes_and_brackets() {
        check(
            "<a href=\"{{ f(\">\") }}\"{% if a > b %} title=\"x{{ y }}z\"{% endif %}>t</a>",
            &["code f(\">\")", "a href ", "block if a > b", "code y", "a title xz", "block endif", "text t"],
        );
    }

    #[test]
    fn lines_are_counted() {
        let lines: Vec<usize> =
            pieces("<!doctype html>\n<p>\n{{ a }}").iter().map(|piece| piece.line).collect();
        assert_eq!(lines, [1, 2, 3]);
    }
}
