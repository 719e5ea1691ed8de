//! Searching the text of a message: encoded-words, transfer encodings and charsets are decoded first.

use crate::imap::message::header::fields;
use crate::imap::message::mime::{Content, Part, transfer_encoding};
use mail_parser::decoders::{
    base64::base64_decode, charsets::map::charset_decoder, quoted_printable::quoted_printable_decode,
};
use mail_parser::{HeaderValue, parsers::MessageStream};
use std::borrow::Cow;

/// The text that is searched for, without regard to case (RFC 3501 §6.4.4).
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

/// Whether a field of that name contains the needle; an empty needle is contained in every field.
pub(crate) fn header_contains(header: &[u8], name: &str, needle: &Needle) -> bool {
    fields(header).filter(|field| field.is(name.as_bytes())).any(|field| {
        let value = field.terminated();
        // People search for the decoded text, programs for the raw one.
        needle.is_in(&words(&value)) || needle.is_in(&String::from_utf8_lossy(&field.unfolded()))
    })
}

/// Whether the text of the body contains the needle. Parts that are no text are not searched.
pub(crate) fn body_contains(raw: &[u8], needle: &Needle) -> bool {
    part_contains(raw, &Part::parse(raw), needle)
}

/// A whole header, decoded, with one field in each line.
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
        // What cannot be decoded is searched as it is.
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
