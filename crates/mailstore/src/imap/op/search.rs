//! SEARCH (RFC 3501 §6.4.4): the query is evaluated for every message of the folder.

use crate::connection::ClientStream;
use crate::error::{MailError, Result};
use crate::imap::command::sequence_set::NumberKind;
use crate::imap::completion::Completion;
use crate::imap::message::header::header;
use crate::imap::search::query::{BadCharset, Candidate, Loaded, Needs, Query};
use crate::imap::selected_folder::{SelectedFolder, SentFlags};
use crate::imap::stream::{Continue, ImapStream};
use crate::storage::cancellation::blocking;
use imap_types::core::Charset;
use imap_types::search::SearchKey;
use std::sync::Arc;

/// How many keys may need the content of messages. Each decodes every message once: people use one or two, thousands
/// would keep a core busy for hours.
const MAX_CONTENT_KEYS: usize = 64;
/// As much of a header is searched, in octets.
const HEADER_LIMIT: usize = 1024 * 1024;

impl SelectedFolder {
    pub(crate) async fn search<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        charset: Option<&Charset<'_>>,
        keys: &[SearchKey<'_>],
        kind: NumberKind,
    ) -> Continue<Completion> {
        let query = match Query::new(charset, keys, &self.snapshot) {
            Ok(query) => Arc::new(query),
            Err(BadCharset) => {
                return Ok(Completion::no("[BADCHARSET (UTF-8 US-ASCII)] This charset is not known."));
            }
        };
        if query.content_keys() > MAX_CONTENT_KEYS {
            return Ok(Completion::no("[LIMIT] This search asks for too much at once."));
        }
        let mut line = b"* SEARCH".to_vec();
        for (at, message) in self.snapshot.messages.iter().enumerate() {
            match stream.until_stopped(self.matches(&query, at)).await? {
                Ok(false) => {}
                Ok(true) => {
                    let number = match kind {
                        NumberKind::Uid => u64::from(message.uid),
                        NumberKind::Sequence => at as u64 + 1,
                    };
                    line.extend_from_slice(format!(" {number}").as_bytes());
                }
                Err(error) => return Ok(Completion::from_error(&error)),
            }
        }
        line.extend_from_slice(b"\r\n");
        stream.send(&line).await?;
        self.send_updates(stream, kind.into(), &SentFlags::none()).await?;
        Ok(Completion::ok("That is all."))
    }

    /// Evaluates the query for the message at a position, reading only what the query needs.
    async fn matches(&self, query: &Arc<Query>, at: usize) -> Result<bool> {
        let Some(message) = self.snapshot.messages.get(at) else { return Ok(false) };
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let recent = self.recent(message);
        let mut needs = match query.matches(&Candidate { number, message, recent, loaded: Loaded::Nothing }) {
            Ok(found) => return Ok(found),
            Err(needs) => needs,
        };
        if needs == Needs::Header {
            let raw = match self.folder.read_header(message.uid, HEADER_LIMIT).await {
                Ok(raw) => raw,
                // Removed in the meantime: it matches nothing.
                Err(MailError::NotFound) => return Ok(false),
                Err(error) => return Err(error),
            };
            needs = match query.matches(&Candidate {
                number,
                message,
                recent,
                loaded: Loaded::Header(header(&raw)),
            }) {
                Ok(found) => return Ok(found),
                Err(needs) => needs,
            };
        }
        debug_assert_eq!(needs, Needs::Whole, "a header was asked for twice");
        let raw = match self.folder.read(message.uid).await {
            Ok(raw) => raw,
            Err(MailError::NotFound) => return Ok(false),
            Err(error) => return Err(error),
        };
        let (query, message) = (Arc::clone(query), message.clone());
        // Decoding a large message would hold other sessions up.
        blocking(move || {
            let loaded = Loaded::Whole(&raw);
            Ok(query.matches(&Candidate { number, message: &message, recent, loaded }).unwrap_or(false))
        })
        .await
    }
}
