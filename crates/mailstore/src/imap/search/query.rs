//! SEARCH (RFC 3501 §6.4.4): which messages a client looks for.

use super::text::{Needle, body_contains, decoded, header_contains};
use crate::flags::Flags;
use crate::imap::command::sequence_set::NumberSet;
use crate::imap::message::header::{field, header};
use crate::storage::snapshot::{Message, Snapshot};
use imap_types::core::{AString, Charset};
use imap_types::datetime::NaiveDate;
use imap_types::search::SearchKey;
use mail_parser::{HeaderValue, parsers::MessageStream};

/// A search that was understood, ready to be asked of every message of a snapshot.
#[derive(Debug)]
pub(crate) enum Query {
    All,
    Has(Flags),
    /// A keyword the folder does not have, or a key no message can match.
    Never,
    Numbers(NumberSet),
    Uids(NumberSet),
    Recent,
    /// Received on a day from this one on (days since 1970).
    Since(i64),
    SentSince(i64),
    Larger(u64),
    Smaller(u64),
    Header {
        name: String,
        needle: Needle,
    },
    Body(Needle),
    Text(Needle),
    Sent,
    Not(Box<Query>),
    Both(Vec<Query>),
    Either(Box<Query>, Box<Query>),
}

/// RFC 3501 §6.4.4: the search is in a charset we do not read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadCharset;

/// One message that is asked.
pub(crate) struct Candidate<'v> {
    pub(crate) number: u32,
    pub(crate) message: &'v Message,
    pub(crate) recent: Recent,
    /// What of it has been read by now.
    pub(crate) read: Read<'v>,
}

/// What of a message is at hand.
#[derive(Clone, Copy)]
pub(crate) enum Read<'m> {
    Nothing,
    Header(&'m [u8]),
    Whole(&'m [u8]),
}

/// What must be read before a query can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    Header,
    Whole,
}

/// Whether a message is `\Recent` in the session that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recent {
    /// This is the first session that was told of it.
    Yes,
    /// An earlier session was.
    No,
}

impl Query {
    /// Reads the keys of a search in this snapshot.
    pub(crate) fn new(
        charset: Option<&Charset<'_>>,
        keys: &[SearchKey<'_>],
        snapshot: &Snapshot,
    ) -> Result<Self, BadCharset> {
        let known = ["UTF-8", "US-ASCII"];
        if charset.is_some_and(|c| !known.iter().any(|k| c.as_ref().eq_ignore_ascii_case(k))) {
            return Err(BadCharset);
        }
        Ok(Self::all_of(keys, snapshot))
    }

    fn all_of(keys: &[SearchKey<'_>], snapshot: &Snapshot) -> Self {
        let mut queries: Vec<_> = keys.iter().map(|key| Self::of(key, snapshot)).collect();
        // What is known without opening the message decides first.
        queries.sort_by_key(Self::cost);
        Self::Both(queries)
    }

    fn of(key: &SearchKey<'_>, snapshot: &Snapshot) -> Self {
        let not = |query| Self::Not(Box::new(query));
        let largest = u32::try_from(snapshot.messages.len()).unwrap_or(u32::MAX);
        let largest_uid = snapshot.messages.last().map_or(0, |m| m.uid);
        match key {
            SearchKey::And(keys) => Self::all_of(keys.as_ref(), snapshot),
            SearchKey::SequenceSet(set) => Self::Numbers(NumberSet::new(set, largest)),
            SearchKey::Uid(set) => Self::Uids(NumberSet::new(set, largest_uid)),
            SearchKey::All => Self::All,
            SearchKey::Answered => Self::Has(Flags::ANSWERED),
            SearchKey::Deleted => Self::Has(Flags::DELETED),
            SearchKey::Draft => Self::Has(Flags::DRAFT),
            SearchKey::Flagged => Self::Has(Flags::FLAGGED),
            SearchKey::Seen => Self::Has(Flags::SEEN),
            SearchKey::Unanswered => not(Self::Has(Flags::ANSWERED)),
            SearchKey::Undeleted => not(Self::Has(Flags::DELETED)),
            SearchKey::Undraft => not(Self::Has(Flags::DRAFT)),
            SearchKey::Unflagged => not(Self::Has(Flags::FLAGGED)),
            SearchKey::Unseen => not(Self::Has(Flags::SEEN)),
            SearchKey::Keyword(name) => Self::keyword(name.as_ref(), snapshot),
            SearchKey::Unkeyword(name) => not(Self::keyword(name.as_ref(), snapshot)),
            SearchKey::Recent => Self::Recent,
            SearchKey::Old => not(Self::Recent),
            SearchKey::New => Self::Both(vec![Self::Recent, not(Self::Has(Flags::SEEN))]),
            SearchKey::Since(date) => Self::Since(day(date)),
            SearchKey::Before(date) => not(Self::Since(day(date))),
            SearchKey::On(date) => {
                Self::Both(vec![Self::Since(day(date)), not(Self::Since(day(date).saturating_add(1)))])
            }
            SearchKey::SentSince(date) => Self::SentSince(day(date)),
            SearchKey::SentBefore(date) => Self::Both(vec![Self::Sent, not(Self::SentSince(day(date)))]),
            SearchKey::SentOn(date) => {
                let next = day(date).saturating_add(1);
                Self::Both(vec![Self::SentSince(day(date)), not(Self::SentSince(next))])
            }
            SearchKey::Larger(size) => Self::Larger(u64::from(*size)),
            SearchKey::Smaller(size) => Self::Smaller(u64::from(*size)),
            SearchKey::From(text) => Self::header("From", text),
            SearchKey::To(text) => Self::header("To", text),
            SearchKey::Cc(text) => Self::header("Cc", text),
            SearchKey::Bcc(text) => Self::header("Bcc", text),
            SearchKey::Subject(text) => Self::header("Subject", text),
            SearchKey::Header(name, text) => match std::str::from_utf8(name.as_ref()) {
                Ok(name) => Self::header(name, text),
                Err(_) => Self::Never,
            },
            SearchKey::Body(text) => Self::Body(Needle::new(text.as_ref())),
            SearchKey::Text(text) => Self::Text(Needle::new(text.as_ref())),
            SearchKey::Not(key) => not(Self::of(key, snapshot)),
            SearchKey::Or(a, b) => {
                Self::Either(Box::new(Self::of(a, snapshot)), Box::new(Self::of(b, snapshot)))
            }
        }
    }

    fn keyword(name: &str, snapshot: &Snapshot) -> Self {
        snapshot.keyword(name).map_or(Self::Never, Self::Has)
    }

    fn header(name: &str, text: &AString<'_>) -> Self {
        Self::Header { name: name.to_owned(), needle: Needle::new(text.as_ref()) }
    }

    /// 0: the snapshot knows. 1: the header must be read. 2: the message must be read and decoded.
    fn cost(&self) -> u8 {
        match self {
            Self::Header { .. } | Self::Sent | Self::SentSince(_) => 1,
            Self::Body(_) | Self::Text(_) => 2,
            Self::Not(query) => query.cost(),
            Self::Either(a, b) => a.cost().max(b.cost()),
            Self::Both(queries) => queries.iter().map(Self::cost).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// How many of its keys look into a message.
    pub(crate) fn looks_into_messages(&self) -> usize {
        match self {
            Self::Header { .. } | Self::Sent | Self::SentSince(_) | Self::Body(_) | Self::Text(_) => 1,
            Self::Not(query) => query.looks_into_messages(),
            Self::Either(a, b) => a.looks_into_messages() + b.looks_into_messages(),
            Self::Both(queries) => queries.iter().map(Self::looks_into_messages).sum(),
            _ => 0,
        }
    }

    /// Whether the message is one of those that are looked for, or what is needed to tell.
    pub(crate) fn ask(&self, candidate: &Candidate<'_>) -> Result<bool, Needs> {
        let message = candidate.message;
        Ok(match self {
            Self::All => true,
            Self::Never => false,
            Self::Has(flags) => message.flags.contains(*flags),
            Self::Numbers(numbers) => numbers.contains(candidate.number),
            Self::Uids(numbers) => numbers.contains(message.uid),
            Self::Recent => candidate.recent == Recent::Yes,
            Self::Since(from) => message.received.div_euclid(86_400) >= *from,
            Self::Larger(size) => message.size > *size,
            Self::Smaller(size) => message.size < *size,
            Self::Sent => sent_day(candidate.read.header()?).is_some(),
            Self::SentSince(from) => sent_day(candidate.read.header()?).is_some_and(|day| day >= *from),
            Self::Header { name, needle } => header_contains(candidate.read.header()?, name, needle),
            Self::Body(needle) => body_contains(candidate.read.whole()?, needle),
            Self::Text(needle) => {
                let raw = candidate.read.whole()?;
                needle.is_in(&decoded(header(raw))) || body_contains(raw, needle)
            }
            Self::Not(query) => !query.ask(candidate)?,
            Self::Either(a, b) => match a.ask(candidate) {
                Ok(true) => true,
                Ok(false) => b.ask(candidate)?,
                // What the second key knows may be enough.
                Err(_) if b.ask(candidate) == Ok(true) => true,
                Err(needs) => return Err(needs),
            },
            Self::Both(queries) => {
                for query in queries {
                    if !query.ask(candidate)? {
                        return Ok(false);
                    }
                }
                true
            }
        })
    }
}

impl<'m> Read<'m> {
    fn header(self) -> Result<&'m [u8], Needs> {
        match self {
            Self::Nothing => Err(Needs::Header),
            Self::Header(raw) | Self::Whole(raw) => Ok(header(raw)),
        }
    }

    fn whole(self) -> Result<&'m [u8], Needs> {
        match self {
            Self::Nothing | Self::Header(_) => Err(Needs::Whole),
            Self::Whole(raw) => Ok(raw),
        }
    }
}

/// Days since 1970.
fn day(date: &NaiveDate) -> i64 {
    let midnight = date.as_ref().and_hms_opt(0, 0, 0).unwrap_or_default();
    midnight.and_utc().timestamp().div_euclid(86_400)
}

/// The day in the `Date` field, as the sender's clock showed it: RFC 3501 §6.4.4 disregards time and zone.
fn sent_day(header: &[u8]) -> Option<i64> {
    let field = field(header, "Date")?;
    let value = field.terminated();
    match MessageStream::new(&value).parse_date() {
        HeaderValue::DateTime(date) if date.is_valid() => Some(date.to_timestamp_local().div_euclid(86_400)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
