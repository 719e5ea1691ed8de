//! FETCH (RFC 3501 §6.4.5).

use super::message_file::{OnDisk, broken};
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
use crate::imap::message::section::{Found, find, partial};
use crate::imap::selected_folder::{Access, SelectedFolder, SentFlags};
use crate::imap::stream::{Continue, ImapStream};
use crate::imap::string;
use crate::storage::snapshot::{Message, Snapshot};
use bytes::Bytes;
use imap_types::fetch::{MacroOrMessageDataItemNames, Section};
use jiff::Timestamp;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

/// Headers end long before; what is behind is not looked at for an envelope.
const HEADER_LIMIT: usize = 1024 * 1024;

/// More octets than this are sent on, and do not wait for the end of their response.
const MANY: usize = 4096;

/// One message while it is answered.
struct Answering<'v> {
    number: usize,
    message: &'v Message,
    flags: &'v str,
    /// As much of it as its items need; of a large one nothing, while its client takes its time.
    raw: Bytes,
    /// What `raw` is a part or all of, by its items.
    source: Source,
    /// The message itself, where it is too large to be held in memory only to be sent.
    on_disk: Option<OnDisk>,
    /// Its parts, found when the first item needs them.
    tree: OnceLock<Part>,
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
            Err(answer) => return Ok(answer),
        };
        let marked = match stream.to_completion(self.mark_seen(&items, &positions)).await? {
            Ok(marked) => marked,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        if !marked.is_empty() && !items.contains(&Item::Flags) {
            // RFC 3501 §6.4.5: flags that change by this are told with it.
            items.push(Item::Flags);
        }
        // The flags of this moment; what changes while the answer is on its way is told behind it.
        let now = self.folder.snapshot();
        let answer = self.answer_each(stream, &items, &positions, &now).await?;
        let known = if items.contains(&Item::Flags) {
            let uids =
                positions.iter().filter_map(|at| self.snapshot.messages.get(*at)).map(|m| m.uid).collect();
            SentFlags { uids, snapshot: Some(now) }
        } else {
            SentFlags::none()
        };
        self.send_updates(stream, messages.kind.into(), &known).await?;
        Ok(answer)
    }

    /// Sets `\Seen` where the items do that, and says on which messages it was not set before.
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

    async fn answer_each<S: ClientStream>(
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
            let (raw, on_disk) = match stream.until_stopped(self.load(message, items, source)).await? {
                Ok(loaded) => loaded,
                Err(MailError::NotFound) => {
                    missing = true;
                    continue;
                }
                Err(error) => return Ok(Completion::from_error(&error)),
            };
            let flags = self.flags(now, message);
            let tree = OnceLock::new();
            Answering { number: at + 1, message, flags: &flags, raw, source, on_disk, tree }
                .write(stream, items)
                .await?;
        }
        Ok(if missing {
            Completion::no("[EXPUNGEISSUED] Some of these messages are gone.")
        } else {
            Completion::ok("That is all.")
        })
    }

    /// Reads as much of a message as its items need.
    async fn load(
        &self,
        message: &Message,
        items: &[Item<'_>],
        source: Source,
    ) -> Result<(Bytes, Option<OnDisk>)> {
        let (uid, folder) = (message.uid, &self.folder);
        let on_disk = match source {
            Source::Octets | Source::Message => OnDisk::open(folder, message).await?,
            Source::Snapshot | Source::Header => None,
        };
        let header = || items.iter().any(|item| item.source() == Source::Header);
        let raw = match (source, &on_disk) {
            (Source::Snapshot, _) => Bytes::new(),
            (Source::Octets, Some(_)) if !header() => Bytes::new(),
            (Source::Header, _) | (Source::Octets, Some(_)) => folder.read_header(uid, HEADER_LIMIT).await?,
            (Source::Message, Some(on_disk)) => on_disk.read().await?,
            (Source::Octets | Source::Message, None) => folder.read(uid).await?,
        };
        Ok((raw, on_disk))
    }
}

impl Answering<'_> {
    async fn write<S: ClientStream>(&mut self, stream: &mut ImapStream<S>, items: &[Item<'_>]) -> Continue {
        let mut out = format!("* {} FETCH (", self.number).into_bytes();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            if out.len() > MANY {
                // A command can ask for the same thing thousands of times.
                self.put_away();
                stream.send(&out).await?;
                out.clear();
            }
            if matches!(item.source(), Source::Header | Source::Message) {
                self.take_out().await?;
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
                    body_structure(&mut out, &self.raw, self.tree(), Detail::Basic);
                }
                Item::BodyStructure => {
                    out.extend_from_slice(b"BODYSTRUCTURE ");
                    body_structure(&mut out, &self.raw, self.tree(), Detail::Extended);
                }
                Item::Section { name, section, cut, .. } => {
                    match name {
                        Some(name) => out.extend_from_slice(name.as_bytes()),
                        None => section_name(&mut out, section.as_ref(), *cut),
                    }
                    out.push(b' ');
                    self.write_section(stream, &mut out, section.as_ref(), *cut).await?;
                }
            }
        }
        self.put_away();
        out.extend_from_slice(b")\r\n");
        stream.send(&out).await
    }

    /// Lets go of a message that can be read again: from here on its client is waited for, and there may be many of them.
    fn put_away(&mut self) {
        if self.on_disk.is_some() && self.source == Source::Message {
            self.raw = Bytes::new();
        }
    }

    /// Reads it again for the next item.
    async fn take_out(&mut self) -> Continue {
        if let Some(on_disk) = &self.on_disk
            && self.source == Source::Message
            && self.raw.is_empty()
        {
            self.raw = on_disk.read().await.map_err(broken)?;
        }
        Ok(())
    }

    async fn write_section<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        out: &mut Vec<u8>,
        section: Option<&Section<'_>>,
        cut: Option<(u32, NonZeroU32)>,
    ) -> Continue {
        let found = match (section, &self.on_disk) {
            (None, Some(on_disk)) => Found::Range(0..on_disk.len()),
            _ => find(&self.raw, section, || self.tree()),
        };
        match found {
            Found::Nothing => out.extend_from_slice(b"NIL"),
            Found::Fields(fields) => {
                let range = partial(0..fields.len(), cut);
                self.put_away();
                literal(stream, out, fields.get(range).unwrap_or_default()).await?;
            }
            Found::Range(range) => {
                let range = partial(range, cut);
                // A header that was read alone, and of it all that was asked for, is at hand.
                let at_hand = range.len() < MANY && range.end <= self.raw.len();
                if self.on_disk.is_some() && !at_hand {
                    self.put_away();
                }
                match &self.on_disk {
                    Some(on_disk) if !at_hand => {
                        string::literal_head(out, range.len());
                        stream.send(out).await?;
                        out.clear();
                        on_disk.send(stream, range).await?;
                    }
                    _ => literal(stream, out, self.raw.get(range).unwrap_or_default()).await?,
                }
            }
        }
        Ok(())
    }

    fn tree(&self) -> &Part {
        self.tree.get_or_init(|| Part::parse(&self.raw))
    }
}

/// Writes a literal; a large one goes to the client from where it is.
async fn literal<S: ClientStream>(stream: &mut ImapStream<S>, out: &mut Vec<u8>, bytes: &[u8]) -> Continue {
    string::literal_head(out, bytes.len());
    if bytes.len() < MANY {
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
