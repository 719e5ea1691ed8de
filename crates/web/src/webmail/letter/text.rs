//! Plain text as markup: escaped, its links live, what is quoted dimmed.

use std::fmt::Write as _;

/// How much text a page shows; the rest can be downloaded with the message.
const MAX_TEXT: usize = 512 * 1024;
/// Quotes deeper than this look like this.
const MAX_QUOTE: usize = 3;

/// Makes safe markup of plain text.
pub(super) fn markup(text: &str) -> String {
    let shown = text.get(..floor_boundary(text, MAX_TEXT)).unwrap_or(text);
    let mut out = String::with_capacity(shown.len() + shown.len() / 4);
    let mut open: Option<Block> = None;
    let mut signature = false;
    for line in shown.trim_end().lines() {
        signature |= line == "-- " || line == "--";
        let block = if signature { Block::Signature } else { Block::Quote(quote_depth(line)) };
        if open != Some(block) {
            if open.is_some() {
                out.push_str("</div>");
            }
            out.push_str(block.tag());
            open = Some(block);
        }
        linked(line, &mut out);
        out.push('\n');
    }
    if open.is_some() {
        out.push_str("</div>");
    }
    if shown.len() < text.len() {
        // The text is ours; it holds no markup.
        let _ = write!(out, "<p class=\"shortened\">{}</p>", postward_texts::text("message-shortened"));
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Quote(usize),
    Signature,
}

impl Block {
    fn tag(self) -> &'static str {
        match self {
            Self::Quote(0) => "<div>",
            Self::Quote(1) => "<div class=\"quote\">",
            Self::Quote(2) => "<div class=\"quote quote-2\">",
            Self::Quote(_) => "<div class=\"quote quote-3\">",
            Self::Signature => "<div class=\"signature\">",
        }
    }
}

fn quote_depth(line: &str) -> usize {
    line.bytes().filter(|&byte| byte != b' ').take_while(|&byte| byte == b'>').take(MAX_QUOTE).count()
}

/// Writes a line with its web addresses as links. The text of a link is its address, so that it cannot lie.
///
/// The crate linkify (0.10) would find them as well, except where the host is an IPv6 address or has an underscore in its
/// name, as hosts of intranets do.
fn linked(line: &str, out: &mut String) {
    let (mut written, mut searched) = (0, 0);
    while let Some(found) = line[searched..].find("http") {
        let start = searched + found;
        let Some(length) = link_at(line, start) else {
            searched = start + "http".len();
            continue;
        };
        let address = &line[start..start + length];
        escape(&line[written..start], out);
        out.push_str("<a target=\"_blank\" rel=\"noopener noreferrer nofollow\" href=\"");
        escape(address, out);
        out.push_str("\">");
        escape(address, out);
        out.push_str("</a>");
        written = start + length;
        searched = written;
    }
    escape(&line[written..], out);
}

/// The length of the web address that begins here: at the start of a word, and with something behind its scheme.
fn link_at(line: &str, start: usize) -> Option<usize> {
    let from = &line[start..];
    let behind = from.strip_prefix("https://").or_else(|| from.strip_prefix("http://"))?;
    let starts_word = line[..start].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    let goes_on = behind.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '[');
    (starts_word && goes_on).then(|| link_length(from))
}

/// An address ends before white space, quotes and angle brackets; punctuation at its end belongs to the sentence.
fn link_length(from: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"'`".contains(c);
    let mut address = &from[..from.find(ends).unwrap_or(from.len())];
    // Nobody writes such an address into a sentence, and the loop below would be slow on it.
    while address.len() < 2_048 {
        let shorter = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
        let shorter = without_odd(shorter, '(', ')').or(without_odd(shorter, '[', ']')).unwrap_or(shorter);
        if shorter.len() == address.len() {
            break;
        }
        address = shorter;
    }
    address.len()
}

/// The address without a closing bracket that was never opened in it.
fn without_odd(address: &str, open: char, close: char) -> Option<&str> {
    let inside = address.strip_suffix(close)?;
    (address.matches(close).count() > address.matches(open).count()).then_some(inside)
}

/// Writes text so that it stays text.
pub(super) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' => out.push('\t'),
            c if c.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\u{fffd}");
            }
            c => out.push(c),
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    if at >= text.len() { text.len() } else { text.floor_char_boundary(at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let markup = markup(text).replace(" target=\"_blank\" rel=\"noopener noreferrer nofollow\"", "");
        assert_eq!(markup, expected, "{text:?}");
    }

    #[test]
    fn text_stays_text() {
        check("a <b>&\"'", "<div>a &lt;b&gt;&amp;&quot;&#39;\n</div>");
        check("a\u{0}\u{1b}[31m", "<div>a\u{fffd}\u{fffd}[31m\n</div>");
        check("", "");
    }

    #[test]
    fn quotes_and_signatures_stand_apart() {
        check(
            "yes\n> sure?\n>> really?\n-- \nAda",
            "<div>yes\n</div><div class=\"quote\">&gt; sure?\n</div><div class=\"quote quote-2\">&gt;&gt; really?\n\
             </div><div class=\"signature\">-- \nAda\n</div>",
        );
    }

    #[test]
    fn web_addresses_become_links_and_nothing_else_does() {
        check(
            "see (https://a.example/x_(y)?q=1&r=2), ok.",
            "<div>see (<a href=\"https://a.example/x_(y)?q=1&amp;r=2\">https://a.example/x_(y)?q=1&amp;r=2</a>), ok.\n</div>",
        );
        for address in ["http://[2001:db8::1]:8080/x", "http://build_host.example/", "http://printer/"] {
            check(&format!("_{address}_"), &format!("<div>_<a href=\"{address}\">{address}</a>_\n</div>"));
        }
        check("javascript:alert(1)", "<div>javascript:alert(1)\n</div>");
        check("xhttps://a.example", "<div>xhttps://a.example\n</div>");
        check("https://", "<div>https://\n</div>");
        check(
            "<https://a.example>\"onclick=x",
            "<div>&lt;<a href=\"https://a.example\">https://a.example</a>&gt;&quot;onclick=x\n</div>",
        );
    }
}
