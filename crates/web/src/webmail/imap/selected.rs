//! A selected folder: its messages by sequence window, by search, and one by one.

use super::connection::Connection;
use super::error::ImapError;
use super::summary::Summary;
use super::uid::Uid;
use imap_types::command::CommandBody;
use imap_types::core::{AString, Atom, Charset, Vec1};
use imap_types::fetch::{MacroOrMessageDataItemNames, MessageDataItem, MessageDataItemName, Section};
use imap_types::flag::{Flag, StoreResponse, StoreType};
use imap_types::response::Data;
use imap_types::search::SearchKey;
use imap_types::sequence::SequenceSet;
use std::collections::BTreeMap;
use std::num::NonZeroU32;

/// A folder that is open on the connection, and how many messages it held when it was opened.
pub(crate) struct Selected<'a> {
    connection: &'a mut Connection,
    /// How many messages there are.
    pub(crate) messages: u32,
}

/// What can be noted on a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It has been read.
    Seen,
    /// It has not been read.
    Unseen,
    /// It carries a star.
    Flagged,
    /// It carries no star.
    Unflagged,
}

impl<'a> Selected<'a> {
    /// The largest message that is read whole. Larger ones are shown by their header and can be downloaded.
    pub(crate) const MAX_MESSAGE: u32 = 25 * 1024 * 1024;
    /// How much of a too large message is read to show its header.
    const HEADER_WINDOW: NonZeroU32 = NonZeroU32::new(256 * 1024).expect("not zero");
    /// Most words a search is made of.
    const MAX_WORDS: usize = 8;

    pub(super) async fn open(
        connection: &'a mut Connection,
        command: CommandBody<'_>,
    ) -> Result<Self, ImapError> {
        let mut exists = None;
        connection
            .run(command, |data| {
                if let Data::Exists(count) = data {
                    exists = Some(count);
                }
                Ok(())
            })
            .await?;
        let messages = exists.ok_or(ImapError::Malformed("a SELECT without EXISTS"))?;
        Ok(Self { connection, messages })
    }

    /// The newest messages but `skip`, `limit` at most, newest first. Costs the same in a folder of ten and of ten
    /// million.
    pub(crate) async fn newest(&mut self, skip: u32, limit: u32) -> Result<Vec<Summary>, ImapError> {
        let Some(last) = NonZeroU32::new(self.messages.saturating_sub(skip)) else { return Ok(Vec::new()) };
        let first = NonZeroU32::new(last.get().saturating_sub(limit) + 1).unwrap_or(NonZeroU32::MIN);
        let mut found = self.summaries(SequenceSet::from(first..=last), Numbering::Sequence).await?;
        found.reverse();
        Ok(found)
    }

    /// The summaries of these messages, newest first. A message that is gone by now is left out.
    pub(crate) async fn these(&mut self, uids: &[Uid]) -> Result<Vec<Summary>, ImapError> {
        let numbers: Vec<NonZeroU32> = uids.iter().map(|uid| uid.number()).collect();
        let Ok(set) = SequenceSet::try_from(numbers) else { return Ok(Vec::new()) };
        let mut found = self.summaries(set, Numbering::Uid).await?;
        found.sort_unstable_by_key(|summary| std::cmp::Reverse(summary.uid));
        Ok(found)
    }

    /// In the order of the folder. A message the engine describes in a way that cannot be read is asked for in fewer
    /// words; if that does not help either it is left out, and the others stand.
    async fn summaries(&mut self, set: SequenceSet, numbering: Numbering) -> Result<Vec<Summary>, ImapError> {
        let mut found: BTreeMap<Uid, Summary> = BTreeMap::new();
        for items in [Summary::items(), Summary::plain_items()] {
            let outcome = self.connection.run(fetch(set.clone(), numbering, items), |data| {
                if let Data::Fetch { items, .. } = data
                    && let Some(summary) = Summary::read(items.as_ref())?
                {
                    found.entry(summary.uid).or_insert(summary);
                }
                Ok(())
            });
            match outcome.await {
                Ok(()) => break,
                Err(ImapError::Unreadable) => {
                    tracing::warn!("a message in the list is described in a way that cannot be read");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found.into_values().collect())
    }

    /// The messages that hold every one of these words, in header or text, newest first.
    pub(crate) async fn search(&mut self, words: &str) -> Result<Vec<Uid>, ImapError> {
        let keys: Vec<SearchKey<'_>> = words
            .split_whitespace()
            .take(Self::MAX_WORDS)
            .map(|word| AString::try_from(word).map(SearchKey::Text))
            .collect::<Result<_, _>>()
            .map_err(|_| ImapError::Unrepresentable)?;
        let Ok(criteria) = Vec1::try_from(keys) else { return Ok(Vec::new()) };
        let charset = (!words.is_ascii()).then(|| Charset::from(Atom::unvalidated("UTF-8")));
        let mut answer = None;
        self.connection
            .run(CommandBody::Search { charset, criteria, uid: true }, |data| {
                if let Data::Search(numbers, ..) = data {
                    answer.get_or_insert_with(Vec::new).extend(numbers);
                }
                Ok(())
            })
            .await?;
        // RFC 3501 §7.2.5: an empty result is said, not left out; silence is no answer.
        let mut uids: Vec<Uid> =
            answer.ok_or(ImapError::Malformed("no SEARCH response"))?.into_iter().map(Uid::from).collect();
        uids.sort_unstable_by(|a, b| b.cmp(a));
        uids.dedup();
        Ok(uids)
    }

    /// One message as it stands in the mailbox; `None` when it is not there (any more). Reading it marks nothing.
    pub(crate) async fn message(&mut self, uid: Uid) -> Result<Option<Stored>, ImapError> {
        let mut size = None;
        let mut flags = (false, false);
        let ask = vec![MessageDataItemName::Rfc822Size, MessageDataItemName::Flags];
        self.each_of(uid, ask, |item| match item {
            MessageDataItem::Rfc822Size(bytes) => size = Some(bytes),
            MessageDataItem::Flags(set) => {
                flags = (set.contains(&Flag::Seen.into()), set.contains(&Flag::Flagged.into()));
            }
            _ => {}
        })
        .await?;
        let Some(size) = size else { return Ok(None) };
        let extent = if size <= Self::MAX_MESSAGE { Extent::Whole } else { Extent::Header };
        let (section, partial) = match extent {
            Extent::Whole => (None, None),
            Extent::Header => (Some(Section::Header(None)), Some((0, Self::HEADER_WINDOW))),
        };
        let mut bytes = None;
        self.each_of(uid, vec![MessageDataItemName::BodyExt { section, partial, peek: true }], |item| {
            if let MessageDataItem::BodyExt { data, .. } = item {
                bytes = data.into_option().map(|data| data.into_owned());
            }
        })
        .await?;
        let (seen, flagged) = flags;
        Ok(bytes.map(|bytes| Stored { seen, flagged, extent, bytes }))
    }

    /// Some bytes of a message, for a download in pieces; `None` past its end.
    pub(crate) async fn piece(
        &mut self,
        uid: Uid,
        offset: u32,
        length: NonZeroU32,
    ) -> Result<Option<Vec<u8>>, ImapError> {
        let partial = Some((offset, length));
        let mut bytes = None;
        self.each_of(
            uid,
            vec![MessageDataItemName::BodyExt { section: None, partial, peek: true }],
            |item| {
                if let MessageDataItem::BodyExt { data, .. } = item {
                    bytes = data.into_option().map(|data| data.into_owned());
                }
            },
        )
        .await?;
        Ok(bytes.filter(|bytes| !bytes.is_empty()))
    }

    /// Notes something on a message.
    pub(crate) async fn mark(&mut self, uid: Uid, mark: Mark) -> Result<(), ImapError> {
        let (kind, flag) = match mark {
            Mark::Seen => (StoreType::Add, Flag::Seen),
            Mark::Unseen => (StoreType::Remove, Flag::Seen),
            Mark::Flagged => (StoreType::Add, Flag::Flagged),
            Mark::Unflagged => (StoreType::Remove, Flag::Flagged),
        };
        let command = CommandBody::Store {
            sequence_set: SequenceSet::from(uid.number()),
            kind,
            response: StoreResponse::Silent,
            flags: vec![flag],
            uid: true,
        };
        self.connection.run(command, |_| Ok(())).await
    }

    /// Fetches items of one message, and ignores what the engine says of others meanwhile.
    async fn each_of(
        &mut self,
        uid: Uid,
        ask: Vec<MessageDataItemName<'_>>,
        mut each: impl FnMut(MessageDataItem<'_>),
    ) -> Result<(), ImapError> {
        self.connection
            .run(fetch(SequenceSet::from(uid.number()), Numbering::Uid, ask), |data| {
                if let Data::Fetch { items, .. } = data
                    && items.as_ref().contains(&MessageDataItem::Uid(uid.number()))
                {
                    items.into_iter().for_each(&mut each);
                }
                Ok(())
            })
            .await
    }
}

/// A message as the engine keeps it.
pub(crate) struct Stored {
    /// Whether it has been read.
    pub(crate) seen: bool,
    /// Whether it carries a star.
    pub(crate) flagged: bool,
    /// How much of it was read.
    pub(crate) extent: Extent,
    /// What was read.
    pub(crate) bytes: Vec<u8>,
}

/// How much of a message was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// Its header: it is larger than [`Selected::MAX_MESSAGE`].
    Header,
}

/// How messages are numbered in a command (RFC 3501 §2.3.1).
#[derive(Clone, Copy)]
enum Numbering {
    Sequence,
    Uid,
}

fn fetch(set: SequenceSet, numbering: Numbering, items: Vec<MessageDataItemName<'_>>) -> CommandBody<'_> {
    CommandBody::Fetch {
        sequence_set: set,
        macro_or_item_names: MacroOrMessageDataItemNames::MessageDataItemNames(items),
        uid: matches!(numbering, Numbering::Uid),
    }
}
