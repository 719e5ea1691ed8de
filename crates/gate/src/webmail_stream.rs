//! The webmail's way to the engine: an IMAP connection without a socket of its own, or with the engine's.

use crate::engine::{BoxStream, ClientConnection, LocalSession};
use crate::remote_imap::UpstreamConnection;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, DuplexStream, ReadBuf, duplex};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// How much may be between the webmail and the built-in engine: as much as a kernel would hold for a slow reader.
const PIPE_SIZE: usize = 64 * 1024;

/// Lets the built-in engine serve a visitor within this process. When the stream is dropped the engine is too.
pub(crate) fn local(opened: LocalSession) -> BoxStream {
    let (visitor, engine) = duplex(PIPE_SIZE);
    let served = (opened.serve)(ClientConnection {
        stream: Box::new(engine),
        pipelined: Vec::new(),
        stop: CancellationToken::new(),
    });
    Box::new(Visit { stream: visitor, _engine: AbortOnDropHandle::new(tokio::spawn(served)) })
}

/// Hands the connection to the remote engine over, with what it has said already.
pub(crate) fn remote(upstream: UpstreamConnection) -> BoxStream {
    let UpstreamConnection { socket, capabilities: _, pipelined } = upstream;
    if pipelined.is_empty() {
        return Box::new(socket);
    }
    let (from_engine, to_engine) = tokio::io::split(socket);
    Box::new(tokio::io::join(io::Cursor::new(pipelined).chain(from_engine), to_engine))
}

/// The visitor's end of the pipe, which owns the engine at the other end.
struct Visit {
    stream: DuplexStream,
    _engine: AbortOnDropHandle<()>,
}

impl AsyncRead for Visit {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Visit {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
