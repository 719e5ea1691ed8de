//! A message, taken apart and made safe to look at.
//!
//! Reading order: [`Letter`] is what a page shows; [`mime`] finds the parts, within limits; [`part_selection`] picks
//! what is shown and what is attached; [`html`] (by the list in [`allow_list`]) and [`text`] make markup that carries
//! no script and reaches nothing; [`attachment`] is what can be downloaded.
//!
//! Everything here works on bytes from outside. Nothing in it panics, recurses without a bound, or takes
//! longer than the size of a message warrants.

mod allow_list;
mod attachment;
mod html;
mod mime;
mod part_selection;
mod text;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

pub(crate) use attachment::{Attachment, Download, disposition};
pub(crate) use html::{Document, RemoteImages};

use super::imap::Person;
use jiff::Timestamp;
use mail_parser::{Address, HeaderName, Message};
use mime::Entity;
use part_selection::PartSelection;
use postward_wire::untrusted_text::single_line;

/// A message as a page shows it.
#[derive(Default)]
pub(crate) struct Letter {
    /// Its subject, where it has one.
    pub(crate) subject: Option<String>,
    /// Who says to have written it.
    pub(crate) from: Vec<Person>,
    /// Where an answer shall go, where that is somebody else.
    pub(crate) reply_to: Vec<Person>,
    /// Whom it is for.
    pub(crate) to: Vec<Person>,
    /// Who else gets it.
    pub(crate) cc: Vec<Person>,
    /// When it says to have been written.
    pub(crate) date: Option<Timestamp>,
    /// What there is to read.
    pub(crate) content: Content,
    /// What is attached to it.
    pub(crate) attachments: Vec<Attachment>,
}

/// What there is to read.
#[derive(Default)]
pub(crate) enum Content {
    /// Plain text, as safe markup.
    Text(String),
    /// HTML, to be shown in a frame of its own: see [`document`].
    Html {
        /// How many pictures it would load from elsewhere.
        remote_images: usize,
    },
    /// HTML that is too large or too deep to be made safe, and no text beside it.
    TooComplex,
    /// Nothing: an attachment alone, or an empty message.
    #[default]
    Nothing,
}

impl Letter {
    /// Takes a message apart.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let root = Entity::parse(bytes);
        let selection = PartSelection::of(&root);
        let (content, used) = content(&selection);
        let mut letter = Self::header(bytes);
        letter.attachments = selection
            .attached
            .iter()
            .filter(|leaf| !leaf.content_id().is_some_and(|id| used.iter().any(|used| used == id)))
            .map(|leaf| Attachment::of(leaf))
            .collect();
        letter.content = content;
        letter
    }

    /// Reads only the header: for a message too large to be shown.
    pub(crate) fn header(bytes: &[u8]) -> Self {
        mime::read_header(mime::header_of(bytes)).map_or_else(Self::default, |header| Self::of(&header))
    }

    fn of(header: &Message<'_>) -> Self {
        let people = |name: HeaderName<'static>| {
            header.header_values(name).filter_map(|value| value.as_address()).flat_map(people).collect()
        };
        let (from, mut reply_to): (Vec<Person>, Vec<Person>) =
            (people(HeaderName::From), people(HeaderName::ReplyTo));
        reply_to.retain(|person| !from.iter().any(|from| from.address == person.address));
        Self {
            subject: header.subject().map(single_line).filter(|subject| !subject.is_empty()),
            from,
            reply_to,
            to: people(HeaderName::To),
            cc: people(HeaderName::Cc),
            date: header
                .date()
                .filter(|date| date.is_valid())
                .and_then(|date| Timestamp::from_second(date.to_timestamp()).ok()),
            content: Content::Nothing,
            attachments: Vec::new(),
        }
    }
}

/// What there is to read, and the ids of the pictures that are part of it.
fn content(selection: &PartSelection<'_, '_>) -> (Content, Vec<String>) {
    if selection.is_html() {
        if let Some(document) = html::document(selection, RemoteImages::Blocked) {
            return (Content::Html { remote_images: document.remote_images }, document.used);
        }
        if selection.plain.is_empty() {
            return (Content::TooComplex, Vec::new());
        }
    }
    if selection.plain.is_empty() {
        return (Content::Nothing, Vec::new());
    }
    let texts: Vec<String> = selection.plain.iter().map(|leaf| leaf.text()).collect();
    (Content::Text(text::markup(&texts.join("\n"))), Vec::new())
}

/// The HTML of a message as a document for a frame; `None` where there is none that can be made safe.
pub(crate) fn document(bytes: &[u8], remote: RemoteImages) -> Option<Document> {
    let root = Entity::parse(bytes);
    html::document(&PartSelection::of(&root), remote)
}

/// The attachment with this number.
pub(crate) fn download(bytes: &[u8], number: usize) -> Option<Download> {
    let root = Entity::parse(bytes);
    PartSelection::of(&root).attached.iter().find(|leaf| leaf.number == number).map(|leaf| Download::of(leaf))
}

fn people(address: &Address<'_>) -> Vec<Person> {
    address
        .iter()
        .map(|one| Person {
            name: one.name().map(single_line).filter(|name| !name.is_empty()),
            address: one.address().map(single_line).unwrap_or_default(),
        })
        .collect()
}
