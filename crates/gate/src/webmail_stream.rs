//! The stream on which the webmail speaks IMAP with the engine: a pipe in this process, or the engine's connection.

use crate::engine::{BoxStream, ClientConnection, LocalSession};
use crate::remote_imap::UpstreamConnection;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, DuplexStream, ReadBuf, duplex};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// How many bytes the pipe holds in each direction: as many as a kernel would hold for a slow reader.
const PIPE_SIZE: usize = 64 * 1024;

/// A pipe to the built-in engine, which serves its other end. When the stream is dropped the engine's task is aborted.
pub(crate) fn local(session: LocalSession) -> BoxStream {
    let (webmail, engine) = duplex(PIPE_SIZE);
    let served = (session.serve)(ClientConnection {
        stream: Box::new(engine),
        pipelined: Vec::new(),
        stop: CancellationToken::new(),
    });
    Box::new(WebmailStream { stream: webmail, _engine: AbortOnDropHandle::new(tokio::spawn(served)) })
}

/// The connection to the remote engine, with what it has sent already put in front.
pub(crate) fn remote(upstream: UpstreamConnection) -> BoxStream {
    let UpstreamConnection { socket, capabilities: _, pipelined } = upstream;
    if pipelined.is_empty() {
        return Box::new(socket);
    }
    let (from_engine, to_engine) = tokio::io::split(socket);
    Box::new(tokio::io::join(io::Cursor::new(pipelined).chain(from_engine), to_engine))
}

/// The webmail's end of the pipe, which owns the engine's task at the other end.
struct WebmailStream {
    stream: DuplexStream,
    _engine: AbortOnDropHandle<()>,
}

impl AsyncRead for WebmailStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for WebmailStream {
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
