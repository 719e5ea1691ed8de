//! A line-by-line conversation with one client, bounded in memory and in time.

use crate::connection::{ClientStream, Connection};
use futures_util::FutureExt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncWriteExt, ReadBuf};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A stream, what was read from it too early, and what was not sent yet. While the client says nothing it holds no
/// buffer at all.
pub(crate) struct LineStream<S> {
    stream: S,
    unread: Vec<u8>,
    unsent: Vec<u8>,
    timeouts: Timeouts,
    max_line: usize,
    stop: CancellationToken,
}

/// How long a client may take.
#[derive(Clone, Copy)]
pub(crate) struct Timeouts {
    /// To send the next octets.
    pub(crate) idle: Duration,
    /// To take a single octet.
    pub(crate) write_stall: Duration,
}

/// A line without its end.
pub(crate) enum Line {
    Whole(Vec<u8>),
    /// Longer than it may be. It has been read to its end and thrown away.
    TooLong,
}

/// Why a conversation is over.
#[derive(Debug)]
pub(crate) enum StreamEnd {
    /// Both sides have said all.
    Done,
    /// The client closed its side.
    Closed,
    /// The client was silent, or took nothing, for too long.
    TimedOut,
    /// We are stopping.
    Stopped,
    /// The connection broke.
    Broken(io::Error),
}

/// What one read may bring, and about what one write sends.
const PIECE: usize = 16 * 1024;

impl<S: ClientStream> LineStream<S> {
    /// A stream whose lines may have `max_line` octets, their ends not counted.
    pub(crate) fn new(connection: Connection<S>, timeouts: Timeouts, max_line: usize) -> Self {
        let Connection { stream, pipelined, stop } = connection;
        Self { stream, unread: pipelined, unsent: Vec::new(), timeouts, max_line, stop }
    }

    /// The next line. Answers that are still waiting are sent first, unless the line is here already: that is what
    /// makes pipelining cheap (RFC 2920 §3.2).
    pub(crate) async fn line(&mut self) -> Result<Line, StreamEnd> {
        let mut too_long = false;
        let mut searched = 0;
        loop {
            if self.stop.is_cancelled() {
                return Err(StreamEnd::Stopped);
            }
            let end =
                self.unread.get(searched..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n'));
            if let Some(end) = end.map(|end| searched + end) {
                let mut line: Vec<u8> = self.unread.drain(..=end).collect();
                self.release();
                line.pop();
                line.pop_if(|byte| *byte == b'\r');
                let too_long = too_long || line.len() > self.max_line;
                return Ok(if too_long { Line::TooLong } else { Line::Whole(line) });
            }
            searched = self.unread.len();
            if searched > self.max_line {
                too_long = true;
                self.unread.clear();
                searched = 0;
            }
            self.read_more().await?;
        }
    }

    /// The next piece of what is not divided into lines, of any length but zero.
    pub(crate) async fn piece(&mut self) -> Result<Vec<u8>, StreamEnd> {
        if self.unread.is_empty() {
            self.read_more().await?;
        }
        Ok(std::mem::take(&mut self.unread))
    }

    /// Gives back what a piece had too much.
    pub(crate) fn put_back(&mut self, rest: &[u8]) {
        self.unread.splice(..0, rest.iter().copied());
    }

    /// Queues a line of the answer, with its end.
    pub(crate) fn write_line(&mut self, line: &str) {
        self.unsent.extend_from_slice(line.as_bytes());
        self.unsent.extend_from_slice(b"\r\n");
    }

    /// Queues bytes, and sends when enough have come together.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<(), StreamEnd> {
        self.unsent.extend_from_slice(bytes);
        if self.unsent.len() >= PIECE { self.flush().await } else { Ok(()) }
    }

    /// Sends all that is queued.
    pub(crate) async fn flush(&mut self) -> Result<(), StreamEnd> {
        let mut sent = 0;
        while let Some(rest) = self.unsent.get(sent..).filter(|rest| !rest.is_empty()) {
            let write = timeout(self.timeouts.write_stall, self.stream.write(rest));
            sent += tokio::select! {
                biased;
                () = self.stop.cancelled() => return Err(StreamEnd::Stopped),
                written = write => match written {
                    Err(_) => return Err(StreamEnd::TimedOut),
                    Ok(Ok(0)) => return Err(StreamEnd::Closed),
                    Ok(written) => written.map_err(StreamEnd::Broken)?,
                },
            };
        }
        let flush = timeout(self.timeouts.write_stall, self.stream.flush());
        tokio::select! {
            biased;
            // Nothing counts as sent then, so that no goodbye is put into the middle of it.
            () = self.stop.cancelled() => return Err(StreamEnd::Stopped),
            flushed = flush => match flushed {
                Err(_) => return Err(StreamEnd::TimedOut),
                Ok(flushed) => flushed.map_err(StreamEnd::Broken)?,
            },
        }
        self.unsent = Vec::new();
        Ok(())
    }

    /// Says one last line if the client can take it at once, and if it belongs where we are: nothing half-sent before.
    pub(crate) fn write_last_line(&mut self, line: &str) {
        if self.unsent.is_empty() {
            let bytes = format!("{line}\r\n");
            let _ = self.stream.write(bytes.as_bytes()).now_or_never();
            let _ = self.stream.flush().now_or_never();
        }
    }

    /// Closes our side, so that a TLS client knows nothing is missing; nobody who stops us waits for it.
    pub(crate) async fn close(&mut self) {
        let shutdown = timeout(Duration::from_secs(2), self.stream.shutdown());
        let _ = self.stop.run_until_cancelled(shutdown).await;
    }

    async fn read_more(&mut self) -> Result<(), StreamEnd> {
        if !self.unsent.is_empty() {
            self.flush().await?;
        }
        let (stream, unread) = (&mut self.stream, &mut self.unread);
        // The buffer lives on the stack of the poll, not in the future: thousands of these wait at the same time.
        let read = poll_fn(|context| {
            let mut piece = [0; PIECE];
            let mut buffer = ReadBuf::new(&mut piece);
            ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
            unread.extend_from_slice(buffer.filled());
            Poll::Ready(Ok(buffer.filled().len()))
        });
        let read = timeout(self.timeouts.idle, read);
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(StreamEnd::Stopped),
            read = read => match read {
                Err(_) => Err(StreamEnd::TimedOut),
                Ok(Ok(0)) => Err(StreamEnd::Closed),
                Ok(Ok(_)) => Ok(()),
                Ok(Err(cause)) => Err(StreamEnd::Broken(cause)),
            },
        }
    }

    fn release(&mut self) {
        if self.unread.is_empty() {
            self.unread = Vec::new();
        }
    }
}

impl StreamEnd {
    /// For the owner of the task: only a broken connection is worth a word.
    pub(crate) fn into_result(self) -> io::Result<()> {
        match self {
            Self::Broken(cause) => Err(cause),
            Self::Done | Self::Closed | Self::TimedOut | Self::Stopped => Ok(()),
        }
    }
}
