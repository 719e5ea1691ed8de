//! The parts of a message (RFC 2045, 2046), found within limits.
//!
//! Header fields are read and encodings undone by `mail-parser`; following the parts is done here, because a message
//! that nests a hundred thousand messages makes a general parser overflow its stack, and here somebody else's mail
//! decides.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, Message, MessageParser, MessagePart, MimeHeaders};
use postward_wire::untrusted_text::single_line;
use std::borrow::Cow;

/// How deep parts are followed. Deeper ones are shown as something to download.
const MAX_DEPTH: usize = 16;
/// How many parts are looked at.
const MAX_PARTS: usize = 500;
/// How much of a part's header is read.
const MAX_HEADER: usize = 256 * 1024;

/// A part of a message.
pub(super) enum Entity<'m> {
    /// A part that holds something.
    Leaf(Box<Leaf<'m>>),
    /// A part that holds parts.
    Multipart(Kind, Vec<Entity<'m>>),
}

/// How the parts of a multipart belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The same thing in several forms, the richest last.
    Alternative,
    /// One thing, and what it is made with.
    Related,
    /// Several things.
    Mixed,
}

/// A part that holds something.
pub(super) struct Leaf<'m> {
    /// Its place among the leaves, counted from the start of the message: its name in paths.
    pub(super) number: usize,
    /// Its header fields; none where it begins with an empty line.
    header: MessagePart<'m>,
    body: &'m [u8],
}

impl<'m> Entity<'m> {
    /// Reads the parts of a whole message.
    pub(super) fn parse(message: &'m [u8]) -> Self {
        Self::at_depth(message, 0, &mut Count { leaves: 0, parts: 0 })
    }

    fn at_depth(bytes: &'m [u8], depth: usize, count: &mut Count) -> Self {
        count.parts += 1;
        let (head, body) = split_header(bytes);
        let header = read_header(head).and_then(|header| header.parts.into_iter().next()).unwrap_or_default();
        let multipart = header.content_type().filter(|kind| kind.ctype().eq_ignore_ascii_case("multipart"));
        if let Some(content_type) = multipart
            && depth < MAX_DEPTH
            && let Some(boundary) = content_type.attribute("boundary")
        {
            let kind = Kind::of(content_type);
            let parts: Vec<Self> = split_parts(body, boundary.as_bytes())
                .map_while(|part| (count.parts < MAX_PARTS).then(|| Self::at_depth(part, depth + 1, count)))
                .collect();
            if !parts.is_empty() {
                return Self::Multipart(kind, parts);
            }
        }
        let number = count.leaves;
        count.leaves += 1;
        Self::Leaf(Box::new(Leaf { number, header, body }))
    }
}

struct Count {
    leaves: usize,
    parts: usize,
}

impl Kind {
    fn of(content_type: &ContentType<'_>) -> Self {
        match content_type.subtype().map(str::to_ascii_lowercase).as_deref() {
            Some("alternative") => Self::Alternative,
            Some("related") => Self::Related,
            // RFC 2046 §5.1.7: every other kind is treated as mixed.
            _ => Self::Mixed,
        }
    }
}

impl Leaf<'_> {
    /// `type/subtype` in lower case; `text/plain` where nothing is said (RFC 2045 §5.2).
    pub(super) fn content_type(&self) -> String {
        match self.header.content_type() {
            None => "text/plain".to_owned(),
            Some(content_type) => {
                let subtype = content_type.subtype().unwrap_or("octet-stream");
                format!("{}/{subtype}", content_type.ctype()).to_ascii_lowercase()
            }
        }
    }

    /// Whether the sender wants it saved and not shown.
    pub(super) fn is_attachment(&self) -> bool {
        self.header.content_disposition().is_some_and(|disposition| disposition.is_attachment())
    }

    /// The name other parts call it by.
    pub(super) fn content_id(&self) -> Option<&str> {
        self.header.content_id().map(|id| id.trim_matches(['<', '>'])).filter(|id| !id.is_empty())
    }

    /// The file name the sender gave it.
    pub(super) fn file_name(&self) -> Option<String> {
        self.header.attachment_name().map(single_line).filter(|name| !name.is_empty())
    }

    /// What it holds, its transfer encoding undone; as it stands where the encoding is broken.
    pub(super) fn bytes(&self) -> Cow<'_, [u8]> {
        let encoding =
            self.header.content_transfer_encoding().unwrap_or_default().trim().to_ascii_lowercase();
        let decoded = match encoding.as_str() {
            "base64" => base64_decode(self.body),
            "quoted-printable" => quoted_printable_decode(self.body),
            _ => None,
        };
        decoded.map_or(Cow::Borrowed(self.body), Cow::Owned)
    }

    /// What it holds, as text.
    pub(super) fn text(&self) -> String {
        let bytes = self.bytes();
        let charset = self.header.content_type().and_then(|content_type| content_type.attribute("charset"));
        match charset.and_then(|charset| charset_decoder(charset.as_bytes())) {
            Some(decode) => decode(&bytes),
            None => String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

/// The header of a message: what stands before the first empty line.
pub(super) fn header_of(message: &[u8]) -> &[u8] {
    split_header(message).0
}

/// Reads header fields, and never the message: `MessageParser::parse` overflows the stack on mail that nests messages
/// deeply. `None` where there are none, which the parser's own accessors do not bear.
pub(super) fn read_header(head: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse_headers(head).filter(|header| !header.parts.is_empty())
}

fn split_header(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if matches!(line, b"\r\n" | b"\n") {
            let (head, body) = bytes.split_at(end);
            let body = body.get(line.len()..).unwrap_or_default();
            return (head.get(..MAX_HEADER).unwrap_or(head), body);
        }
        end += line.len();
    }
    (bytes.get(..MAX_HEADER).unwrap_or(bytes), &[])
}

/// What stands between the delimiter lines (RFC 2046 §5.1.1). A message cut short ends its last part.
fn split_parts<'m>(body: &'m [u8], boundary: &[u8]) -> impl Iterator<Item = &'m [u8]> {
    let mut parts = Vec::new();
    let (mut position, mut part_start) = (0, None);
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let (line_start, line_end) = (position, position + line.len());
        position = line_end;
        let Some(delimiter) = Delimiter::read(line, boundary) else { continue };
        if let Some(start) = part_start.take() {
            parts.push(body.get(start..line_start).map(without_line_end).unwrap_or_default());
        }
        match delimiter {
            Delimiter::Next => part_start = Some(line_end),
            Delimiter::Last => break,
        }
    }
    parts.extend(part_start.and_then(|start| body.get(start..)));
    parts.into_iter()
}

enum Delimiter {
    Next,
    Last,
}

impl Delimiter {
    fn read(line: &[u8], boundary: &[u8]) -> Option<Self> {
        let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
        match rest.trim_ascii_end() {
            b"" => Some(Self::Next),
            b"--" => Some(Self::Last),
            _ => None,
        }
    }
}

/// The line end before a delimiter belongs to the delimiter.
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}
