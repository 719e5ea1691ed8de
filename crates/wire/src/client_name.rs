//! What a client calls itself, made safe for lists and logs.

use alloc::format;
use alloc::string::String;

/// The name and version a client gave (IMAP `ID`, SMTP `EHLO`), shortened and with everything unprintable left out.
/// It proves nothing; it helps an owner to recognise a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientName(String);

impl ClientName {
    /// In bytes: long enough for the mail apps and host names there are, short enough for a list.
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

/// How people call a client: `Firefox on Windows` for what a browser says of itself; mail apps are left as they are.
pub fn plain(client: &str) -> String {
    if !client.starts_with("Mozilla/") {
        return client.into();
    }
    // Each also names the ones below it.
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Thunderbird/", "Thunderbird"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let known = |names: &[(&str, &'static str)]| {
        names.iter().find(|(token, _)| client.contains(token)).map(|(_, name)| *name)
    };
    match (known(&BROWSERS), known(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.into(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => client.into(),
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

    #[test]
    fn browsers_are_called_as_people_call_them() {
        let check = |client, expected| assert_eq!(plain(client), expected);
        check("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox on Linux");
        check(
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36 \
             Edg/129.0",
            "Edge on Windows",
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1",
            "Safari on iPhone",
        );
        check("Apple Mail 16.0", "Apple Mail 16.0");
    }
}
