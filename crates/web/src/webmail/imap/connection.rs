//! One IMAP connection: sends a command and reads the responses to it, within limits of size and time.

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

/// How long the engine may take for one command. A search through a large mailbox is the slowest one that is
/// legitimate.
const DEADLINE: Duration = Duration::from_secs(30);

/// Most that one command may bring back, all its responses together.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// A signed-in IMAP connection. After any error but [`ImapError::Refused`] and [`ImapError::Unreadable`] it is out of
/// step and of no more use.
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
        let mut budget = MAX_ANSWER;
        for fragment in CommandCodec::default().encode(&command) {
            let data = match fragment {
                Fragment::Line { data } => data,
                // RFC 3501 §4.3: the octets of a literal may only follow a `+`.
                Fragment::Literal { data, .. } => {
                    self.stream.flush().await?;
                    match self.read_responses(&tag, &mut budget, &mut each).await? {
                        Turn::Continue => data,
                        Turn::Completed => return Err(ImapError::Malformed("OK in the middle of a command")),
                    }
                }
            };
            self.stream.write_all(&data).await?;
        }
        self.stream.flush().await?;
        match self.read_responses(&tag, &mut budget, &mut each).await? {
            Turn::Completed => Ok(()),
            Turn::Continue => Err(ImapError::Malformed("a continuation request out of turn")),
        }
    }

    /// Reads responses until the client may send again.
    async fn read_responses(
        &mut self,
        tag: &Tag<'_>,
        budget: &mut usize,
        each: &mut impl FnMut(Data<'_>) -> Result<(), ImapError>,
    ) -> Result<Turn, ImapError> {
        let mut unreadable = Ok(());
        loop {
            let received = self.receive().await?;
            *budget = budget.checked_sub(received.len()).ok_or(ImapError::TooLarge)?;
            let Ok((rest, response)) = ResponseCodec::default().decode(&received) else {
                if !is_fetch(&received) {
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
                Response::CommandContinuationRequest(_) => return Ok(Turn::Continue),
                Response::Status(Status::Tagged(tagged)) if tagged.tag == *tag => {
                    return completion(tagged.body).and_then(|turn| unreadable.map(|()| turn));
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

/// What the client may send after the responses it has read.
enum Turn {
    /// The engine waits for the rest of the command.
    Continue,
    /// The command is done.
    Completed,
}

/// Whether a response is `* 7 FETCH …`.
fn is_fetch(response: &[u8]) -> bool {
    let mut words = response.split(|byte| *byte == b' ');
    words.next() == Some(b"*")
        && words.next().is_some_and(|number| number.iter().all(u8::is_ascii_digit))
        && words.next().is_some_and(|word| word.eq_ignore_ascii_case(b"FETCH"))
}

fn completion(body: StatusBody<'_>) -> Result<Turn, ImapError> {
    match body.kind {
        StatusKind::Ok => Ok(Turn::Completed),
        StatusKind::No | StatusKind::Bad => Err(ImapError::Refused(body.text.to_string())),
    }
}
