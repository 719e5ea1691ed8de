//! What a hostile message may not achieve, as assertions: called by the tests here and by the fuzz target `letter`.

use super::{Content, Letter, RemoteImages, document, download};

/// A message from anywhere, taken apart as every page does it.
pub(crate) fn letter(bytes: &[u8]) {
    let letter = Letter::read(bytes);
    assert!(letter.attachments.len() <= 500);
    for people in [&letter.from, &letter.reply_to, &letter.to, &letter.cc] {
        assert!(people.iter().all(|person| !person.label().contains(char::is_control)));
    }
    for attachment in letter.attachments.iter().take(20) {
        assert!(
            !attachment.name.contains(['/', '\\', '\0', '\r', '\n']) && !attachment.name.starts_with('.')
        );
        let Some(download) = download(bytes, attachment.number) else {
            panic!("a listed attachment is not there")
        };
        assert_eq!((&download.name, download.bytes.len()), (&attachment.name, attachment.size));
        assert!(download.disposition().bytes().all(|byte| (0x20..0x7f).contains(&byte)));
    }
    if let Content::Text(markup) = &letter.content {
        assert_harmless(markup, Remote::No);
    }
    let blocked = document(bytes, RemoteImages::Blocked);
    if let Some(document) = &blocked {
        assert_harmless(sheet(&document.markup), Remote::No);
    }
    if let Some(document) = document(bytes, RemoteImages::Shown) {
        assert_harmless(sheet(&document.markup), Remote::Pictures);
        assert_eq!(Some(document.remote_images), blocked.map(|blocked| blocked.remote_images));
    }
}

/// What of a document comes from the message.
pub(crate) fn sheet(markup: &str) -> &str {
    let body = markup.split_once("<body>").and_then(|(_, body)| body.strip_suffix("</body></html>"));
    body.unwrap_or_else(|| panic!("this is no document of ours: {markup}"))
}

/// What may be fetched from elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remote {
    No,
    Pictures,
}

/// Reads finished markup again, strictly, and lets nothing pass but what a message may have: no element, no
/// attribute and no address that runs, fetches, submits or leaves, in whatever disguise.
pub(crate) fn assert_harmless(markup: &str, remote: Remote) {
    for tag in markup.split('<').skip(1).filter(|tag| !tag.starts_with('/')) {
        let Some((tag, _)) = tag.split_once('>') else { panic!("<{tag} has no end: {markup}") };
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(MAY_STAND.split_whitespace().any(|known| known == name), "<{name}> came through: {markup}");
        while !rest.is_empty() {
            let parts = rest.trim_start().split_once("=\"");
            let parts = parts.and_then(|(name, behind)| Some((name, behind.split_once('"')?)));
            let Some((attribute, (value, after))) = parts else { panic!("<{name} {rest} is cut: {markup}") };
            assert!(may_say(attribute, value, remote), "{attribute}={value} came through: {markup}");
            rest = after;
        }
    }
}

/// The elements a finished letter is made of. Written a second time, not taken from the list that let them pass.
const MAY_STAND: &str = "\
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl \
    dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s section \
    small span strike strong sub sup table tbody td tfoot th thead tr";

fn may_say(attribute: &str, value: &str, remote: Remote) -> bool {
    let value = value.to_ascii_lowercase();
    let leads = |schemes: &[&str]| schemes.iter().any(|scheme| value.starts_with(scheme));
    match attribute {
        // What a browser passes over is gone: two readers of one address must not disagree.
        "href" | "src" if value.contains(char::is_control) => false,
        "href" => leads(&["http:", "https:", "mailto:", "tel:"]),
        "src" if leads(&["http:", "https:"]) => remote == Remote::Pictures,
        "src" => PICTURES.iter().any(|kind| {
            let behind = value.strip_prefix(kind);
            behind.is_some_and(|behind| behind.starts_with([';', ',']))
        }),
        "style" => {
            let style = without_strings(&value.replace("&quot;", "\""));
            !FETCHES_OR_COVERS.iter().any(|trace| style.contains(trace))
        }
        "class" => value.starts_with("quote") || value == "signature" || value == "shortened",
        "target" => value == "_blank",
        "rel" => value == "noopener noreferrer nofollow",
        other => INERT.split_whitespace().any(|known| known == other),
    }
}

/// Pictures made of pixels.
const PICTURES: [&str; 4] = ["data:image/gif", "data:image/jpeg", "data:image/png", "data:image/webp"];

/// A style without its strings: what they hold is the name of a font to a browser.
fn without_strings(style: &str) -> String {
    let mut kept = String::new();
    let mut characters = style.chars();
    while let Some(character) = characters.next() {
        if character != '"' {
            kept.push(character);
            continue;
        }
        loop {
            match characters.next() {
                Some('"') => break,
                Some('\\') => drop(characters.next()),
                Some(_) => {}
                None => panic!("a string goes on behind its style: {style}"),
            }
        }
    }
    kept
}

/// Attributes whose value is read and never followed.
const INERT: &str = "\
    align alt bgcolor border cellpadding cellspacing color colspan dir face height lang rowspan scope size span start \
    title type valign value width";

/// What no style may hold.
const FETCHES_OR_COVERS: [&str; 9] =
    ["url(", "expression(", "position:", "behavior:", "binding:", "@import", "\\", "image-set(", "src("];
