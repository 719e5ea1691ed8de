//! The part of a message that `BODY[...]` names (RFC 3501 §6.4.5).

use super::header::{fields, header_end};
use super::mime::{Content, Part};
use imap_types::core::AString;
use imap_types::fetch::{Part as PartNumber, Section};
use std::ops::Range;

/// What a section turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// These bytes of the message, as they are.
    Range(Range<usize>),
    /// Header fields picked from it.
    Fields(Vec<u8>),
    /// The message has no such part.
    Nothing,
}

/// Finds a section. `tree` is asked only where the parts must be known.
pub(crate) fn find<'t>(raw: &[u8], section: Option<&Section<'_>>, tree: impl FnOnce() -> &'t Part) -> Found {
    let Some(section) = section else { return Found::Range(0..raw.len()) };
    let top = |number: &Option<PartNumber>| number.is_none();
    match section {
        Section::Header(number) if top(number) => Found::Range(0..header_end(raw, 0..raw.len())),
        Section::Text(number) if top(number) => Found::Range(header_end(raw, 0..raw.len())..raw.len()),
        Section::HeaderFields(number, names) if top(number) => {
            pick(&raw[..header_end(raw, 0..raw.len())], names.as_ref(), Keep::Named)
        }
        Section::HeaderFieldsNot(number, names) if top(number) => {
            pick(&raw[..header_end(raw, 0..raw.len())], names.as_ref(), Keep::Others)
        }
        Section::Part(number) | Section::Mime(number) => match (descend(tree(), number), section) {
            (Some(part), Section::Mime(_)) => Found::Range(part.header.clone()),
            (Some(part), _) => Found::Range(part.body.clone()),
            (None, _) => Found::Nothing,
        },
        Section::Header(Some(number))
        | Section::Text(Some(number))
        | Section::HeaderFields(Some(number), _)
        | Section::HeaderFieldsNot(Some(number), _) => {
            // RFC 3501 §6.4.5: behind a part number these four speak of an enclosed message, and of nothing else.
            match descend(tree(), number).map(|part| &part.content) {
                Some(Content::Message(message)) => of_message(raw, message, section),
                _ => Found::Nothing,
            }
        }
        _ => Found::Nothing,
    }
}

fn of_message(raw: &[u8], message: &Part, section: &Section<'_>) -> Found {
    match section {
        Section::Header(_) => Found::Range(message.header.clone()),
        Section::Text(_) => Found::Range(message.body.clone()),
        Section::HeaderFields(_, names) => pick(&raw[message.header.clone()], names.as_ref(), Keep::Named),
        Section::HeaderFieldsNot(_, names) => {
            pick(&raw[message.header.clone()], names.as_ref(), Keep::Others)
        }
        _ => Found::Nothing,
    }
}

/// Walks the numbers of a part down from the message.
fn descend<'t>(message: &'t Part, number: &PartNumber) -> Option<&'t Part> {
    let mut within = message;
    let mut at_message = true;
    for number in number.0.as_ref() {
        // An enclosed message lends its number to the parts of its body.
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
fn pick(header: &[u8], names: &[AString<'_>], keep: Keep) -> Found {
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
    Found::Fields(out)
}

/// Cuts `<origin.length>` out of a section; what reaches beyond its end is left away.
pub(crate) fn partial(whole: Range<usize>, cut: Option<(u32, std::num::NonZeroU32)>) -> Range<usize> {
    let Some((origin, length)) = cut else { return whole };
    let start = whole.start.saturating_add(origin as usize).min(whole.end);
    start..start.saturating_add(length.get() as usize).min(whole.end)
}

#[cfg(test)]
mod tests;
