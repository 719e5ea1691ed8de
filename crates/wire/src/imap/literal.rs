//! Literal headers: the size of a literal is known before a byte of it is read. Servers and clients frame by them.

/// What announces a literal at the end of a line (RFC 9051 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiteralHeader {
    /// In octets, or `u64::MAX` where the number is larger: such a literal is too large, and the line announces one.
    pub size: u64,
    /// Who speaks next.
    pub mode: LiteralMode,
}

/// Whether the client waits before it sends a literal. A server always sends its own at once (RFC 9051 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiteralMode {
    /// `{n}`, synchronizing: the client waits for a continuation request.
    Sync,
    /// `{n+}`, non-synchronizing: the client sends it at once (RFC 7888).
    NonSync,
}

impl LiteralHeader {
    /// The header at the end of a line that has lost its line end, if there is one, and the line in front of it.
    pub fn split_from(line: &[u8]) -> Option<(&[u8], Self)> {
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
        let append = |size: u64, digit: &u8| size.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
        Some((inside.get(..brace)?, Self { size: digits.iter().fold(0, append), mode }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_announced_at_the_end_of_its_line() {
        let header = |line: &str| LiteralHeader::split_from(line.as_bytes()).map(|(_, h)| (h.size, h.mode));
        assert_eq!(header("a LOGIN {15}"), Some((15, LiteralMode::Sync)));
        assert_eq!(header("a LOGIN {15+}"), Some((15, LiteralMode::NonSync)));
        assert_eq!(header("{0}"), Some((0, LiteralMode::Sync)));
        assert_eq!(header("a {99999999999999999999999999999}"), Some((u64::MAX, LiteralMode::Sync)));
        let (before, _) = LiteralHeader::split_from(b"a LOGIN {15+}").expect("a header");
        assert_eq!(before, b"a LOGIN ");
        for no_literal in ["", "}", "{}", "{+}", "15}", "{15} ", "{-1}", "{1 }", "{1}}", "{15++}"] {
            assert_eq!(header(no_literal), None, "{no_literal}");
        }
    }
}
