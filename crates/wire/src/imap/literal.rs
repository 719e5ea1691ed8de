//! Literal headers: the size of a literal is known before a byte of it is read.

/// What announces a literal at the end of a line (RFC 9051 §4.3).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LiteralHeader {
    /// As the client says, or `usize::MAX` where the number is larger.
    pub(super) size: usize,
    pub(super) mode: LiteralMode,
}

/// Whether the client waits before it sends a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LiteralMode {
    /// `{n}`, synchronizing: the client waits for a continuation request.
    Sync,
    /// `{n+}`, non-synchronizing: the client sends it at once (RFC 7888).
    NonSync,
}

impl LiteralHeader {
    /// The header at the end of a line that has lost its line end, if there is one.
    pub(super) fn at_end_of(line: &[u8]) -> Option<Self> {
        let inside = line.strip_suffix(b"}")?;
        let (inside, mode) = match inside.strip_suffix(b"+") {
            Some(inside) => (inside, LiteralMode::NonSync),
            None => (inside, LiteralMode::Sync),
        };
        let brace = inside.iter().rposition(|byte| *byte == b'{')?;
        let digits = inside.get(brace + 1..)?;
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let append =
            |size: usize, digit: &u8| size.saturating_mul(10).saturating_add(usize::from(digit - b'0'));
        Some(Self { size: digits.iter().fold(0, append), mode })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_announced_at_the_end_of_its_line() {
        let header = |line: &str| LiteralHeader::at_end_of(line.as_bytes()).map(|h| (h.size, h.mode));
        assert_eq!(header("a LOGIN {15}"), Some((15, LiteralMode::Sync)));
        assert_eq!(header("a LOGIN {15+}"), Some((15, LiteralMode::NonSync)));
        assert_eq!(header("{0}"), Some((0, LiteralMode::Sync)));
        assert_eq!(header("a {99999999999999999999999999999}"), Some((usize::MAX, LiteralMode::Sync)));
        for no_literal in ["", "}", "{}", "{+}", "15}", "{15} ", "{-1}", "{1 }", "{1}}", "{15++}"] {
            assert_eq!(header(no_literal), None, "{no_literal}");
        }
    }
}
