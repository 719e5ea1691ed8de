//! The data items of FETCH (RFC 3501 §6.4.5).

use super::sequence_set::NumberKind;
use crate::imap::string;
use imap_types::core::AString;
use imap_types::fetch::{MacroOrMessageDataItemNames, MessageDataItemName, Part, Section};
use std::num::NonZeroU32;

/// A data item.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Item<'c> {
    Flags,
    Uid,
    Size,
    InternalDate,
    Envelope,
    Body,
    BodyStructure,
    Section {
        /// Its name in the response, where that is not derived from the section.
        name: Option<&'static str>,
        section: Option<Section<'c>>,
        partial: Option<(u32, NonZeroU32)>,
        effect: SeenEffect,
    },
}

/// Whether fetching a section sets `\Seen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SeenEffect {
    /// `BODY[...]`
    SetsSeen,
    /// `BODY.PEEK[...]`
    Peek,
}

/// What must be read of a message for an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Snapshot,
    Header,
    /// The octets of the message, which are not parsed.
    Octets,
    Message,
}

/// The items of a command; `None` if one of them is not supported.
pub(crate) fn items<'c>(names: MacroOrMessageDataItemNames<'c>, kind: NumberKind) -> Option<Vec<Item<'c>>> {
    let mut items = match names {
        MacroOrMessageDataItemNames::Macro(shorthand) => {
            // RFC 3501 §6.4.5: macros expand to items without a section.
            shorthand.expand().into_iter().filter_map(|name| simple(&name)).collect()
        }
        MacroOrMessageDataItemNames::MessageDataItemNames(names) => {
            names.into_iter().map(Item::new).collect::<Option<Vec<_>>>()?
        }
    };
    // RFC 3501 §6.4.8: UID FETCH answers with the UID whether or not it was asked for.
    if kind == NumberKind::Uid && !items.contains(&Item::Uid) {
        items.insert(0, Item::Uid);
    }
    Some(items)
}

fn simple(name: &MessageDataItemName<'_>) -> Option<Item<'static>> {
    Some(match name {
        MessageDataItemName::Flags => Item::Flags,
        MessageDataItemName::Uid => Item::Uid,
        MessageDataItemName::Rfc822Size => Item::Size,
        MessageDataItemName::InternalDate => Item::InternalDate,
        MessageDataItemName::Envelope => Item::Envelope,
        MessageDataItemName::Body => Item::Body,
        MessageDataItemName::BodyStructure => Item::BodyStructure,
        _ => return None,
    })
}

impl<'c> Item<'c> {
    fn new(name: MessageDataItemName<'c>) -> Option<Self> {
        let named =
            |name, section, effect| Item::Section { name: Some(name), section, partial: None, effect };
        Some(match name {
            MessageDataItemName::BodyExt { section, partial, peek } => {
                let effect = if peek { SeenEffect::Peek } else { SeenEffect::SetsSeen };
                Item::Section { name: None, section, partial, effect }
            }
            MessageDataItemName::Rfc822 => named("RFC822", None, SeenEffect::SetsSeen),
            MessageDataItemName::Rfc822Header => {
                named("RFC822.HEADER", Some(Section::Header(None)), SeenEffect::Peek)
            }
            MessageDataItemName::Rfc822Text => {
                named("RFC822.TEXT", Some(Section::Text(None)), SeenEffect::SetsSeen)
            }
            other => return simple(&other),
        })
    }

    /// Whether fetching it sets `\Seen`.
    pub(crate) fn sets_seen(&self) -> bool {
        matches!(self, Self::Section { effect: SeenEffect::SetsSeen, .. })
    }

    /// What must be read of the message for it.
    pub(crate) fn source(&self) -> Source {
        match self {
            Self::Flags | Self::Uid | Self::Size | Self::InternalDate => Source::Snapshot,
            Self::Envelope => Source::Header,
            Self::Section { section: Some(section), .. } => match section {
                Section::Header(None)
                | Section::HeaderFields(None, _)
                | Section::HeaderFieldsNot(None, _) => Source::Header,
                _ => Source::Message,
            },
            Self::Section { section: None, .. } => Source::Octets,
            Self::Body | Self::BodyStructure => Source::Message,
        }
    }
}

/// Writes `BODY[...]<origin>` as it is written in a response.
pub(crate) fn section_name(
    out: &mut Vec<u8>,
    section: Option<&Section<'_>>,
    partial: Option<(u32, NonZeroU32)>,
) {
    out.extend_from_slice(b"BODY[");
    match section {
        None => {}
        Some(Section::Part(part)) => number(out, Some(part), ""),
        Some(Section::Mime(part)) => number(out, Some(part), "MIME"),
        Some(Section::Header(part)) => number(out, part.as_ref(), "HEADER"),
        Some(Section::Text(part)) => number(out, part.as_ref(), "TEXT"),
        Some(Section::HeaderFields(part, names)) => {
            number(out, part.as_ref(), "HEADER.FIELDS ");
            field_names(out, names.as_ref());
        }
        Some(Section::HeaderFieldsNot(part, names)) => {
            number(out, part.as_ref(), "HEADER.FIELDS.NOT ");
            field_names(out, names.as_ref());
        }
    }
    out.push(b']');
    if let Some((origin, _)) = partial {
        out.extend_from_slice(format!("<{origin}>").as_bytes());
    }
}

fn number(out: &mut Vec<u8>, part: Option<&Part>, behind: &str) {
    let numbers = part.map(|part| part.0.as_ref()).unwrap_or_default();
    let mut words: Vec<String> = numbers.iter().map(NonZeroU32::to_string).collect();
    if !behind.is_empty() {
        words.push(behind.to_owned());
    }
    out.extend_from_slice(words.join(".").as_bytes());
}

fn field_names(out: &mut Vec<u8>, names: &[AString<'_>]) {
    out.push(b'(');
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        string::astring(out, name.as_ref());
    }
    out.push(b')');
}
