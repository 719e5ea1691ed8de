//! A sender or recipient of a message: the name and the address in its header.

use imap_types::core::NString;
use imap_types::envelope::Address;
use mail_parser::parsers::MessageStream;
use postward_texts::text;
use postward_wire::untrusted_text::single_line;

/// A name and an address, as they stand in a header: anybody can write anything there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// The name, where one is given.
    pub(crate) name: Option<String>,
    /// The address; empty where the header has none.
    pub(crate) address: String,
}

impl Person {
    /// What to call this person in a list.
    pub(crate) fn label(&self) -> &str {
        match &self.name {
            Some(name) if !name.is_empty() => name,
            _ if self.address.is_empty() => text("unknown-sender"),
            _ => &self.address,
        }
    }

    /// Reads one address of an ENVELOPE; group markers (RFC 3501 §7.4.2: an address without a host) are nobody.
    pub(super) fn of_envelope(address: &Address<'_>) -> Option<Self> {
        let (local_part, host) = (utf8(&address.mailbox)?, utf8(&address.host)?);
        Some(Self { name: header_text(&address.name), address: format!("{local_part}@{host}") })
    }
}

/// A header text of an ENVELOPE, with its encoded words (RFC 2047) read and its control characters gone.
pub(super) fn header_text(value: &NString<'_>) -> Option<String> {
    let bytes = value.0.as_ref()?.as_ref();
    // The parser wants a header field: one that ends, and goes on nowhere.
    let mut field: Vec<u8> = bytes.iter().map(|&b| if b == b'\r' || b == b'\n' { b' ' } else { b }).collect();
    field.push(b'\n');
    let parsed = MessageStream::new(&field).parse_unstructured();
    Some(single_line(parsed.as_text()?)).filter(|text| !text.is_empty())
}

fn utf8(value: &NString<'_>) -> Option<String> {
    let bytes = value.0.as_ref()?.as_ref();
    Some(single_line(&String::from_utf8_lossy(bytes)))
}
