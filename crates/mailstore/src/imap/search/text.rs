//! SeenEffect for words in a message as people read it: encoded-words, transfer encodings and charsets undone.

use crate::imap::message::header::fields;
use crate::imap::message::mime::{Content, Part, transfer_encoding};
use mail_parser::decoders::{
    base64::base64_decode, charsets::map::charset_decoder, quoted_printable::quoted_printable_decode,
};
use mail_parser::{HeaderValue, parsers::MessageStream};
use std::borrow::Cow;

/// What is looked for. Case does not matter (RFC 3501 §6.4.4).
#[derive(Debug)]
pub(crate) struct Needle(String);

impl Needle {
    pub(crate) fn new(text: &[u8]) -> Self {
        Self(String::from_utf8_lossy(text).to_lowercase())
    }

    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.0.is_empty() || text.to_lowercase().contains(&self.0)
    }
}

/// Whether a field of that name holds the needle; an empty one is held by every field there is.
pub(crate) fn header_contains(header: &[u8], name: &str, needle: &Needle) -> bool {
    fields(header).filter(|field| field.is(name.as_bytes())).any(|field| {
        let value = field.terminated();
        // A person may look for what he reads, a program for what stands there.
        needle.is_in(&words(&value)) || needle.is_in(&String::from_utf8_lossy(&field.unfolded()))
    })
}

/// Whether the text of the body holds the needle. Attachments that are no text are not looked into.
pub(crate) fn body_contains(raw: &[u8], needle: &Needle) -> bool {
    part_contains(raw, &Part::parse(raw), needle)
}

/// A whole header, a field in a line.
pub(crate) fn decoded(header: &[u8]) -> String {
    let mut out = String::new();
    for field in fields(header) {
        out.push_str(&String::from_utf8_lossy(field.name));
        out.push_str(": ");
        out.push_str(&words(&field.terminated()));
        out.push('\n');
    }
    out
}

fn words(value: &[u8]) -> Cow<'_, str> {
    match MessageStream::new(value).parse_unstructured() {
        HeaderValue::Text(text) => text,
        _ => Cow::Borrowed(""),
    }
}

fn part_contains(raw: &[u8], part: &Part, needle: &Needle) -> bool {
    match &part.content {
        Content::Multipart(parts) => parts.iter().any(|part| part_contains(raw, part, needle)),
        Content::Message(message) => {
            needle.is_in(&decoded(&raw[message.header.clone()])) || part_contains(raw, message, needle)
        }
        Content::Leaf => part.media.kind == "text" && needle.is_in(&text(raw, part)),
    }
}

fn text<'m>(raw: &'m [u8], part: &Part) -> Cow<'m, str> {
    let body = &raw[part.body.clone()];
    let bytes = match transfer_encoding(&raw[part.header.clone()]).as_deref() {
        // What cannot be decoded is looked at as it stands.
        Some("base64") => base64_decode(body).map_or(Cow::Borrowed(body), Cow::Owned),
        Some("quoted-printable") => quoted_printable_decode(body).map_or(Cow::Borrowed(body), Cow::Owned),
        _ => Cow::Borrowed(body),
    };
    match part.media.parameter("charset").and_then(|name| charset_decoder(name.as_bytes())) {
        Some(decode) => decode(&bytes).into(),
        None => match bytes {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
        },
    }
}
