//! STORE (RFC 3501 §6.4.6), and flags as clients write them.

use crate::connection::ClientStream;
use crate::error::{MailError, Result};
use crate::flags::{FlagChange, Flags};
use crate::imap::command::sequence_set::{MessageSet, NumberKind};
use crate::imap::completion::Completion;
use crate::imap::selected_folder::{SelectedFolder, SentFlags};
use crate::imap::stream::{Continue, ImapStream};
use crate::storage::snapshot::Snapshot;
use imap_types::flag::{Flag, StoreResponse, StoreType};
use std::ops::BitOr;

/// The flags a client names: those of the system, and keywords.
pub(crate) struct Named {
    pub(crate) system: Flags,
    pub(crate) keywords: Vec<String>,
}

impl Named {
    /// Reads them; nothing, if one is no flag a client may set, like `\Recent`.
    pub(crate) fn new(flags: &[Flag<'_>]) -> Option<Self> {
        let mut named = Self { system: Flags::NONE, keywords: Vec::new() };
        for flag in flags {
            let system = match flag {
                Flag::Answered => Flags::ANSWERED,
                Flag::Deleted => Flags::DELETED,
                Flag::Draft => Flags::DRAFT,
                Flag::Flagged => Flags::FLAGGED,
                Flag::Seen => Flags::SEEN,
                Flag::Keyword(name) => {
                    named.keywords.push(name.as_ref().to_owned());
                    continue;
                }
                Flag::Extension(_) => return None,
            };
            named.system = named.system | system;
        }
        Some(named)
    }
}

/// What STORE asks for.
pub(crate) struct StoreRequest<'c> {
    pub(crate) messages: MessageSet<'c>,
    pub(crate) kind: StoreType,
    pub(crate) response: StoreResponse,
    pub(crate) flags: &'c [Flag<'c>],
}

/// What a STORE can do of what it asks for.
struct Keepable {
    flags: Flags,
    /// Why some of the keywords are not among them.
    left_out: Option<&'static str>,
}

impl SelectedFolder {
    pub(crate) async fn store<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        request: StoreRequest<'_>,
    ) -> Continue<Completion> {
        let StoreRequest { messages, kind, response, flags } = request;
        let Some(named) = Named::new(flags) else {
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
        let Keepable { flags, left_out } = match stream.to_completion(self.keepable(change, named)).await? {
            Ok(keepable) => keepable,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        if let (Flags::NONE, Some(why)) = (flags, left_out) {
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
        let known = match response {
            StoreResponse::Silent if left_out.is_none() => {
                self.apply_silent_store(&uids, change, flags);
                SentFlags::none()
            }
            // Also where silence was asked for: the client takes all it named for kept.
            StoreResponse::Silent | StoreResponse::Answer => {
                self.answer_flags(stream, &uids, &snapshot, messages.kind).await?;
                SentFlags { uids, snapshot: Some(snapshot) }
            }
        };
        self.send_updates(stream, messages.kind.into(), &known).await?;
        Ok(Completion::ok(match left_out {
            None => "Stored.",
            Some(_) => "Stored, without the keywords this folder has no room for.",
        }))
    }

    /// RFC 3501 §7.1: a flag that cannot be kept is passed over, and those named with it are not.
    async fn keepable(&self, change: FlagChange, named: Named) -> Result<Keepable> {
        let mut keepable = Keepable { flags: named.system, left_out: None };
        if change == FlagChange::Remove {
            // A keyword the folder does not have is on no message: it need not be made to be taken away.
            let snapshot = self.folder.snapshot();
            let known = named.keywords.iter().filter_map(|name| snapshot.keyword(name));
            keepable.flags = known.fold(named.system, BitOr::bitor);
            return Ok(keepable);
        }
        // Each for itself, so that one is not refused for another.
        for name in named.keywords {
            match self.folder.keywords(vec![name]).await {
                Ok(keyword) => keepable.flags = keepable.flags | keyword,
                Err(MailError::Misuse(why)) => keepable.left_out = Some(why),
                Err(error) => return Err(error),
            }
        }
        Ok(keepable)
    }

    async fn answer_flags<S: ClientStream>(
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
