//! A message as it stands in the list.

use super::error::ImapError;
use super::person::{Person, header_text};
use super::uid::Uid;
use imap_types::body::{BodyStructure, Disposition, SpecificFields};
use imap_types::core::IString;
use imap_types::envelope::Envelope;
use imap_types::fetch::{MessageDataItem, MessageDataItemName};
use imap_types::flag::{Flag, FlagFetch};
use jiff::Timestamp;

/// One line of the list.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    /// The message's number in its folder, which is never given to another.
    pub(crate) uid: Uid,
    /// Whether it has been read.
    pub(crate) seen: bool,
    /// Whether it was marked with a star.
    pub(crate) flagged: bool,
    /// Whether it was answered.
    pub(crate) answered: bool,
    /// Whether something is attached to it.
    pub(crate) attachment: bool,
    /// Its subject, where it has one.
    pub(crate) subject: Option<String>,
    /// Who wrote it.
    pub(crate) from: Vec<Person>,
    /// Whom it is for.
    pub(crate) to: Vec<Person>,
    /// When it was written, by its own word; when it arrived, where it says nothing.
    pub(crate) date: Option<Timestamp>,
}

impl Summary {
    /// What is asked of the engine for each line.
    pub(super) fn items() -> Vec<MessageDataItemName<'static>> {
        use MessageDataItemName::{BodyStructure, Envelope, Flags, InternalDate, Uid};
        vec![Uid, Flags, InternalDate, Envelope, BodyStructure]
    }

    /// The same without the BODYSTRUCTURE, which a sender can nest deeply; whether something is attached is unknown
    /// then.
    pub(super) fn plain_items() -> Vec<MessageDataItemName<'static>> {
        use MessageDataItemName::{Envelope, Flags, InternalDate, Uid};
        vec![Uid, Flags, InternalDate, Envelope]
    }

    /// Reads the answer; `None` for one that tells only flags, which engines send on their own (RFC 3501 §7.4.2).
    pub(super) fn read(items: &[MessageDataItem<'_>]) -> Result<Option<Self>, ImapError> {
        let (mut uid, mut envelope, mut arrived) = (None, None, None);
        let (mut flags, mut attachment) = ([false; 3], false);
        for item in items {
            match item {
                MessageDataItem::Uid(number) => uid = Some(*number),
                MessageDataItem::Envelope(read) => envelope = Some(read),
                MessageDataItem::InternalDate(date) => arrived = Some(date.as_ref().timestamp()),
                MessageDataItem::BodyStructure(body) => attachment = has_attachment(body),
                MessageDataItem::Flags(set) => {
                    let is_set = |flag: Flag<'_>| set.contains(&FlagFetch::Flag(flag));
                    flags = [is_set(Flag::Seen), is_set(Flag::Flagged), is_set(Flag::Answered)];
                }
                _ => {}
            }
        }
        let Some(envelope) = envelope else { return Ok(None) };
        let uid = uid.ok_or(ImapError::Malformed("a FETCH without UID"))?;
        let [seen, flagged, answered] = flags;
        let date = written(envelope).or(arrived).and_then(|second| Timestamp::from_second(second).ok());
        let people = |addresses: &[_]| addresses.iter().filter_map(Person::of_envelope).collect();
        Ok(Some(Self {
            uid: Uid::from(uid),
            seen,
            flagged,
            answered,
            attachment,
            subject: header_text(&envelope.subject),
            from: people(&envelope.from),
            to: people(&envelope.to),
            date,
        }))
    }
}

fn written(envelope: &Envelope<'_>) -> Option<i64> {
    let date = envelope.date.0.as_ref()?.as_ref();
    let date = mail_parser::DateTime::parse_rfc822(std::str::from_utf8(date).ok()?)?;
    date.is_valid().then(|| date.to_timestamp())
}

/// Whether a person would say that something is attached: a picture that belongs into the text is not.
fn has_attachment(body: &BodyStructure<'_>) -> bool {
    match body {
        BodyStructure::Multi { bodies, .. } => bodies.as_ref().iter().any(has_attachment),
        BodyStructure::Single { body, extension_data } => {
            let disposition = extension_data.as_ref().and_then(|data| data.tail.as_ref());
            match disposition.and_then(kind) {
                Some(kind) => kind.eq_ignore_ascii_case(b"attachment"),
                None => match &body.specific {
                    SpecificFields::Text { .. } => false,
                    SpecificFields::Message { .. } => true,
                    SpecificFields::Basic { .. } => body.basic.id.0.is_none(),
                },
            }
        }
    }
}

fn kind<'a>(disposition: &'a Disposition<'_>) -> Option<&'a [u8]> {
    disposition.disposition.as_ref().map(|(kind, _): &(IString<'_>, _)| kind.as_ref())
}
