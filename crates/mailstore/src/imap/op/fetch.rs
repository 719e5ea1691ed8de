//! FETCH (RFC 3501 §6.4.5): reads what its items need, sets `\Seen`, and writes the responses.

use super::message_file::{MessageFile, read_failed};
use crate::connection::ClientStream;
use crate::error::{MailError, Result};
use crate::flags::{FlagChange, Flags};
use crate::imap::command::fetch_items::{Item, Source, items, section_name};
use crate::imap::command::sequence_set::MessageSet;
use crate::imap::completion::Completion;
use crate::imap::message::body_structure::{Detail, body_structure};
use crate::imap::message::envelope::envelope;
use crate::imap::message::header::header;
use crate::imap::message::mime::Part;
use crate::imap::message::section::{SectionContent, apply_partial, find};
use crate::imap::selected_folder::{Access, SelectedFolder, SentFlags};
use crate::imap::stream::{Continue, ImapStream};
use crate::imap::string;
use crate::storage::snapshot::{Message, Snapshot};
use bytes::Bytes;
use imap_types::fetch::{MacroOrMessageDataItemNames, Section};
use jiff::Timestamp;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

/// As much of a header is read, in octets. Real ones are far shorter.
const HEADER_LIMIT: usize = 1024 * 1024;

/// More octets of a response than this are sent, before the response is complete.
const SEND_AT: usize = 4096;

/// The FETCH response of one message, while it is written.
struct FetchResponse<'v> {
    number: usize,
    message: &'v Message,
    flags: &'v str,
    /// As much of the message as its items need. Empty while a large one is sent, so that a slow client costs no memory.
    raw: Bytes,
    /// How much of the message the items need.
    source: Source,
    /// The file of the message, where it is too large to be held in memory while it is sent.
    file: Option<MessageFile>,
    /// Its MIME parts, parsed when the first item needs them.
    mime_tree: OnceLock<Part>,
}

impl SelectedFolder {
    pub(crate) async fn fetch<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        messages: MessageSet<'_>,
        names: MacroOrMessageDataItemNames<'_>,
    ) -> Continue<Completion> {
        let Some(mut items) = items(names, messages.kind) else {
            return Ok(Completion::Bad("This cannot be fetched here."));
        };
        let positions = match self.positions(messages) {
            Ok(positions) => positions,
            Err(completion) => return Ok(completion),
        };
        let marked = match stream.to_completion(self.mark_seen(&items, &positions)).await? {
            Ok(marked) => marked,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        if !marked.is_empty() && !items.contains(&Item::Flags) {
            // RFC 3501 §6.4.5: flags that this changes are sent with the response.
            items.push(Item::Flags);
        }
        // The flags of this moment; what changes while responses are sent is sent behind them.
        let now = self.folder.snapshot();
        let completion = self.write_responses(stream, &items, &positions, &now).await?;
        let sent = if items.contains(&Item::Flags) {
            let uids =
                positions.iter().filter_map(|at| self.snapshot.messages.get(*at)).map(|m| m.uid).collect();
            SentFlags { uids, snapshot: Some(now) }
        } else {
            SentFlags::none()
        };
        self.send_updates(stream, messages.kind.into(), &sent).await?;
        Ok(completion)
    }

    /// Sets `\Seen` if the items ask for it. Returns the UIDs on which it was not set before.
    async fn mark_seen(&self, items: &[Item<'_>], positions: &[usize]) -> Result<Vec<u32>> {
        if self.access == Access::ReadOnly || !items.iter().any(Item::sets_seen) {
            return Ok(Vec::new());
        }
        let messages = positions.iter().filter_map(|at| self.snapshot.messages.get(*at));
        let unseen: Vec<u32> =
            messages.filter(|m| !m.flags.contains(Flags::SEEN)).map(|message| message.uid).collect();
        if !unseen.is_empty() {
            self.folder.store(unseen.clone(), FlagChange::Add, Flags::SEEN).await?;
        }
        Ok(unseen)
    }

    async fn write_responses<S: ClientStream>(
        &self,
        stream: &mut ImapStream<S>,
        items: &[Item<'_>],
        positions: &[usize],
        now: &Arc<Snapshot>,
    ) -> Continue<Completion> {
        let source = items.iter().map(Item::source).max().unwrap_or(Source::Snapshot);
        let mut missing = false;
        for at in positions {
            let Some(known) = self.snapshot.messages.get(*at) else { continue };
            let message = now.message(known.uid).unwrap_or(known);
            let (raw, file) = match stream.until_stopped(self.load(message, items, source)).await? {
                Ok(loaded) => loaded,
                Err(MailError::NotFound) => {
                    missing = true;
                    continue;
                }
                Err(error) => return Ok(Completion::from_error(&error)),
            };
            let flags = self.flags(now, message);
            let mime_tree = OnceLock::new();
            FetchResponse { number: at + 1, message, flags: &flags, raw, source, file, mime_tree }
                .write(stream, items)
                .await?;
        }
        Ok(if missing {
            Completion::no("[EXPUNGEISSUED] Some of these messages are gone.")
        } else {
            Completion::ok("That is all.")
        })
    }

    /// Reads as much of a message as its items need; a large one stays in its file.
    async fn load(
        &self,
        message: &Message,
        items: &[Item<'_>],
        source: Source,
    ) -> Result<(Bytes, Option<MessageFile>)> {
        let (uid, folder) = (message.uid, &self.folder);
        let file = match source {
            Source::Octets | Source::Message => MessageFile::open(folder, message).await?,
            Source::Snapshot | Source::Header => None,
        };
        let header = || items.iter().any(|item| item.source() == Source::Header);
        let raw = match (source, &file) {
            (Source::Snapshot, _) => Bytes::new(),
            (Source::Octets, Some(_)) if !header() => Bytes::new(),
            (Source::Header, _) | (Source::Octets, Some(_)) => folder.read_header(uid, HEADER_LIMIT).await?,
            (Source::Message, Some(file)) => file.read().await?,
            (Source::Octets | Source::Message, None) => folder.read(uid).await?,
        };
        Ok((raw, file))
    }
}

impl FetchResponse<'_> {
    async fn write<S: ClientStream>(&mut self, stream: &mut ImapStream<S>, items: &[Item<'_>]) -> Continue {
        let mut out = format!("* {} FETCH (", self.number).into_bytes();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            if out.len() > SEND_AT {
                // A command can ask for the same item thousands of times.
                self.release_octets();
                stream.send(&out).await?;
                out.clear();
            }
            if matches!(item.source(), Source::Header | Source::Message) {
                self.reload_octets().await?;
            }
            match item {
                Item::Flags => out.extend_from_slice(format!("FLAGS {}", self.flags).as_bytes()),
                Item::Uid => out.extend_from_slice(format!("UID {}", self.message.uid).as_bytes()),
                Item::Size => out.extend_from_slice(format!("RFC822.SIZE {}", self.message.size).as_bytes()),
                Item::InternalDate => internal_date(&mut out, self.message.received),
                Item::Envelope => {
                    out.extend_from_slice(b"ENVELOPE ");
                    envelope(&mut out, header(&self.raw));
                }
                Item::Body => {
                    out.extend_from_slice(b"BODY ");
                    body_structure(&mut out, &self.raw, self.mime_tree(), Detail::Basic);
                }
                Item::BodyStructure => {
                    out.extend_from_slice(b"BODYSTRUCTURE ");
                    body_structure(&mut out, &self.raw, self.mime_tree(), Detail::Extended);
                }
                Item::Section { name, section, partial, .. } => {
                    match name {
                        Some(name) => out.extend_from_slice(name.as_bytes()),
                        None => section_name(&mut out, section.as_ref(), *partial),
                    }
                    out.push(b' ');
                    self.write_section(stream, &mut out, section.as_ref(), *partial).await?;
                }
            }
        }
        self.release_octets();
        out.extend_from_slice(b")\r\n");
        stream.send(&out).await
    }

    /// Frees the octets of a message that can be read again from its file: its client may now be slow.
    fn release_octets(&mut self) {
        if self.file.is_some() && self.source == Source::Message {
            self.raw = Bytes::new();
        }
    }

    /// Reads the octets again for the next item.
    async fn reload_octets(&mut self) -> Continue {
        if let Some(file) = &self.file
            && self.source == Source::Message
            && self.raw.is_empty()
        {
            self.raw = file.read().await.map_err(read_failed)?;
        }
        Ok(())
    }

    async fn write_section<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        out: &mut Vec<u8>,
        section: Option<&Section<'_>>,
        partial: Option<(u32, NonZeroU32)>,
    ) -> Continue {
        let found = match (section, &self.file) {
            (None, Some(file)) => SectionContent::Range(0..file.len()),
            _ => find(&self.raw, section, || self.mime_tree()),
        };
        match found {
            SectionContent::Nothing => out.extend_from_slice(b"NIL"),
            SectionContent::Fields(fields) => {
                let range = apply_partial(0..fields.len(), partial);
                self.release_octets();
                literal(stream, out, fields.get(range).unwrap_or_default()).await?;
            }
            SectionContent::Range(range) => {
                let range = apply_partial(range, partial);
                // What was read for the header may already hold all of the range.
                let is_loaded = range.len() < SEND_AT && range.end <= self.raw.len();
                if self.file.is_some() && !is_loaded {
                    self.release_octets();
                }
                match &self.file {
                    Some(file) if !is_loaded => {
                        string::literal_head(out, range.len());
                        stream.send(out).await?;
                        out.clear();
                        file.send(stream, range).await?;
                    }
                    _ => literal(stream, out, self.raw.get(range).unwrap_or_default()).await?,
                }
            }
        }
        Ok(())
    }

    fn mime_tree(&self) -> &Part {
        self.mime_tree.get_or_init(|| Part::parse(&self.raw))
    }
}

/// Writes a literal. A large one is sent without being copied into `out`.
async fn literal<S: ClientStream>(stream: &mut ImapStream<S>, out: &mut Vec<u8>, bytes: &[u8]) -> Continue {
    string::literal_head(out, bytes.len());
    if bytes.len() < SEND_AT {
        out.extend_from_slice(bytes);
        return Ok(());
    }
    stream.send(out).await?;
    out.clear();
    stream.send(bytes).await
}

/// RFC 3501 §9 `date-time`: the day is padded with a space.
fn internal_date(out: &mut Vec<u8>, received: i64) {
    let timestamp = Timestamp::from_second(received).unwrap_or(Timestamp::UNIX_EPOCH);
    out.extend_from_slice(
        format!("INTERNALDATE \"{}\"", timestamp.strftime("%e-%b-%Y %H:%M:%S +0000")).as_bytes(),
    );
}
