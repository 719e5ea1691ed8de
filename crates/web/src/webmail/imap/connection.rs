//! One command out, its answer in.

use super::error::ImapError;
use super::framing::Framer;
use crate::site::mail_engine::ImapStream;
use bytes::{Bytes, BytesMut};
use imap_codec::decode::Decoder;
use imap_codec::encode::{Encoder, Fragment};
use imap_codec::{CommandCodec, ResponseCodec};
use imap_types::command::{Command, CommandBody};
use imap_types::core::Tag;
use imap_types::response::{Data, Response, Status, StatusBody, StatusKind};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long the engine may take for one command. A search through a large mailbox is the slowest honest one.
const DEADLINE: Duration = Duration::from_secs(30);

/// Most that one command may bring back, all its responses together.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// A signed-in IMAP connection. After any error but [`ImapError::Refused`] and [`ImapError::Unreadable`] it is out of step
/// and of no more use.
pub(super) struct Connection {
    stream: Box<dyn ImapStream>,
    /// What has arrived and not been understood yet.
    received: BytesMut,
    /// How many commands were sent: the tag of the last one.
    commands: u32,
}

impl Connection {
    pub(super) fn over(stream: Box<dyn ImapStream>) -> Self {
        Self { stream, received: BytesMut::new(), commands: 0 }
    }

    /// Sends a command and hands every piece of data that comes before its completion to `each`.
    pub(super) async fn run(
        &mut self,
        command: CommandBody<'_>,
        each: impl FnMut(Data<'_>) -> Result<(), ImapError>,
    ) -> Result<(), ImapError> {
        tokio::time::timeout(DEADLINE, self.exchange(command, each)).await.unwrap_or(Err(ImapError::TimedOut))
    }

    async fn exchange(
        &mut self,
        command: CommandBody<'_>,
        mut each: impl FnMut(Data<'_>) -> Result<(), ImapError>,
    ) -> Result<(), ImapError> {
        self.commands += 1;
        let tag = Tag::try_from(format!("w{}", self.commands)).map_err(|_| ImapError::Unrepresentable)?;
        let command = Command { tag: tag.clone(), body: command };
        let mut room = MAX_ANSWER;
        for fragment in CommandCodec::default().encode(&command) {
            let data = match fragment {
                Fragment::Line { data } => data,
                // RFC 3501 §4.3: the octets of a literal may only follow a `+`.
                Fragment::Literal { data, .. } => {
                    self.stream.flush().await?;
                    match self.hear(&tag, &mut room, &mut each).await? {
                        Heard::GoOn => data,
                        Heard::Done => return Err(ImapError::Malformed("OK in the middle of a command")),
                    }
                }
            };
            self.stream.write_all(&data).await?;
        }
        self.stream.flush().await?;
        match self.hear(&tag, &mut room, &mut each).await? {
            Heard::Done => Ok(()),
            Heard::GoOn => Err(ImapError::Malformed("a continuation request out of turn")),
        }
    }

    /// Hears responses until it is our turn again.
    async fn hear(
        &mut self,
        tag: &Tag<'_>,
        room: &mut usize,
        each: &mut impl FnMut(Data<'_>) -> Result<(), ImapError>,
    ) -> Result<Heard, ImapError> {
        let mut unreadable = Ok(());
        loop {
            let received = self.receive().await?;
            *room = room.checked_sub(received.len()).ok_or(ImapError::TooLarge)?;
            let Ok((rest, response)) = ResponseCodec::default().decode(&received) else {
                if !tells_of_a_message(&received) {
                    return Err(ImapError::Malformed("a response that cannot be read"));
                }
                // Anybody can send a message that an engine describes too deeply. It does not cost the others.
                unreadable = Err(ImapError::Unreadable);
                continue;
            };
            if !rest.is_empty() {
                return Err(ImapError::Malformed("a response with something behind it"));
            }
            match response {
                Response::Data(data) => each(data)?,
                Response::CommandContinuationRequest(_) => return Ok(Heard::GoOn),
                Response::Status(Status::Tagged(tagged)) if tagged.tag == *tag => {
                    return completion(tagged.body).and_then(|heard| unreadable.map(|()| heard));
                }
                Response::Status(Status::Tagged(_)) => {
                    return Err(ImapError::Malformed("a completion with the tag of another command"));
                }
                Response::Status(Status::Bye(_)) => return Err(ImapError::Closed),
                // RFC 3501 §7.1.3: an untagged BAD may belong to the command under way.
                Response::Status(Status::Untagged(body)) if body.kind == StatusKind::Bad => {
                    return Err(ImapError::Malformed("an untagged BAD"));
                }
                Response::Status(Status::Untagged(_)) => {}
            }
        }
    }

    /// Reads one whole response.
    async fn receive(&mut self) -> Result<Bytes, ImapError> {
        let mut framer = Framer::default();
        loop {
            if let Some(end) = framer.end(&self.received)? {
                let mut response = self.received.split_to(end);
                framer.without_nul(&mut response);
                return Ok(response.freeze());
            }
            self.received.reserve(READ_AHEAD);
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(ImapError::Closed);
            }
        }
    }
}

/// How much is asked of the stream at once.
const READ_AHEAD: usize = 16 * 1024;

/// Whose turn it is after hearing the engine out.
enum Heard {
    /// The engine waits for the rest of the command.
    GoOn,
    /// The command is done.
    Done,
}

/// Whether a response is `* 7 FETCH …`.
fn tells_of_a_message(response: &[u8]) -> bool {
    let mut words = response.split(|byte| *byte == b' ');
    words.next() == Some(b"*")
        && words.next().is_some_and(|number| number.iter().all(u8::is_ascii_digit))
        && words.next().is_some_and(|word| word.eq_ignore_ascii_case(b"FETCH"))
}

fn completion(body: StatusBody<'_>) -> Result<Heard, ImapError> {
    match body.kind {
        StatusKind::Ok => Ok(Heard::Done),
        StatusKind::No | StatusKind::Bad => Err(ImapError::Refused(body.text.to_string())),
    }
}
