//! STORE (RFC 3501 §6.4.6): flags and keywords of messages are set and taken away.

use crate::connection::ClientStream;
use crate::error::{MailError, Result};
use crate::flags::{FlagChange, Flags};
use crate::imap::command::flag_list::FlagList;
use crate::imap::command::sequence_set::{MessageSet, NumberKind};
use crate::imap::completion::Completion;
use crate::imap::selected_folder::{SelectedFolder, SentFlags};
use crate::imap::stream::{Continue, ImapStream};
use crate::storage::snapshot::Snapshot;
use imap_types::flag::{Flag, StoreResponse, StoreType};
use std::ops::BitOr;

/// What STORE asks for.
pub(crate) struct StoreRequest<'c> {
    pub(crate) messages: MessageSet<'c>,
    pub(crate) kind: StoreType,
    pub(crate) response: StoreResponse,
    pub(crate) flags: &'c [Flag<'c>],
}

/// What a STORE can do of what it asks for.
struct StorableFlags {
    flags: Flags,
    /// Why some of the keywords are not among them.
    rejected: Option<&'static str>,
}

impl SelectedFolder {
    pub(crate) async fn store<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        request: StoreRequest<'_>,
    ) -> Continue<Completion> {
        let StoreRequest { messages, kind, response, flags } = request;
        let Some(asked) = FlagList::new(flags) else {
            return Ok(Completion::Bad("One of these flags cannot be set."));
        };
        let uids = match self.uids(messages) {
            Ok(uids) => uids,
            Err(answer) => return Ok(answer),
        };
        let change = match kind {
            StoreType::Replace => FlagChange::Replace,
            StoreType::Add => FlagChange::Add,
            StoreType::Remove => FlagChange::Remove,
        };
        let StorableFlags { flags, rejected } =
            match stream.to_completion(self.storable(change, asked)).await? {
                Ok(storable) => storable,
                Err(error) => return Ok(Completion::from_error(&error)),
            };
        if let (Flags::NONE, Some(why)) = (flags, rejected) {
            // RFC 5530 §3. Nothing of what was asked can be done, and to replace flags by none was not asked.
            return Ok(Completion::No(format!("[LIMIT] {why}")));
        }
        let snapshot = match stream.to_completion(self.folder.store(uids.clone(), change, flags)).await? {
            Ok(snapshot) => snapshot,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        if self.snapshot.keywords != snapshot.keywords {
            // The client must know a keyword before it meets it (RFC 3501 §7.2.6).
            self.update_keywords(stream, &snapshot);
        }
        let sent = match response {
            StoreResponse::Silent if rejected.is_none() => {
                self.apply_silent_store(&uids, change, flags);
                SentFlags::none()
            }
            // Also where silence was asked for: the client takes all it asked for kept.
            StoreResponse::Silent | StoreResponse::Answer => {
                self.send_flags(stream, &uids, &snapshot, messages.kind).await?;
                SentFlags { uids, snapshot: Some(snapshot) }
            }
        };
        self.send_updates(stream, messages.kind.into(), &sent).await?;
        Ok(Completion::ok(match rejected {
            None => "Stored.",
            Some(_) => "Stored, without the keywords this folder has no room for.",
        }))
    }

    /// RFC 3501 §7.1: a flag that cannot be kept is passed over, and those asked with it are not.
    async fn storable(&self, change: FlagChange, asked: FlagList) -> Result<StorableFlags> {
        let mut storable = StorableFlags { flags: asked.system, rejected: None };
        if change == FlagChange::Remove {
            // A keyword the folder does not have is on no message: it need not be made to be taken away.
            let snapshot = self.folder.snapshot();
            let known = asked.keywords.iter().filter_map(|name| snapshot.keyword(name));
            storable.flags = known.fold(asked.system, BitOr::bitor);
            return Ok(storable);
        }
        // Each for itself, so that one is not refused for another.
        for name in asked.keywords {
            match self.folder.keywords(vec![name]).await {
                Ok(keyword) => storable.flags = storable.flags | keyword,
                Err(MailError::Misuse(why)) => storable.rejected = Some(why),
                Err(error) => return Err(error),
            }
        }
        Ok(storable)
    }

    async fn send_flags<S: ClientStream>(
        &self,
        stream: &mut ImapStream<S>,
        uids: &[u32],
        snapshot: &Snapshot,
        kind: NumberKind,
    ) -> Continue {
        for uid in uids {
            if let (Some(at), Some(message)) = (self.snapshot.position(*uid), snapshot.message(*uid)) {
                let flags = self.flags(snapshot, message);
                let uid = match kind {
                    NumberKind::Uid => format!("UID {uid} "),
                    NumberKind::Sequence => String::new(),
                };
                stream.send_line(&format!("* {} FETCH ({uid}FLAGS {flags})", at + 1)).await?;
            }
        }
        Ok(())
    }
}
