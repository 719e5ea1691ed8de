//! What is attached to a message: its line in the page, and its bytes with headers that keep it from acting as a page.

use super::mime::{Leaf, header_of, read_header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use postward_wire::untrusted_text::single_line;

/// A line in the list of attachments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attachment {
    /// Its number in the message.
    pub(crate) number: usize,
    /// A name that is safe to show and to save under.
    pub(crate) name: String,
    /// What it says to be.
    pub(crate) content_type: String,
    /// How many bytes it has.
    pub(crate) size: usize,
}

/// An attachment to be saved.
pub(crate) struct Download {
    /// A name that is safe to save under.
    pub(crate) name: String,
    /// A type no browser runs anything for.
    pub(crate) content_type: &'static str,
    /// The content.
    pub(crate) bytes: Vec<u8>,
}

/// Longest name kept, in characters: file systems take 255 bytes.
const MAX_NAME: usize = 80;

impl Attachment {
    pub(super) fn of(leaf: &Leaf<'_>) -> Self {
        Self {
            number: leaf.number,
            name: name(leaf),
            content_type: leaf.content_type(),
            size: leaf.bytes().len(),
        }
    }
}

impl Download {
    pub(super) fn of(leaf: &Leaf<'_>) -> Self {
        let bytes = leaf.bytes().into_owned();
        Self { name: name(leaf), content_type: harmless(&leaf.content_type()), bytes }
    }

    /// RFC 6266: to be saved, under this name; the plain form for those who cannot read the other.
    pub(crate) fn disposition(&self) -> String {
        disposition(&self.name)
    }
}

/// What RFC 5987 §3.2.1 calls attr-char stays.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The value of `Content-Disposition` for a file to be saved under a safe name.
pub(crate) fn disposition(name: &str) -> String {
    let ascii: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || " .-_()".contains(c) { c } else { '_' })
        .collect();
    let encoded = utf8_percent_encode(name, ATTR_CHAR);
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

fn name(leaf: &Leaf<'_>) -> String {
    let given = leaf.file_name().or_else(|| {
        // A forwarded message is known by its subject.
        if leaf.content_type() != "message/rfc822" {
            return None;
        }
        let bytes = leaf.bytes();
        let header = read_header(header_of(&bytes));
        let subject = header.as_ref().and_then(|header| header.subject()).unwrap_or("message");
        Some(format!("{}.eml", single_line(subject)))
    });
    let given = given.map(|given| safe_name(&given)).filter(|given| !given.is_empty());
    given.unwrap_or_else(|| format!("attachment-{}.{}", leaf.number + 1, extension(&leaf.content_type())))
}

/// A name without a path, without what file systems and people stumble over, and not hidden.
pub(crate) fn safe_name(name: &str) -> String {
    let name = single_line(name);
    let cleaned: String = name
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .map(|c| if ":*?\"<>|".contains(c) { '_' } else { c })
        .collect();
    let cleaned = cleaned.trim_matches(['.', ' ']);
    if cleaned.chars().count() <= MAX_NAME {
        return cleaned.to_owned();
    }
    // The end of a name tells what it is.
    let ending: String = match cleaned.rsplit_once('.') {
        Some((_, ending)) if ending.len() <= 10 => format!(".{ending}"),
        _ => String::new(),
    };
    let kept: String = cleaned.chars().take(MAX_NAME - ending.chars().count()).collect();
    kept.trim_end_matches(['.', ' ']).to_owned() + &ending
}

/// The types a browser may be told, so that a phone opens them with the right app. Whatever could run in a page is
/// bytes to it.
fn harmless(content_type: &str) -> &'static str {
    const KNOWN: &[&str] = &[
        "application/pdf",
        "application/zip",
        "audio/mpeg",
        "audio/wav",
        "image/gif",
        "image/heic",
        "image/jpeg",
        "image/png",
        "image/webp",
        "message/rfc822",
        "text/calendar",
        "text/csv",
        "text/plain",
        "video/mp4",
    ];
    KNOWN.iter().find(|known| **known == content_type).copied().unwrap_or("application/octet-stream")
}

fn extension(content_type: &str) -> &'static str {
    match content_type {
        "application/pdf" => "pdf",
        "image/gif" => "gif",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "message/rfc822" => "eml",
        "text/calendar" => "ics",
        "text/html" => "html",
        "text/plain" => "txt",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_a_name() {
        for (given, kept) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\win.ini", "win.ini"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\u{2028}b\u{200f}.txt", "ab.txt"),
            (".bashrc", "bashrc"),
            ("a\r\nb.txt", "ab.txt"),
            ("...", ""),
        ] {
            assert_eq!(safe_name(given), kept);
        }
        let long = safe_name(&format!("{}.pdf", "é".repeat(300)));
        assert_eq!(long.chars().count(), MAX_NAME);
        assert!(long.ends_with("é.pdf"));
    }

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(
            disposition("Ren\u{e9}\"; x=.pdf"),
            "attachment; filename=\"Ren___ x_.pdf\"; filename*=UTF-8''Ren%C3%A9%22%3B%20x%3D.pdf"
        );
    }

    #[test]
    fn nothing_a_browser_would_run_keeps_its_type() {
        for active in
            ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "text/javascript", "x"]
        {
            assert_eq!(harmless(active), "application/octet-stream");
        }
    }
}
