//! A stream of lines to and from a client, bounded in memory and in time.

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

/// A stream, with what was read and not used yet, and what was queued and not sent yet. While the client is idle it holds
/// no buffer.
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
    /// Longer than it may be. It was read to its end and dropped.
    TooLong,
}

/// Why a stream ends.
#[derive(Debug)]
pub(crate) enum StreamEnd {
    /// The session is complete.
    Done,
    /// The client closed its side.
    Closed,
    /// The client sent or accepted nothing for too long.
    TimedOut,
    /// The session was stopped.
    Stopped,
    /// The connection broke.
    Broken(io::Error),
}

/// The most octets of one read, and about the octets of one write.
const PIECE: usize = 16 * 1024;

impl<S: ClientStream> LineStream<S> {
    /// A stream whose lines may have `max_line` octets, their ends not counted.
    pub(crate) fn new(connection: Connection<S>, timeouts: Timeouts, max_line: usize) -> Self {
        let Connection { stream, pipelined, stop } = connection;
        Self { stream, unread: pipelined, unsent: Vec::new(), timeouts, max_line, stop }
    }

    /// The next line. Queued responses are sent first, unless the line has been received already: that makes pipelining
    /// cheap (RFC 2920 §3.2).
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

    /// The next octets, of any length but zero, without regard to lines.
    pub(crate) async fn piece(&mut self) -> Result<Vec<u8>, StreamEnd> {
        if self.unread.is_empty() {
            self.read_more().await?;
        }
        Ok(std::mem::take(&mut self.unread))
    }

    /// Puts octets back, to be read next.
    pub(crate) fn put_back(&mut self, rest: &[u8]) {
        self.unread.splice(..0, rest.iter().copied());
    }

    /// Queues a line, and adds its end.
    pub(crate) fn write_line(&mut self, line: &str) {
        self.unsent.extend_from_slice(line.as_bytes());
        self.unsent.extend_from_slice(b"\r\n");
    }

    /// Queues octets, and sends when enough have come together.
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
            // Nothing counts as sent then, so that no last line is written into the middle of it.
            () = self.stop.cancelled() => return Err(StreamEnd::Stopped),
            flushed = flush => match flushed {
                Err(_) => return Err(StreamEnd::TimedOut),
                Ok(flushed) => flushed.map_err(StreamEnd::Broken)?,
            },
        }
        self.unsent = Vec::new();
        Ok(())
    }

    /// Sends one last line, if the client accepts it at once, and if nothing before it was sent in part.
    pub(crate) fn write_last_line(&mut self, line: &str) {
        if self.unsent.is_empty() {
            let bytes = format!("{line}\r\n");
            let _ = self.stream.write(bytes.as_bytes()).now_or_never();
            let _ = self.stream.flush().now_or_never();
        }
    }

    /// Closes our side, so that a TLS client knows that nothing was truncated. Does not delay a stop.
    pub(crate) async fn close(&mut self) {
        let shutdown = timeout(Duration::from_secs(2), self.stream.shutdown());
        let _ = self.stop.run_until_cancelled(shutdown).await;
    }

    async fn read_more(&mut self) -> Result<(), StreamEnd> {
        if !self.unsent.is_empty() {
            self.flush().await?;
        }
        let (stream, unread) = (&mut self.stream, &mut self.unread);
        // The buffer is on the stack of the poll and not in the future, of which thousands wait at the same time.
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
    /// For the owner of the task: only a broken connection is an error.
    pub(crate) fn into_result(self) -> io::Result<()> {
        match self {
            Self::Broken(cause) => Err(cause),
            Self::Done | Self::Closed | Self::TimedOut | Self::Stopped => Ok(()),
        }
    }
}
