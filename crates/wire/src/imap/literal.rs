//! Literals, as far as their borders go: their size is known before a byte of them is read.

/// A literal announced at the end of a line (RFC 9051 §4.3).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Announced {
    /// As the client says, or `usize::MAX` where the number is larger.
    pub(super) size: usize,
    pub(super) kind: LiteralKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LiteralKind {
    /// `{n}`: the client waits to be asked for it.
    Asked,
    /// `{n+}`: it is on its way already (RFC 7888).
    Unasked,
}

impl Announced {
    pub(super) fn at_end_of(line: &[u8]) -> Option<Self> {
        let inside = line.strip_suffix(b"}")?;
        let (inside, kind) = match inside.strip_suffix(b"+") {
            Some(inside) => (inside, LiteralKind::Unasked),
            None => (inside, LiteralKind::Asked),
        };
        let brace = inside.iter().rposition(|byte| *byte == b'{')?;
        let digits = inside.get(brace + 1..)?;
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let append =
            |size: usize, digit: &u8| size.saturating_mul(10).saturating_add(usize::from(digit - b'0'));
        Some(Self { size: digits.iter().fold(0, append), kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_announced_at_the_end_of_its_line() {
        let announced = |line: &str| Announced::at_end_of(line.as_bytes()).map(|a| (a.size, a.kind));
        assert_eq!(announced("a LOGIN {15}"), Some((15, LiteralKind::Asked)));
        assert_eq!(announced("a LOGIN {15+}"), Some((15, LiteralKind::Unasked)));
        assert_eq!(announced("{0}"), Some((0, LiteralKind::Asked)));
        assert_eq!(announced("a {99999999999999999999999999999}"), Some((usize::MAX, LiteralKind::Asked)));
        for no_literal in ["", "}", "{}", "{+}", "15}", "{15} ", "{-1}", "{1 }", "{1}}", "{15++}"] {
            assert_eq!(announced(no_literal), None, "{no_literal}");
        }
    }
}
