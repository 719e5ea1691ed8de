//! The MIME parts of a message: where each begins and ends.
//!
//! Only positions are kept, never copies, and nothing is decoded: a section that a client asks for is cut from the
//! message as it was delivered, so that signatures over it hold (RFC 1847). Boundaries are matched as whole lines
//! (RFC 2046 §5.1.1), an outer one before an inner one.

use super::header::{field, header_end};
use mail_parser::{ContentType, HeaderValue, parsers::MessageStream};
use std::ops::Range;

/// How many levels of parts are parsed below the whole message; what is deeper becomes one opaque part. Clients limit the
/// depth of a body structure, and cannot open a folder with a deeper one: imap-codec, which the webmail uses, parses seven
/// levels. Real mail has three, and two more for each message forwarded as an attachment.
const MAX_DEPTH: usize = 6;
/// More than real messages have. The rest becomes the body of the last part.
const MAX_PARTS: usize = 2_000;

/// A message, or a part of one.
#[derive(Debug)]
pub(crate) struct Part {
    /// The header with its empty line.
    pub(crate) header: Range<usize>,
    /// What follows the header.
    pub(crate) body: Range<usize>,
    /// The media type of `Content-Type`, or its default where it is missing.
    pub(crate) media: MediaType,
    /// What is inside.
    pub(crate) content: Content,
}

/// What a part is made of.
#[derive(Debug)]
pub(crate) enum Content {
    /// Text, a picture, anything without parts of its own.
    Leaf,
    /// The parts of a multipart, never none.
    Multipart(Vec<Part>),
    /// An enclosed message/rfc822.
    Message(Box<Part>),
}

/// A media type and its parameters, lower case, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaType {
    pub(crate) kind: String,
    pub(crate) subtype: String,
    pub(crate) parameters: Vec<(String, String)>,
}

impl Part {
    /// Finds the parts of a whole message.
    pub(crate) fn parse(raw: &[u8]) -> Self {
        let mut parser = PartParser { raw, parts_left: MAX_PARTS };
        parser.part(0..raw.len(), MAX_DEPTH, MediaType::text_plain())
    }

    /// Whether the body has a transfer encoding, in which boundaries cannot be found.
    fn encoded(header: &[u8]) -> Encoded {
        match transfer_encoding(header).as_deref() {
            Some("base64" | "quoted-printable") => Encoded::Yes,
            _ => Encoded::No,
        }
    }
}

/// Whether a body is written in base64 or quoted-printable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoded {
    Yes,
    No,
}

impl MediaType {
    /// RFC 2045 §5.2: what a part without `Content-Type` is.
    fn text_plain() -> Self {
        Self {
            kind: "text".to_owned(),
            subtype: "plain".to_owned(),
            parameters: vec![("charset".to_owned(), "us-ascii".to_owned())],
        }
    }

    /// RFC 2046 §5.1.5: what it is inside a multipart/digest.
    fn message() -> Self {
        Self { kind: "message".to_owned(), subtype: "rfc822".to_owned(), parameters: Vec::new() }
    }

    /// The type to show for a part of a composite type in which no parts were found: RFC 3501 cannot express that.
    fn of_leaf(self, encoded: Encoded) -> Self {
        match encoded {
            _ if self.kind != "multipart" && !self.is("message", "rfc822") => self,
            Encoded::No if self.kind == "multipart" => Self::text_plain(),
            _ => {
                let parameters = self.parameters.into_iter().filter(|(name, _)| name == "name").collect();
                Self { kind: "application".to_owned(), subtype: "octet-stream".to_owned(), parameters }
            }
        }
    }

    /// The value of a parameter, if it is given.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is of this type.
    pub(crate) fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind == kind && self.subtype == subtype
    }
}

/// Reads a field that is written like `Content-Type`: a value and parameters.
pub(crate) fn structured(header: &[u8], name: &str) -> Option<ContentType<'static>> {
    let field = field(header, name)?;
    match MessageStream::new(&field.terminated()).parse_content_type() {
        HeaderValue::ContentType(found) if !found.c_type.is_empty() => Some(owned(found)),
        _ => None,
    }
}

/// The parameters of such a field, names in lower case.
pub(crate) fn parameters(found: ContentType<'_>) -> Vec<(String, String)> {
    let attributes = found.attributes.unwrap_or_default();
    attributes.into_iter().map(|a| (a.name.to_ascii_lowercase(), a.value.into_owned())).collect()
}

/// The name of the transfer encoding in lower case, if one is given.
pub(crate) fn transfer_encoding(header: &[u8]) -> Option<String> {
    let value = field(header, "Content-Transfer-Encoding")?.unfolded();
    let name: Vec<u8> = value.into_iter().take_while(|b| b.is_ascii_graphic() && *b != b';').collect();
    (!name.is_empty()).then(|| String::from_utf8_lossy(&name).to_ascii_lowercase())
}

fn owned(found: ContentType<'_>) -> ContentType<'static> {
    match HeaderValue::ContentType(found).into_owned() {
        HeaderValue::ContentType(found) => found,
        _ => ContentType { c_type: "".into(), c_subtype: None, attributes: None },
    }
}

struct PartParser<'m> {
    raw: &'m [u8],
    parts_left: usize,
}

impl PartParser<'_> {
    fn part(&mut self, region: Range<usize>, depth: usize, default: MediaType) -> Part {
        self.parts_left = self.parts_left.saturating_sub(1);
        let split = header_end(self.raw, region.clone());
        let (header, body) = (region.start..split, split..region.end);
        let mut media = self.media(header.clone()).unwrap_or(default);
        let content = match depth.checked_sub(1) {
            Some(depth) => self.content(header.clone(), body.clone(), &media, depth),
            None => Content::Leaf,
        };
        if matches!(content, Content::Leaf) {
            media = media.of_leaf(Part::encoded(&self.raw[header.clone()]));
        }
        Part { header, body, media, content }
    }

    fn media(&self, header: Range<usize>) -> Option<MediaType> {
        let found = structured(&self.raw[header], "Content-Type")?;
        let kind = found.c_type.to_ascii_lowercase();
        let subtype = found.c_subtype.as_deref()?.to_ascii_lowercase();
        let mut media = MediaType { kind, subtype, parameters: parameters(found) };
        if media.is("text", "plain") && media.parameters.is_empty() {
            media = MediaType::text_plain();
        }
        Some(media)
    }

    fn content(
        &mut self,
        header: Range<usize>,
        body: Range<usize>,
        media: &MediaType,
        depth: usize,
    ) -> Content {
        if Part::encoded(&self.raw[header]) == Encoded::Yes {
            // RFC 2045 §6.4 forbids it; what such a part holds can only be shown whole.
            return Content::Leaf;
        }
        if media.is("message", "rfc822") {
            return Content::Message(Box::new(self.part(body, depth, MediaType::text_plain())));
        }
        let Some(boundary) =
            media.parameter("boundary").filter(|b| media.kind == "multipart" && !b.is_empty())
        else {
            return Content::Leaf;
        };
        let default = if media.subtype == "digest" { MediaType::message() } else { MediaType::text_plain() };
        let regions = self.split(body, boundary.as_bytes());
        let parts: Vec<Part> = regions.into_iter().map(|r| self.part(r, depth, default.clone())).collect();
        if parts.is_empty() { Content::Leaf } else { Content::Multipart(parts) }
    }

    /// The regions between the boundary lines of `body`. The line end before a boundary belongs to the boundary.
    fn split(&self, body: Range<usize>, boundary: &[u8]) -> Vec<Range<usize>> {
        let mut regions = Vec::new();
        let mut open: Option<usize> = None;
        let mut at = body.start;
        while at < body.end {
            let line = &self.raw[at..body.end];
            let len = line.iter().position(|b| *b == b'\n').map_or(line.len(), |newline| newline + 1);
            if let Some(delimiter) = Delimiter::read(&line[..len], boundary) {
                if let Some(start) = open.take() {
                    regions.push(start..self.before_line_end(start, at));
                }
                if delimiter == Delimiter::Close {
                    return regions;
                }
                if regions.len() < self.parts_left {
                    open = Some(at + len);
                } else {
                    return regions;
                }
            }
            at += len;
        }
        // The closing boundary is missing: a truncated message, whose last part reaches to the end.
        regions.extend(open.map(|start| start..body.end));
        regions
    }

    fn before_line_end(&self, start: usize, at: usize) -> usize {
        match &self.raw[start..at] {
            [.., b'\r', b'\n'] => at - 2,
            [.., b'\n'] => at - 1,
            _ => at,
        }
    }
}

#[derive(PartialEq, Eq)]
enum Delimiter {
    Next,
    Close,
}

impl Delimiter {
    /// RFC 2046 §5.1.1: `--boundary`, for the last one `--` more, then nothing but blanks.
    fn read(line: &[u8], boundary: &[u8]) -> Option<Self> {
        let behind = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
        let (behind, found) = match behind.strip_prefix(b"--") {
            Some(behind) => (behind, Self::Close),
            None => (behind, Self::Next),
        };
        behind.iter().all(u8::is_ascii_whitespace).then_some(found)
    }
}

#[cfg(test)]
mod tests;
