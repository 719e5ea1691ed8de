//! The client's end of a session: frames come in, responses go out.

use super::command::framing::{Frame, Framing, Progress};
use crate::limits::Limits;
use crate::line_stream::{Conversation, End, Pace};
use std::future::Future;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

/// Why a session is over.
#[derive(Debug)]
pub(crate) enum Over {
    /// The conversation ended.
    Ended(End),
    /// We end it, and say why.
    Bye(&'static str),
}

/// What an act of a session returns.
pub(crate) type Going<T = ()> = Result<T, Over>;

/// A stream that speaks in frames. What is said is sent before anything is waited for, and whenever it has become
/// much, so that the memory of a session grows neither with its answers nor with the patience of its client.
pub(crate) struct Wire<S> {
    client: Conversation<S>,
    framing: Framing,
    stop: CancellationToken,
}

const FLOODED: &str = "[TOOBIG] The command is too long.";
/// What is larger is sent in pieces straight from where it is.
const PIECE: usize = 16 * 1024;

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(crate) fn new(stream: S, pipelined: Vec<u8>, stop: CancellationToken, limits: &Limits) -> Self {
        let pace = Pace {
            idle: limits.imap_idle,
            write_stall: limits.write_stall,
            line: super::command::framing::MAX_COMMAND,
        };
        let client = Conversation::new(stream, Vec::new(), pace, stop.clone());
        Self { client, framing: Framing::new(pipelined), stop }
    }

    /// A whole frame.
    pub(crate) async fn frame(&mut self) -> Going<Frame> {
        loop {
            match self.framing.next() {
                Progress::Incomplete => self.receive().await?,
                Progress::Continue => self.say("+ Go on."),
                Progress::Flooded => return Err(Over::Bye(FLOODED)),
                Progress::Frame(frame) => return Ok(frame),
            }
        }
    }

    /// The next line, whatever it says. Cancel safe.
    pub(crate) async fn line(&mut self) -> Going<Vec<u8>> {
        loop {
            if let Some(line) = self.framing.line() {
                return Ok(line);
            }
            if self.framing.is_flooded() {
                return Err(Over::Bye(FLOODED));
            }
            self.receive().await?;
        }
    }

    /// The next piece of an announced message, no longer than `max`.
    pub(crate) async fn literal(&mut self, max: u64) -> Going<Vec<u8>> {
        if self.framing.is_empty() {
            self.receive().await?;
        }
        Ok(self.framing.take(max))
    }

    /// Cancel safe as long as nothing waits to be sent.
    async fn receive(&mut self) -> Going {
        let piece = self.client.piece().await?;
        self.framing.feed(piece);
        Ok(())
    }

    /// Waits for our own work to look something up, and no longer than the session may live.
    pub(crate) async fn wait<T>(&self, work: impl Future<Output = T>) -> Going<T> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Over::Ended(End::Stopped)),
            done = work => Ok(done),
        }
    }

    /// Waits for our own work to change something, and for its end in any case: once a session is over nothing may go on
    /// that it began. The work itself knows when to stop ([`crate::storage::cancellation::Cancellation`]).
    pub(crate) async fn finish<T>(&self, work: impl Future<Output = T>) -> Going<T> {
        let done = work.await;
        if self.stop.is_cancelled() { Err(Over::Ended(End::Stopped)) } else { Ok(done) }
    }

    /// Says a line.
    pub(crate) fn say(&mut self, line: &str) {
        self.client.say(line);
    }

    /// Says a line of many.
    pub(crate) async fn tell(&mut self, line: &str) -> Going {
        self.client.say(line);
        Ok(self.client.send(b"").await?)
    }

    /// Says these bytes, however many they are.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Going {
        for piece in bytes.chunks(PIECE) {
            self.client.send(piece).await?;
        }
        Ok(())
    }

    /// Sends what was said.
    pub(crate) async fn flush(&mut self) -> Going {
        Ok(self.client.flush().await?)
    }

    /// Says why it is over, if the client can take that at once and is not in the middle of a response.
    pub(crate) async fn part(mut self, over: Over) -> End {
        let why = match &over {
            Over::Bye(why) => why,
            Over::Ended(End::Stopped) => "This session was ended. Sign in again.",
            Over::Ended(End::TimedOut) => "Nothing was said for a long time.",
            Over::Ended(End::Done | End::Closed | End::Broken(_)) => "",
        };
        match over {
            Over::Bye(_) => {
                // What was said before it goes first, as long as the client takes it.
                let _ = self.client.flush().await;
                self.client.say_goodbye(&format!("* BYE {why}"));
                self.client.close().await;
                End::Done
            }
            Over::Ended(end) => {
                if !why.is_empty() {
                    self.client.say_goodbye(&format!("* BYE {why}"));
                }
                if matches!(end, End::Done) {
                    self.client.close().await;
                }
                end
            }
        }
    }
}

impl From<End> for Over {
    fn from(end: End) -> Self {
        Self::Ended(end)
    }
}
