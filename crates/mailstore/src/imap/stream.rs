//! The stream of an IMAP session: framed commands come in, responses go out.

use super::command::framing::{Frame, Framing, MAX_COMMAND, Progress};
use crate::connection::{ClientStream, Connection};
use crate::limits::Limits;
use crate::line_stream::{LineStream, StreamEnd, Timeouts};
use std::future::Future;
use tokio_util::sync::CancellationToken;

/// Why a session ends.
#[derive(Debug)]
pub(crate) enum SessionEnd {
    /// The connection ended, or was ended.
    Ended(StreamEnd),
    /// The server ends it with `* BYE` and this text.
    Bye(&'static str),
}

/// What a step of a session returns: a value with which the session continues, or its end.
pub(crate) type Continue<T = ()> = Result<T, SessionEnd>;

/// A stream of framed commands. Responses that wait are sent before anything is received, and whenever many octets have
/// come together, so that a session holds little memory however long its responses and however slow its client.
pub(crate) struct ImapStream<S> {
    client: LineStream<S>,
    framing: Framing,
    stop: CancellationToken,
}

const TOO_LONG: &str = "[TOOBIG] The command is too long.";
/// What is larger is sent in pieces straight from where it is.
const PIECE: usize = 16 * 1024;

impl<S: ClientStream> ImapStream<S> {
    pub(crate) fn new(connection: Connection<S>, limits: &Limits) -> Self {
        let Connection { stream, pipelined, stop } = connection;
        let connection = Connection { stream, pipelined: Vec::new(), stop: stop.clone() };
        let timeouts = Timeouts { idle: limits.imap_idle, write_stall: limits.write_stall };
        let client = LineStream::new(connection, timeouts, MAX_COMMAND);
        Self { client, framing: Framing::new(pipelined), stop }
    }

    /// Receives the next frame.
    pub(crate) async fn frame(&mut self) -> Continue<Frame> {
        loop {
            match self.framing.next() {
                Progress::Incomplete => self.receive().await?,
                Progress::Continue => self.write_line("+ Go on."),
                Progress::TooLong => return Err(SessionEnd::Bye(TOO_LONG)),
                Progress::Frame(frame) => return Ok(frame),
            }
        }
    }

    /// Receives the next line, whatever is in it. Cancel safe as long as nothing waits to be sent.
    pub(crate) async fn line(&mut self) -> Continue<Vec<u8>> {
        loop {
            if let Some(line) = self.framing.line() {
                return Ok(line);
            }
            if self.framing.is_too_long() {
                return Err(SessionEnd::Bye(TOO_LONG));
            }
            self.receive().await?;
        }
    }

    /// Receives the next piece of an announced literal, no longer than `max`.
    pub(crate) async fn literal(&mut self, max: u64) -> Continue<Vec<u8>> {
        if self.framing.is_empty() {
            self.receive().await?;
        }
        Ok(self.framing.take(max))
    }

    /// Cancel safe as long as nothing waits to be sent.
    async fn receive(&mut self) -> Continue {
        let piece = self.client.piece().await?;
        self.framing.feed(piece);
        Ok(())
    }

    /// Waits for work that only reads. It is dropped when the session is stopped.
    pub(crate) async fn until_stopped<T>(&self, work: impl Future<Output = T>) -> Continue<T> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(SessionEnd::Ended(StreamEnd::Stopped)),
            done = work => Ok(done),
        }
    }

    /// Waits for work that changes something, to its end in any case: nothing that a session began may go on when the
    /// session is over. The work ends early by its [`crate::storage::cancellation::Cancellation`].
    pub(crate) async fn to_completion<T>(&self, work: impl Future<Output = T>) -> Continue<T> {
        let done = work.await;
        if self.stop.is_cancelled() { Err(SessionEnd::Ended(StreamEnd::Stopped)) } else { Ok(done) }
    }

    /// Queues a line of a response.
    pub(crate) fn write_line(&mut self, line: &str) {
        self.client.write_line(line);
    }

    /// Queues a line of a response that may have many, and sends when enough octets have come together.
    pub(crate) async fn send_line(&mut self, line: &str) -> Continue {
        self.client.write_line(line);
        Ok(self.client.send(b"").await?)
    }

    /// Sends octets of a response, however many they are.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Continue {
        for piece in bytes.chunks(PIECE) {
            self.client.send(piece).await?;
        }
        Ok(())
    }

    /// Sends all that is queued.
    pub(crate) async fn flush(&mut self) -> Continue {
        Ok(self.client.flush().await?)
    }

    /// Ends the session: `* BYE` with the reason, if the client takes it at once and is not in the middle of a response.
    pub(crate) async fn close_with(mut self, end: SessionEnd) -> StreamEnd {
        let reason = match &end {
            SessionEnd::Bye(reason) => reason,
            SessionEnd::Ended(StreamEnd::Stopped) => "This session was ended. Sign in again.",
            SessionEnd::Ended(StreamEnd::TimedOut) => "Nothing was said for a long time.",
            SessionEnd::Ended(StreamEnd::Done | StreamEnd::Closed | StreamEnd::Broken(_)) => "",
        };
        match end {
            SessionEnd::Bye(_) => {
                // What is queued goes first, as long as the client takes it.
                let _ = self.client.flush().await;
                self.client.write_last_line(&format!("* BYE {reason}"));
                self.client.close().await;
                StreamEnd::Done
            }
            SessionEnd::Ended(end) => {
                if !reason.is_empty() {
                    self.client.write_last_line(&format!("* BYE {reason}"));
                }
                if matches!(end, StreamEnd::Done) {
                    self.client.close().await;
                }
                end
            }
        }
    }
}

impl From<StreamEnd> for SessionEnd {
    fn from(end: StreamEnd) -> Self {
        Self::Ended(end)
    }
}
