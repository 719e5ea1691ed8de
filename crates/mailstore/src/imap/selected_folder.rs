//! A selected folder as its client knows it.
//!
//! Sequence numbers mean what the client was last told (RFC 3501 §7.4.1), so a session holds on to the snapshot it has
//! told of, and is brought forward by [`SelectedFolder::send_updates`] alone, which says everything that lies between.

use super::command::sequence_set::{MessageSet, NumberKind, NumberSet};
use super::completion::Completion;
use super::search::query::Recent;
use super::stream::{Continue, ImapStream, SessionEnd};
use crate::connection::ClientStream;
use crate::error::Result;
use crate::flags::{FlagChange, Flags};
use crate::storage::folder::Folder;
use crate::storage::snapshot::{Message, Snapshot};
use std::sync::Arc;

/// What the client may do to the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// SELECT
    ReadWrite,
    /// EXAMINE
    ReadOnly,
}

/// A selected folder.
pub(crate) struct SelectedFolder {
    pub(crate) folder: Folder,
    /// What the client has been told.
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) access: Access,
    /// The UIDs that are `\Recent` in this session, in their order.
    recent: Vec<u32>,
}

/// Whether the client may hear of expunges now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expunges {
    Send,
    /// RFC 3501 §7.4.1: not while FETCH, STORE or SEARCH is answered; the numbers in flight would change.
    Defer,
}

impl From<NumberKind> for Expunges {
    /// RFC 3501 §7.4.1: a command with numbers in it must not be answered with expunges.
    fn from(kind: NumberKind) -> Self {
        match kind {
            NumberKind::Uid => Self::Send,
            NumberKind::Sequence => Self::Defer,
        }
    }
}

/// Flags the client knows from the answer it just got, and not from the snapshot it was told of.
pub(crate) struct SentFlags {
    /// UIDs, in their order.
    pub(crate) uids: Vec<u32>,
    /// Where the answer took the flags from.
    pub(crate) snapshot: Option<Arc<Snapshot>>,
}

impl SentFlags {
    /// The answer had no flags in it.
    pub(crate) fn none() -> Self {
        Self { uids: Vec::new(), snapshot: None }
    }

    fn flags_of(&self, told: &Message) -> Flags {
        let answered = self.snapshot.as_ref().filter(|_| self.uids.binary_search(&told.uid).is_ok());
        answered.and_then(|snapshot| snapshot.message(told.uid)).map_or(told.flags, |m| m.flags)
    }
}

/// What lies between two snapshots.
#[derive(Default)]
struct Difference {
    /// Numbers as they are when each is said, so that each takes those before it into account.
    expunged: Vec<usize>,
    /// Numbers as they are afterwards.
    changed: Vec<usize>,
    /// Messages that are gone and that the client goes on knowing for now.
    deferred: Vec<Message>,
    arrived: bool,
}

impl SelectedFolder {
    /// Nothing the client knows is true any more.
    pub(crate) const REMOVED: SessionEnd =
        SessionEnd::Bye("The folder was deleted or renamed. Please sign in again.");

    /// Takes a folder that was just opened, and its recent messages where that is allowed.
    pub(crate) async fn new(folder: Folder, access: Access) -> Result<Self> {
        let mut selected = Self { snapshot: folder.snapshot(), folder, access, recent: Vec::new() };
        selected.claim_recent(&selected.folder.snapshot()).await?;
        selected.snapshot = selected.folder.snapshot();
        Ok(selected)
    }

    /// How many messages the client knows of.
    pub(crate) fn message_count(&self) -> usize {
        self.snapshot.messages.len()
    }

    /// How many of them are recent.
    pub(crate) fn recent_count(&self) -> usize {
        self.snapshot.messages.iter().filter(|m| self.recent(m) == Recent::Yes).count()
    }

    /// Whether a message is `\Recent` in this session.
    pub(crate) fn recent(&self, message: &Message) -> Recent {
        let claimed = self.recent.binary_search(&message.uid).is_ok();
        // RFC 3501 §6.3.2: EXAMINE takes nothing; what nobody has taken is recent for it too.
        if claimed || (self.access == Access::ReadOnly && message.is_recent()) {
            Recent::Yes
        } else {
            Recent::No
        }
    }

    /// `(\Seen ...)`, with the keywords of `snapshot` and with `\Recent`.
    pub(crate) fn flags(&self, snapshot: &Snapshot, message: &Message) -> String {
        let recent = (self.recent(message) == Recent::Yes).then_some("\\Recent");
        let names = flag_names(message.flags).chain(snapshot.keyword_names(message.flags)).chain(recent);
        format!("({})", names.collect::<Vec<_>>().join(" "))
    }

    /// Says which flags the folder has (RFC 3501 §7.2.6, §7.1).
    pub(crate) fn write_flags<S: ClientStream>(&self, stream: &mut ImapStream<S>) {
        let system = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";
        let keywords: String = self.snapshot.keywords.iter().map(|name| format!(" {name}")).collect();
        // RFC 3501 §7.1: says that new keywords can be made.
        let more = if self.snapshot.keywords.len() < Flags::MAX_KEYWORDS { " \\*" } else { "" };
        stream.write_line(&format!("* FLAGS ({system}{keywords})"));
        match self.access {
            Access::ReadWrite => {
                stream
                    .write_line(&format!("* OK [PERMANENTFLAGS ({system}{keywords}{more})] Flags are kept."));
            }
            Access::ReadOnly => stream.write_line("* OK [PERMANENTFLAGS ()] The folder is open for reading."),
        }
    }

    /// Brings the client forward to what the folder is now.
    pub(crate) async fn send_updates<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        expunges: Expunges,
        known: &SentFlags,
    ) -> Continue {
        let mut now = self.folder.snapshot();
        if Arc::ptr_eq(&now, &self.snapshot) {
            return Ok(());
        }
        if now.uid_validity != self.snapshot.uid_validity {
            // RFC 3501 §2.3.1.1: the UIDs the client holds have lost their meaning.
            return Err(SessionEnd::Bye("The folder was replaced. Please sign in again."));
        }
        if let Err(cause) = self.claim_recent(&now).await {
            tracing::debug!(%cause, "new messages stay recent for the next session");
        }
        if self.access == Access::ReadWrite {
            now = self.folder.snapshot();
        }
        let difference = difference(&self.snapshot, &now, expunges, known);
        for number in &difference.expunged {
            stream.send_line(&format!("* {number} EXPUNGE")).await?;
        }
        if !difference.deferred.is_empty() {
            let merged = Arc::make_mut(&mut now);
            merged.messages.extend(difference.deferred);
            merged.messages.sort_unstable_by_key(|m| m.uid);
        }
        let before = std::mem::replace(&mut self.snapshot, now);
        if !Arc::ptr_eq(&before.keywords, &self.snapshot.keywords)
            && before.keywords != self.snapshot.keywords
        {
            self.write_flags(stream);
        }
        if difference.arrived {
            stream.write_line(&format!("* {} EXISTS", self.message_count()));
            stream.write_line(&format!("* {} RECENT", self.recent_count()));
        }
        for at in difference.changed {
            if let Some(message) = self.snapshot.messages.get(at) {
                let flags = self.flags(&self.snapshot, message);
                stream.send_line(&format!("* {} FETCH (UID {} FLAGS {flags})", at + 1, message.uid)).await?;
            }
        }
        Ok(())
    }

    /// Takes in what the client changed and asked not to be answered: it knows what became of the flags it was told of,
    /// and of no others. What another session has made of them is then told like any other news.
    pub(crate) fn apply_silent_store(&mut self, uids: &[u32], change: FlagChange, by: Flags) {
        let told = Arc::make_mut(&mut self.snapshot);
        for message in told.messages.iter_mut().filter(|m| uids.binary_search(&m.uid).is_ok()) {
            message.flags = message.flags.changed(change, by);
        }
    }

    /// Tells of keywords that are new to the folder, before a message is shown with them.
    pub(crate) fn update_keywords<S: ClientStream>(&mut self, stream: &mut ImapStream<S>, from: &Snapshot) {
        Arc::make_mut(&mut self.snapshot).keywords = Arc::clone(&from.keywords);
        self.write_flags(stream);
    }

    async fn claim_recent(&mut self, snapshot: &Snapshot) -> Result<()> {
        if self.access == Access::ReadOnly || !snapshot.messages.iter().any(Message::is_recent) {
            return Ok(());
        }
        // UIDs only grow, so that what is claimed later comes behind.
        self.recent.extend(self.folder.claim_recent().await?);
        self.recent.sort_unstable();
        Ok(())
    }

    /// The messages a command is for, as positions in the snapshot.
    pub(crate) fn positions(&self, messages: MessageSet<'_>) -> Result<Vec<usize>, Completion> {
        let MessageSet { numbers, kind } = messages;
        let largest = match kind {
            NumberKind::Uid => self.snapshot.messages.last().map_or(0, |m| m.uid),
            NumberKind::Sequence => u32::try_from(self.message_count()).unwrap_or(u32::MAX),
        };
        let numbers = NumberSet::new(numbers, largest);
        if kind == NumberKind::Sequence && largest > 0 && numbers.largest() > largest {
            return Err(Completion::Bad("There is no message of that number."));
        }
        let named = |(at, message): &(usize, &Message)| match kind {
            NumberKind::Uid => numbers.contains(message.uid),
            NumberKind::Sequence => u32::try_from(at + 1).is_ok_and(|number| numbers.contains(number)),
        };
        Ok(self.snapshot.messages.iter().enumerate().filter(named).map(|(at, _)| at).collect())
    }

    /// The UIDs of the messages a command is for, in their order.
    pub(crate) fn uids(&self, messages: MessageSet<'_>) -> Result<Vec<u32>, Completion> {
        let positions = self.positions(messages)?;
        Ok(positions.into_iter().filter_map(|at| self.snapshot.messages.get(at)).map(|m| m.uid).collect())
    }
}

/// The system flags of a set, in their spelling.
fn flag_names<'n>(flags: Flags) -> impl Iterator<Item = &'n str> {
    let named = [
        (Flags::ANSWERED, "\\Answered"),
        (Flags::FLAGGED, "\\Flagged"),
        (Flags::DELETED, "\\Deleted"),
        (Flags::SEEN, "\\Seen"),
        (Flags::DRAFT, "\\Draft"),
    ];
    named.into_iter().filter(move |(flag, _)| flags.contains(*flag)).map(|(_, name)| name)
}

fn difference(old: &Snapshot, new: &Snapshot, expunges: Expunges, known: &SentFlags) -> Difference {
    let mut difference = Difference::default();
    let mut new_messages = new.messages.iter().peekable();
    let mut at = 0;
    for message in &old.messages {
        match new_messages.next_if(|candidate| candidate.uid == message.uid) {
            Some(now) => {
                if now.flags != known.flags_of(message) {
                    difference.changed.push(at);
                }
                at += 1;
            }
            None if expunges == Expunges::Send => difference.expunged.push(at + 1),
            None => {
                difference.deferred.push(message.clone());
                at += 1;
            }
        }
    }
    difference.arrived = new_messages.next().is_some();
    difference
}
