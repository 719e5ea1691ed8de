//! Sections of a message: what `BODY[...]` names (RFC 3501 §6.4.5).

use super::header::{fields, header_end};
use super::mime::{Content, Part};
use imap_types::core::AString;
use imap_types::fetch::{Part as PartNumber, Section};
use std::ops::Range;

/// The content of a section.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SectionContent {
    /// These bytes of the message, as they are.
    Range(Range<usize>),
    /// Header fields selected from it.
    Fields(Vec<u8>),
    /// The message has no such part.
    Nothing,
}

/// Finds a section. `tree` is called only where the MIME parts are needed.
pub(crate) fn find<'t>(
    raw: &[u8],
    section: Option<&Section<'_>>,
    tree: impl FnOnce() -> &'t Part,
) -> SectionContent {
    let Some(section) = section else { return SectionContent::Range(0..raw.len()) };
    let top = |number: &Option<PartNumber>| number.is_none();
    match section {
        Section::Header(number) if top(number) => SectionContent::Range(0..header_end(raw, 0..raw.len())),
        Section::Text(number) if top(number) => {
            SectionContent::Range(header_end(raw, 0..raw.len())..raw.len())
        }
        Section::HeaderFields(number, names) if top(number) => {
            select_fields(&raw[..header_end(raw, 0..raw.len())], names.as_ref(), Keep::Named)
        }
        Section::HeaderFieldsNot(number, names) if top(number) => {
            select_fields(&raw[..header_end(raw, 0..raw.len())], names.as_ref(), Keep::Others)
        }
        Section::Part(number) | Section::Mime(number) => match (descend(tree(), number), section) {
            (Some(part), Section::Mime(_)) => SectionContent::Range(part.header.clone()),
            (Some(part), _) => SectionContent::Range(part.body.clone()),
            (None, _) => SectionContent::Nothing,
        },
        Section::Header(Some(number))
        | Section::Text(Some(number))
        | Section::HeaderFields(Some(number), _)
        | Section::HeaderFieldsNot(Some(number), _) => {
            // RFC 3501 §6.4.5: behind a part number these four need an enclosed message.
            match descend(tree(), number).map(|part| &part.content) {
                Some(Content::Message(message)) => of_message(raw, message, section),
                _ => SectionContent::Nothing,
            }
        }
        _ => SectionContent::Nothing,
    }
}

fn of_message(raw: &[u8], message: &Part, section: &Section<'_>) -> SectionContent {
    match section {
        Section::Header(_) => SectionContent::Range(message.header.clone()),
        Section::Text(_) => SectionContent::Range(message.body.clone()),
        Section::HeaderFields(_, names) => {
            select_fields(&raw[message.header.clone()], names.as_ref(), Keep::Named)
        }
        Section::HeaderFieldsNot(_, names) => {
            select_fields(&raw[message.header.clone()], names.as_ref(), Keep::Others)
        }
        _ => SectionContent::Nothing,
    }
}

/// Follows the numbers of a part down from the message.
fn descend<'t>(message: &'t Part, number: &PartNumber) -> Option<&'t Part> {
    let mut within = message;
    let mut at_message = true;
    for number in number.0.as_ref() {
        // An enclosed message and the parts of its body share its number.
        if let (false, Content::Message(inner)) = (at_message, &within.content) {
            within = inner;
            at_message = true;
        }
        let index = usize::try_from(number.get()).ok()? - 1;
        within = match &within.content {
            Content::Multipart(parts) => parts.get(index)?,
            // A message that is no multipart has its body as part 1.
            _ if at_message && index == 0 => within,
            _ => return None,
        };
        at_message = false;
    }
    Some(within)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Named,
    Others,
}

/// The fields that are named, or those that are not, and the empty line that ends every header.
fn select_fields(header: &[u8], names: &[AString<'_>], keep: Keep) -> SectionContent {
    let mut out = Vec::new();
    for field in fields(header) {
        let named = names.iter().any(|name| field.is(name.as_ref()));
        if named == (keep == Keep::Named) {
            out.extend_from_slice(field.whole);
            if !field.whole.ends_with(b"\n") {
                out.extend_from_slice(b"\r\n");
            }
        }
    }
    out.extend_from_slice(b"\r\n");
    SectionContent::Fields(out)
}

/// Applies `<origin.length>` to a section; what is beyond its end is left out.
pub(crate) fn apply_partial(
    whole: Range<usize>,
    partial: Option<(u32, std::num::NonZeroU32)>,
) -> Range<usize> {
    let Some((origin, length)) = partial else { return whole };
    let start = whole.start.saturating_add(origin as usize).min(whole.end);
    start..start.saturating_add(length.get() as usize).min(whole.end)
}

#[cfg(test)]
mod tests;
