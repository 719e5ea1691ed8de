//! A connection that is read no further than a line, until TLS begins.
//!
//! lettre reads ahead, and keeps over the handshake what it has read. Whoever stands between us and the relay could put
//! answers behind the one to STARTTLS, in clear, which would then count as said behind TLS: *taken*, for a letter the
//! relay never saw (RFC 3207 §6, CVE-2011-0411). Read like this, they run into the handshake, which fails.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What a TLS handshake begins with (RFC 8446 §5.1), and no SMTP command.
const HANDSHAKE: u8 = 22;

/// The connection.
#[derive(Debug)]
pub(super) struct ByLine {
    stream: TcpStream,
    in_clear: bool,
}

impl ByLine {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, in_clear: true }
    }
}

impl AsyncTokioStream for ByLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for ByLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.in_clear {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        // Whoever reads a line asks again until it ends. It is a few hundred bytes, once for each letter.
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut one))?;
        buf.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ByLine {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if buf.first() == Some(&HANDSHAKE) {
            self.in_clear = false;
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
