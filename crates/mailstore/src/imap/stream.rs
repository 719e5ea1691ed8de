//! The client's end of a session: frames come in, responses go out.

use super::command::framing::{Frame, Framing, MAX_COMMAND, Progress};
use crate::connection::{ClientStream, Connection};
use crate::limits::Limits;
use crate::line_stream::{LineStream, StreamEnd, Timeouts};
use std::future::Future;
use tokio_util::sync::CancellationToken;

/// Why a session is over.
#[derive(Debug)]
pub(crate) enum SessionEnd {
    /// The conversation ended.
    Ended(StreamEnd),
    /// We end it, and say why.
    Bye(&'static str),
}

/// What an act of a session returns.
pub(crate) type Continue<T = ()> = Result<T, SessionEnd>;

/// A stream that speaks in frames. What is said is sent before anything is waited for, and whenever it has become
/// much, so that the memory of a session grows neither with its answers nor with the patience of its client.
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

    /// A whole frame.
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

    /// The next line, whatever it says. Cancel safe.
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

    /// The next piece of an announced message, no longer than `max`.
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

    /// Waits for our own work to look something up, and no longer than the session may live.
    pub(crate) async fn until_stopped<T>(&self, work: impl Future<Output = T>) -> Continue<T> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(SessionEnd::Ended(StreamEnd::Stopped)),
            done = work => Ok(done),
        }
    }

    /// Waits for our own work to change something, and for its end in any case: once a session is over nothing may go on
    /// that it began. The work itself knows when to stop ([`crate::storage::cancellation::Cancellation`]).
    pub(crate) async fn to_completion<T>(&self, work: impl Future<Output = T>) -> Continue<T> {
        let done = work.await;
        if self.stop.is_cancelled() { Err(SessionEnd::Ended(StreamEnd::Stopped)) } else { Ok(done) }
    }

    /// Says a line.
    pub(crate) fn write_line(&mut self, line: &str) {
        self.client.write_line(line);
    }

    /// Says a line of many.
    pub(crate) async fn send_line(&mut self, line: &str) -> Continue {
        self.client.write_line(line);
        Ok(self.client.send(b"").await?)
    }

    /// Says these bytes, however many they are.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Continue {
        for piece in bytes.chunks(PIECE) {
            self.client.send(piece).await?;
        }
        Ok(())
    }

    /// Sends what was said.
    pub(crate) async fn flush(&mut self) -> Continue {
        Ok(self.client.flush().await?)
    }

    /// Says why it is over, if the client can take that at once and is not in the middle of a response.
    pub(crate) async fn close_with(mut self, over: SessionEnd) -> StreamEnd {
        let why = match &over {
            SessionEnd::Bye(why) => why,
            SessionEnd::Ended(StreamEnd::Stopped) => "This session was ended. Sign in again.",
            SessionEnd::Ended(StreamEnd::TimedOut) => "Nothing was said for a long time.",
            SessionEnd::Ended(StreamEnd::Done | StreamEnd::Closed | StreamEnd::Broken(_)) => "",
        };
        match over {
            SessionEnd::Bye(_) => {
                // What was said before it goes first, as long as the client takes it.
                let _ = self.client.flush().await;
                self.client.write_last_line(&format!("* BYE {why}"));
                self.client.close().await;
                StreamEnd::Done
            }
            SessionEnd::Ended(end) => {
                if !why.is_empty() {
                    self.client.write_last_line(&format!("* BYE {why}"));
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
