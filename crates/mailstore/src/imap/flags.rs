//! STORE (RFC 3501 §6.4.6), and flags as clients write them.

use super::numbers::Naming;
use super::selected::{Known, Selected};
use super::session::Answer;
use super::wire::{Going, Wire};
use crate::error::Result;
use crate::flags::{FlagChange, Flags};
use crate::view::View;
use imap_types::flag::{Flag, StoreResponse, StoreType};
use imap_types::sequence::SequenceSet;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// The flags a client names: those of the system, and keywords.
pub(super) struct Named {
    pub(super) system: Flags,
    pub(super) keywords: Vec<String>,
}

impl Named {
    /// Reads them; nothing, if one is no flag a client may set, like `\Recent`.
    pub(super) fn new(flags: &[Flag<'_>]) -> Option<Self> {
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

impl Selected {
    pub(super) async fn store<S>(
        &mut self,
        wire: &mut Wire<S>,
        set: &SequenceSet,
        (kind, response): (StoreType, StoreResponse),
        flags: &[Flag<'_>],
        naming: Naming,
    ) -> Going<Answer>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some(named) = Named::new(flags) else {
            return Ok(Answer::Bad("One of these flags cannot be set."));
        };
        let uids = match self.pick_uids(set, naming) {
            Ok(uids) => uids,
            Err(answer) => return Ok(answer),
        };
        let change = match kind {
            StoreType::Replace => FlagChange::Replace,
            StoreType::Add => FlagChange::Add,
            StoreType::Remove => FlagChange::Remove,
        };
        let view = match wire.finish(self.change(uids.clone(), change, named)).await? {
            Ok(view) => view,
            Err(error) => return Ok(Answer::from_error(&error)),
        };
        if self.view.keywords != view.keywords {
            // The client must know a keyword before it meets it (RFC 3501 §7.2.6).
            self.learn_keywords(wire, &view);
        }
        if response == StoreResponse::Answer {
            self.answer_flags(wire, &uids, &view, naming).await?;
        }
        self.tell(wire, naming.expunges(), &Known { uids, view: Some(view) }).await?;
        Ok(Answer::ok("Stored."))
    }

    async fn change(&self, uids: Vec<u32>, change: FlagChange, named: Named) -> Result<Arc<View>> {
        let keywords = match named.keywords.is_empty() {
            true => Flags::NONE,
            false => self.folder.keywords(named.keywords).await?,
        };
        self.folder.store(uids, change, named.system | keywords).await
    }

    async fn answer_flags<S>(&self, wire: &mut Wire<S>, uids: &[u32], view: &View, naming: Naming) -> Going
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        for uid in uids {
            if let (Some(at), Some(message)) = (self.view.position(*uid), view.message(*uid)) {
                let flags = self.flags(view, message);
                let uid = match naming {
                    Naming::Uids => format!("UID {uid} "),
                    Naming::Numbers => String::new(),
                };
                wire.tell(&format!("* {} FETCH ({uid}FLAGS {flags})", at + 1)).await?;
            }
        }
        Ok(())
    }
}
