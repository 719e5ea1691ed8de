//! The HTML of a message as a document of its own, for a frame that can neither run anything nor reach out.
//!
//! Three layers of defence, each enough for what it guards: the markup is rebuilt from an allow-list (`ammonia`); the
//! document is served under a policy that allows no script, no form and no request ([`RemoteImages::policy`]); and the
//! frame it is shown in is sandboxed, so that it has no origin and cannot touch the page around it.

use super::allow_list::{DROPPED, STYLES, TAGS};
use super::part_selection::{PartSelection, is_html};
use super::text;
use ammonia::{Builder, UrlRelative};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Whether pictures may be fetched from elsewhere, which tells the sender that the message was opened, when and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RemoteImages {
    /// They are left out.
    Blocked,
    /// The person asked for them.
    Shown,
}

/// A whole document, safe to show in a frame.
pub(crate) struct Document {
    /// The document.
    pub(crate) markup: String,
    /// How many pictures it names that lie elsewhere.
    pub(crate) remote_images: usize,
    /// The content ids of the attached pictures it shows.
    pub(super) used: Vec<String>,
}

/// The largest HTML that is made safe: twenty times what the largest mail service shows.
const MAX_HTML: usize = 2 * 1024 * 1024;
/// The deepest. An HTML parser's work grows with the square of the depth.
const MAX_DEPTH: usize = 256;
/// How many bytes of attached pictures are put into the document.
const MAX_PICTURES: usize = 12 * 1024 * 1024;

impl RemoteImages {
    /// The `Content-Security-Policy` the document is served under.
    pub(crate) fn policy(self) -> &'static str {
        match self {
            Self::Blocked => {
                "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; \
                 form-action 'none'; frame-ancestors 'self'; \
                 sandbox allow-popups allow-popups-to-escape-sandbox"
            }
            Self::Shown => {
                "default-src 'none'; img-src data: https: http:; style-src 'unsafe-inline'; base-uri 'none'; \
                 form-action 'none'; frame-ancestors 'self'; \
                 sandbox allow-popups allow-popups-to-escape-sandbox"
            }
        }
    }
}

/// Makes the document; `None` where there is no HTML, or more of it than can be made safe in reasonable time.
pub(super) fn document(selection: &PartSelection<'_, '_>, remote: RemoteImages) -> Option<Document> {
    if !selection.is_html() {
        return None;
    }
    let mut source = String::new();
    for leaf in &selection.rich {
        if is_html(leaf) {
            source.push_str(&leaf.text());
        } else {
            source.push_str("<div style=\"white-space: pre-wrap\">");
            text::escape(&leaf.text(), &mut source);
            source.push_str("</div>");
        }
        if source.len() > MAX_HTML {
            return None;
        }
    }
    if depth(&source) > MAX_DEPTH {
        return None;
    }
    Some(sanitise(&source, pictures(selection, &source), remote))
}

/// The document around the message's own markup. The sheet is light whatever the theme: senders choose their text
/// colours for white paper.
fn wrap(body: &str) -> String {
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light\"><meta name=\"referrer\" content=\"no-referrer\">\
         <title>Message</title><style>{SHEET}</style></head><body>{body}</body></html>"
    )
}

const SHEET: &str = "html{color-scheme:light;background:#fff}\
    body{margin:20px 24px;font:15px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;overflow-wrap:break-word}\
    img{max-width:100%;height:auto}img:not([src]){color:#6b7280;font-size:13px}\
    table{max-width:100%}a[href]{color:#1d4ed8}pre{white-space:pre-wrap}\
    blockquote{margin:8px 0;padding-left:12px;border-left:3px solid #d0d5dc;color:#4b5563}\
    @media(max-width:600px){body{margin:16px}}";

fn sanitise(source: &str, pictures: HashMap<String, String>, remote: RemoteImages) -> Document {
    let remote_images = Arc::new(AtomicUsize::new(0));
    let used = Arc::new(Mutex::new(Vec::new()));
    let (count, note) = (Arc::clone(&remote_images), Arc::clone(&used));
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.split_whitespace().collect())
        .clean_content_tags(DROPPED.split_whitespace().collect())
        .generic_attributes(HashSet::from(["align", "dir", "lang", "style", "title"]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("col", HashSet::from(["span", "width"])),
            ("colgroup", HashSet::from(["span", "width"])),
            ("font", HashSet::from(["color", "face", "size"])),
            ("hr", HashSet::from(["size", "width"])),
            ("img", HashSet::from(["alt", "border", "height", "src", "width"])),
            ("li", HashSet::from(["value"])),
            ("ol", HashSet::from(["start", "type"])),
            ("table", HashSet::from(["bgcolor", "border", "cellpadding", "cellspacing", "height", "width"])),
            ("td", HashSet::from(["bgcolor", "colspan", "height", "rowspan", "valign", "width"])),
            ("th", HashSet::from(["bgcolor", "colspan", "height", "rowspan", "scope", "valign", "width"])),
            ("tr", HashSet::from(["bgcolor", "height", "valign"])),
        ]))
        .url_schemes(HashSet::from(["cid", "data", "http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .strip_comments(true)
        .filter_style_properties(STYLES.split_whitespace().collect())
        .attribute_filter(move |element, attribute, value| match (element, attribute) {
            ("a", "href") => {
                let address = as_a_browser_reads_it(value)?;
                Target::of(&address).is_link().then_some(address)
            }
            ("img", "src") => {
                let address = as_a_browser_reads_it(value)?;
                match Target::of(&address) {
                    Target::Picture(id) => {
                        let picture = pictures.get(&id)?.clone();
                        note.lock().unwrap_or_else(PoisonError::into_inner).push(id);
                        Some(Cow::Owned(picture))
                    }
                    Target::Remote => {
                        count.fetch_add(1, Ordering::Relaxed);
                        (remote == RemoteImages::Shown).then_some(address)
                    }
                    Target::Data if is_picture(&address) => Some(address),
                    _ => None,
                }
            }
            (_, "style") => Some(Cow::Owned(without_functions(value))),
            _ => Some(Cow::Borrowed(value)),
        });
    let markup = wrap(&builder.clean(source).to_string());
    // The builder holds the other handles on what was counted.
    drop(builder);
    let used = used.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Document { markup, remote_images: remote_images.load(Ordering::Relaxed), used }
}

/// An address without what browsers pass over (WHATWG URL §4.4: controls and spaces around it, tabs and line breaks
/// anywhere), so that what is judged here is what is followed there. `None` where a control character is left: no
/// program that writes mail puts one in, and programs disagree about what it means.
fn as_a_browser_reads_it(address: &str) -> Option<Cow<'_, str>> {
    let address = address.trim_matches(|c| c <= ' ');
    let address = if address.contains(['\t', '\n', '\r']) {
        Cow::Owned(address.replace(['\t', '\n', '\r'], ""))
    } else {
        Cow::Borrowed(address)
    };
    (!address.contains(|c: char| c.is_control())).then_some(address)
}

/// Where an address in the markup leads.
enum Target {
    /// A picture attached to the message, by its content id (RFC 2392).
    Picture(String),
    /// A server.
    Remote,
    /// Data in the address itself.
    Data,
    /// A program that writes or calls.
    Person,
    /// Anything else.
    Elsewhere,
}

impl Target {
    fn of(address: &str) -> Self {
        let Some((scheme, rest)) = address.split_once(':') else { return Self::Elsewhere };
        match scheme.to_ascii_lowercase().as_str() {
            "cid" => Self::Picture(percent_decode_str(rest).decode_utf8_lossy().into_owned()),
            "http" | "https" => Self::Remote,
            "data" => Self::Data,
            "mailto" | "tel" => Self::Person,
            _ => Self::Elsewhere,
        }
    }

    fn is_link(&self) -> bool {
        matches!(self, Self::Remote | Self::Person)
    }
}

/// Whether a `data:` address is a picture made of pixels. SVG is a document, and stays out.
fn is_picture(address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    PICTURES.iter().any(|kind| {
        address
            .strip_prefix("data:")
            .and_then(|rest| rest.strip_prefix(kind))
            .is_some_and(|rest| rest.starts_with(';') || rest.starts_with(','))
    })
}

const PICTURES: [&str; 4] = ["image/gif", "image/jpeg", "image/png", "image/webp"];

/// The attached pictures the markup names, as `data:` addresses: a sandboxed frame has no origin, so a request of
/// its own would carry no cookie and could not fetch them.
fn pictures(selection: &PartSelection<'_, '_>, source: &str) -> HashMap<String, String> {
    let mut budget = MAX_PICTURES;
    let mut pictures = HashMap::new();
    if !source.to_ascii_lowercase().contains("cid:") {
        return pictures;
    }
    for leaf in &selection.attached {
        let (Some(id), kind) = (leaf.content_id(), leaf.content_type()) else { continue };
        if !PICTURES.contains(&kind.as_str()) {
            continue;
        }
        let bytes = leaf.bytes();
        let Some(left) = budget.checked_sub(bytes.len()) else { continue };
        budget = left;
        pictures.insert(id.to_owned(), format!("data:{kind};base64,{}", BASE64_STANDARD.encode(bytes)));
    }
    pictures
}

/// Style declarations without those that call a function (`url()` and its kin fetch) or hide one behind an escape.
/// Colours are the one kind of function that stays. What is left goes through the list of properties.
fn without_functions(style: &str) -> String {
    let harmless = |declaration: &&str| {
        let lower = declaration.to_ascii_lowercase();
        let mut calls = lower.split('(');
        let last = calls.next_back();
        let named =
            calls.all(|before| ["rgb", "rgba", "hsl", "hsla"].iter().any(|name| before.ends_with(name)));
        // A control character would come out again as an escape.
        let odd = |c: char| "\\@{}".contains(c) || (c.is_control() && !c.is_whitespace());
        last.is_some() && named && !lower.contains(odd)
    };
    style.split(';').filter(harmless).collect::<Vec<_>>().join(";")
}

/// How deep elements may lie in each other, estimated from above without parsing: elements that close themselves or
/// their neighbours do not count.
fn depth(source: &str) -> usize {
    const FLAT: [&str; 24] = [
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
        "option", "p", "param", "source", "td", "th", "tr", "track", "wbr", "tbody", "o:p",
    ];
    let (mut open, mut deepest) = (0usize, 0usize);
    for tag in source.split('<').skip(1) {
        let name_end =
            |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != ':').unwrap_or(text.len());
        let closing = tag.strip_prefix('/');
        let name = closing.unwrap_or(tag);
        let name = name[..name_end(name)].to_ascii_lowercase();
        if name.is_empty() || FLAT.contains(&name.as_str()) {
            continue;
        }
        match closing {
            Some(_) => open = open.saturating_sub(1),
            None => open += 1,
        }
        deepest = deepest.max(open);
    }
    deepest
}
