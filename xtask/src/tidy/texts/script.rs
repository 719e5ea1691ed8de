//! The strings of a script.

/// What every string and template of a script holds, and the line it begins in. Comments are left out.
pub(super) fn strings(script: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < script.len() {
        let rest = &script[at..];
        let first = rest.chars().next().unwrap_or_default();
        at += if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if matches!(first, '"' | '\'' | '`') {
            let end = string_end(rest, first);
            found.push((script[..at].matches('\n').count() + 1, &rest[1..end]));
            (end + 1).min(rest.len())
        } else {
            first.len_utf8()
        };
    }
    found
}

/// Where the quote stands that closes the string.
fn string_end(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (offset, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return offset,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_and_comments_are_not() {
        let script = "// it's \"no\"\nf('a', \"b \\\" c\"); /* 'd' */\ng(`e ${f}`)";
        assert_eq!(strings(script), [(2, "a"), (2, "b \\\" c"), (3, "e ${f}")]);
    }
}
