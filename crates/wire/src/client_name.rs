//! What a client calls itself, made safe for lists and logs.

use alloc::string::String;

/// The name and version a client gave (IMAP `ID`, SMTP `EHLO`), shortened and with everything unprintable left out.
/// It proves nothing; it helps an owner to recognise a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientName(String);

impl ClientName {
    /// Long enough for every real mail app and host name in a list, short enough to be no burden to anybody.
    pub const MAX_LEN: usize = 64;

    /// Takes what can be shown of it, or nothing if that is nothing.
    pub fn from_wire(bytes: &[u8]) -> Option<Self> {
        let printable = bytes.iter().filter(|byte| matches!(byte, b' '..=b'~')).take(Self::MAX_LEN);
        let text: String = printable.map(|byte| char::from(*byte)).collect();
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.into()))
    }

    /// Printable ASCII, one line, never empty.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_name_is_one_short_printable_line() {
        let name = |bytes| ClientName::from_wire(bytes).map(|n| n.0);
        assert_eq!(name(b" Mail\r\n\x1b[2J\xff 1.0 ").as_deref(), Some("Mail[2J 1.0"));
        assert_eq!(name(b"\0\r\n "), None);
        assert_eq!(name(&[b'a'; 1000]).map(|n| n.len()), Some(64));
    }
}
