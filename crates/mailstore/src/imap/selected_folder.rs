//! A selected folder as its client knows it.
//!
//! Sequence numbers mean what the client was last sent (RFC 3501 §7.4.1). A session therefore keeps the snapshot its
//! client knows; only [`SelectedFolder::send_updates`] moves it on, and sends every difference.

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
    /// What the client knows.
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) access: Access,
    /// The UIDs that are `\Recent` in this session, in their order.
    recent: Vec<u32>,
}

/// Whether EXPUNGE responses may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expunges {
    Send,
    /// RFC 3501 §7.4.1: not in the answer to FETCH, STORE or SEARCH, whose sequence numbers would change their meaning.
    Defer,
}

impl From<NumberKind> for Expunges {
    /// UIDs keep their meaning; sequence numbers do not.
    fn from(kind: NumberKind) -> Self {
        match kind {
            NumberKind::Uid => Self::Send,
            NumberKind::Sequence => Self::Defer,
        }
    }
}

/// Flags that the answer to a command has just sent, and that may differ from those in the snapshot.
pub(crate) struct SentFlags {
    /// The UIDs of the messages, ascending.
    pub(crate) uids: Vec<u32>,
    /// From where the answer took the flags.
    pub(crate) snapshot: Option<Arc<Snapshot>>,
}

impl SentFlags {
    /// The answer sent no flags.
    pub(crate) fn none() -> Self {
        Self { uids: Vec::new(), snapshot: None }
    }

    fn flags_of(&self, known: &Message) -> Flags {
        let sent = self.snapshot.as_ref().filter(|_| self.uids.binary_search(&known.uid).is_ok());
        sent.and_then(|snapshot| snapshot.message(known.uid)).map_or(known.flags, |m| m.flags)
    }
}

/// What differs between two snapshots.
#[derive(Default)]
struct Difference {
    /// Sequence numbers, each as it is when those before it are gone.
    expunged: Vec<usize>,
    /// Positions, as they are when the expunged messages are gone.
    changed: Vec<usize>,
    /// Messages that are gone, and whose EXPUNGE is sent later.
    deferred: Vec<Message>,
    arrived: bool,
}

impl SelectedFolder {
    /// The folder does not exist any more under its name.
    pub(crate) const REMOVED: SessionEnd =
        SessionEnd::Bye("The folder was deleted or renamed. Please sign in again.");

    /// Selects a folder that was just opened. After SELECT its recent messages are claimed for this session.
    pub(crate) async fn new(folder: Folder, access: Access) -> Result<Self> {
        let mut selected = Self { snapshot: folder.snapshot(), folder, access, recent: Vec::new() };
        selected.claim_recent(&selected.folder.snapshot()).await?;
        selected.snapshot = selected.folder.snapshot();
        Ok(selected)
    }

    /// What EXISTS says: how many messages the client knows.
    pub(crate) fn message_count(&self) -> usize {
        self.snapshot.messages.len()
    }

    /// What RECENT says: how many of them are `\Recent` in this session.
    pub(crate) fn recent_count(&self) -> usize {
        self.snapshot.messages.iter().filter(|m| self.recent(m) == Recent::Yes).count()
    }

    /// Whether a message is `\Recent` in this session.
    pub(crate) fn recent(&self, message: &Message) -> Recent {
        let claimed = self.recent.binary_search(&message.uid).is_ok();
        // RFC 3501 §6.3.2: EXAMINE claims nothing; what no session has claimed is recent for it too.
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

    /// Writes FLAGS and PERMANENTFLAGS (RFC 3501 §7.2.6, §7.1).
    pub(crate) fn write_flags<S: ClientStream>(&self, stream: &mut ImapStream<S>) {
        let system = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";
        let keywords: String = self.snapshot.keywords.iter().map(|name| format!(" {name}")).collect();
        // RFC 3501 §7.1: `\*` says that new keywords can be created.
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

    /// Sends what has changed in the folder since the client was last sent something of it.
    pub(crate) async fn send_updates<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        expunges: Expunges,
        sent: &SentFlags,
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
        let difference = difference(&self.snapshot, &now, expunges, sent);
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

    /// Applies a `.SILENT` STORE to the flags the client knows. What another session has changed meanwhile stays a
    /// difference, and is sent with the next updates.
    pub(crate) fn apply_silent_store(&mut self, uids: &[u32], change: FlagChange, by: Flags) {
        let known = Arc::make_mut(&mut self.snapshot);
        for message in known.messages.iter_mut().filter(|m| uids.binary_search(&m.uid).is_ok()) {
            message.flags = message.flags.changed(change, by);
        }
    }

    /// Sends the keywords that are new to the folder, before a message is sent with them.
    pub(crate) fn update_keywords<S: ClientStream>(&mut self, stream: &mut ImapStream<S>, from: &Snapshot) {
        Arc::make_mut(&mut self.snapshot).keywords = Arc::clone(&from.keywords);
        self.write_flags(stream);
    }

    async fn claim_recent(&mut self, snapshot: &Snapshot) -> Result<()> {
        if self.access == Access::ReadOnly || !snapshot.messages.iter().any(Message::is_recent) {
            return Ok(());
        }
        // Sorted for the binary search.
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

fn difference(old: &Snapshot, new: &Snapshot, expunges: Expunges, sent: &SentFlags) -> Difference {
    let mut difference = Difference::default();
    let mut new_messages = new.messages.iter().peekable();
    let mut at = 0;
    for message in &old.messages {
        match new_messages.next_if(|candidate| candidate.uid == message.uid) {
            Some(now) => {
                if now.flags != sent.flags_of(message) {
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
