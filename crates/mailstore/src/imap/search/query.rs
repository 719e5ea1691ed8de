//! The query of a SEARCH (RFC 3501 §6.4.4), and whether a message matches it.

use super::text::{Needle, body_contains, decoded, header_contains};
use crate::flags::Flags;
use crate::imap::command::sequence_set::NumberSet;
use crate::imap::message::header::{field, header};
use crate::storage::snapshot::{Message, Snapshot};
use imap_types::core::{AString, Charset};
use imap_types::datetime::NaiveDate;
use imap_types::search::SearchKey;
use mail_parser::{HeaderValue, parsers::MessageStream};

/// The keys of a SEARCH, ready to be evaluated for every message of a snapshot.
#[derive(Debug)]
pub(crate) enum Query {
    All,
    Has(Flags),
    /// A key that no message can match, like a keyword that the folder does not have.
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

/// RFC 3501 §6.4.4: the charset of the search is not supported.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadCharset;

/// A message for which a query is evaluated.
pub(crate) struct Candidate<'v> {
    pub(crate) number: u32,
    pub(crate) message: &'v Message,
    pub(crate) recent: Recent,
    /// What of it has been read.
    pub(crate) loaded: Loaded<'v>,
}

/// How much of a message has been read.
#[derive(Clone, Copy)]
pub(crate) enum Loaded<'m> {
    Nothing,
    Header(&'m [u8]),
    Whole(&'m [u8]),
}

/// What must be read before a query can be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    Header,
    Whole,
}

/// Whether a message is `\Recent` in the session that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recent {
    /// This session is the first that was notified of it.
    Yes,
    /// An earlier session was.
    No,
}

impl Query {
    /// Builds the query from its keys, for messages of this snapshot.
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
        let mut queries: Vec<_> = keys.iter().map(|key| Self::from_key(key, snapshot)).collect();
        // The cheapest keys first.
        queries.sort_by_key(Self::cost);
        Self::Both(queries)
    }

    fn from_key(key: &SearchKey<'_>, snapshot: &Snapshot) -> Self {
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
            SearchKey::Not(key) => not(Self::from_key(key, snapshot)),
            SearchKey::Or(a, b) => {
                Self::Either(Box::new(Self::from_key(a, snapshot)), Box::new(Self::from_key(b, snapshot)))
            }
        }
    }

    fn keyword(name: &str, snapshot: &Snapshot) -> Self {
        snapshot.keyword(name).map_or(Self::Never, Self::Has)
    }

    fn header(name: &str, text: &AString<'_>) -> Self {
        Self::Header { name: name.to_owned(), needle: Needle::new(text.as_ref()) }
    }

    /// 0: the snapshot is enough. 1: the header must be read. 2: the message must be read and decoded.
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

    /// How many of its keys need the content of a message.
    pub(crate) fn content_keys(&self) -> usize {
        match self {
            Self::Header { .. } | Self::Sent | Self::SentSince(_) | Self::Body(_) | Self::Text(_) => 1,
            Self::Not(query) => query.content_keys(),
            Self::Either(a, b) => a.content_keys() + b.content_keys(),
            Self::Both(queries) => queries.iter().map(Self::content_keys).sum(),
            _ => 0,
        }
    }

    /// Whether the message matches, or what must be read to decide it.
    pub(crate) fn matches(&self, candidate: &Candidate<'_>) -> Result<bool, Needs> {
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
            Self::Sent => sent_day(candidate.loaded.header()?).is_some(),
            Self::SentSince(from) => sent_day(candidate.loaded.header()?).is_some_and(|day| day >= *from),
            Self::Header { name, needle } => header_contains(candidate.loaded.header()?, name, needle),
            Self::Body(needle) => body_contains(candidate.loaded.whole()?, needle),
            Self::Text(needle) => {
                let raw = candidate.loaded.whole()?;
                needle.is_in(&decoded(header(raw))) || body_contains(raw, needle)
            }
            Self::Not(query) => !query.matches(candidate)?,
            Self::Either(a, b) => match a.matches(candidate) {
                Ok(true) => true,
                Ok(false) => b.matches(candidate)?,
                // The second key may match with what has been read.
                Err(_) if b.matches(candidate) == Ok(true) => true,
                Err(needs) => return Err(needs),
            },
            Self::Both(queries) => {
                for query in queries {
                    if !query.matches(candidate)? {
                        return Ok(false);
                    }
                }
                true
            }
        })
    }
}

impl<'m> Loaded<'m> {
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
