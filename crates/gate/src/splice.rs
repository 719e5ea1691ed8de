//! The splice: bytes are copied between a client and a remote engine, for as long as the session is live.

use crate::remote_imap::UpstreamConnection;
use crate::socket::{Buffer, Socket};
use postward_authority::SessionGuard;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::AsyncWrite;
use tokio::time::timeout;

/// A client and an engine, spliced. Nothing in it grows with what was copied, and an idle one holds no buffer.
pub(crate) struct Splice {
    client: Socket,
    engine: Socket,
    up: Direction,
    down: Direction,
    copied: u64,
}

/// How long a client that has closed its side may take nothing before the splice ends.
const HALF_CLOSED_TIMEOUT: Duration = Duration::from_secs(60);

/// One direction of the splice.
struct Direction {
    buffer: Buffer,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// All that was copied has been sent.
    Flushed,
    /// Something was copied that TLS may hold back.
    Unflushed,
    /// The source is at its end; the sink has yet to be shut down.
    Closing,
    Closed,
}

/// Why copying pauses.
enum Pause {
    /// Bytes have come that may not pass now: the node is frozen or the session ended.
    Held,
    /// The client has closed its side; the engine may go on answering.
    HalfClosed,
    /// There is nothing left to copy.
    Done,
}

impl Splice {
    /// Splices a client, with what it sent behind its sign-in, and the engine that has opened its mailbox.
    pub(crate) fn new(client: Socket, pipelined: Vec<u8>, upstream: UpstreamConnection) -> Self {
        let UpstreamConnection { socket: engine, capabilities: _, pipelined: early } = upstream;
        Self { client, engine, up: Direction::after(pipelined), down: Direction::after(early), copied: 0 }
    }

    /// Copies until one side has ended or the session has. May be dropped and called again.
    pub(crate) async fn run(&mut self, guard: &SessionGuard) {
        loop {
            let copied = self.copied;
            let pause = if self.up.state == State::Closed {
                match timeout(HALF_CLOSED_TIMEOUT, poll_fn(|cx| self.poll(cx, guard))).await {
                    Ok(pause) => pause,
                    Err(_) if self.copied == copied => return,
                    Err(_) => continue,
                }
            } else {
                poll_fn(|cx| self.poll(cx, guard)).await
            };
            match pause {
                Ok(Pause::HalfClosed) => {}
                Ok(Pause::Held) => {
                    if guard.wait_until_live().await.is_err() {
                        return;
                    }
                }
                Ok(Pause::Done) | Err(_) => return,
            }
        }
    }

    /// Bytes copied so far, both ways.
    pub(crate) fn copied(&self) -> u64 {
        self.copied
    }

    /// Lets the client's connection be reset when it is dropped: what it has not received by then, it never will.
    pub(crate) fn abort(&self) {
        self.client.abort_on_close();
    }

    fn poll(&mut self, cx: &mut Context<'_>, guard: &SessionGuard) -> Poll<io::Result<Pause>> {
        let Self { client, engine, up, down, copied } = self;
        // When the engine has closed its side the session is over, whatever the client still sends.
        if let Poll::Ready(flow) = down.poll(cx, engine, client, guard, copied)? {
            return Poll::Ready(Ok(flow.unwrap_or(Pause::Done)));
        }
        if up.state == State::Closed {
            return Poll::Pending;
        }
        let flow = ready!(up.poll(cx, client, engine, guard, copied))?;
        Poll::Ready(Ok(flow.unwrap_or(Pause::HalfClosed)))
    }
}

impl Direction {
    /// Begins with bytes that have been received already.
    fn after(received: Vec<u8>) -> Self {
        Self { buffer: Buffer::holding(received), state: State::Flushed }
    }

    /// Copies until the source is at its end and the sink is shut down (None), or until it has to pause.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut Socket,
        sink: &mut Socket,
        guard: &SessionGuard,
        copied: &mut u64,
    ) -> Poll<io::Result<Option<Pause>>> {
        loop {
            match self.state {
                State::Flushed | State::Unflushed => {}
                State::Closing => {
                    ready!(Pin::new(&mut *sink).poll_shutdown(cx))?;
                    self.state = State::Closed;
                    continue;
                }
                State::Closed => return Poll::Ready(Ok(None)),
            }
            let Poll::Ready(chunk) = source.poll_chunk(cx, &mut self.buffer) else {
                if self.state == State::Unflushed {
                    ready!(Pin::new(&mut *sink).poll_flush(cx))?;
                    self.state = State::Flushed;
                }
                return Poll::Pending;
            };
            let chunk = match chunk {
                Ok(chunk) => chunk,
                // Many clients close TCP without close_notify.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => &[],
                Err(error) => return Poll::Ready(Err(error)),
            };
            if chunk.is_empty() {
                self.state = State::Closing;
                continue;
            }
            if !guard.is_live() {
                return Poll::Ready(Ok(Some(Pause::Held)));
            }
            let written = ready!(Pin::new(&mut *sink).poll_write(cx, chunk))?;
            source.consume(&mut self.buffer, written);
            self.state = State::Unflushed;
            *copied += written as u64;
        }
    }
}
