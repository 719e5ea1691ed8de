//! Guards STARTTLS at the relay against injected replies: nothing is read ahead before TLS begins.
//!
//! lettre reads ahead, and keeps what it has read over the handshake. An attacker on the network could append plain-text
//! replies to the one to STARTTLS, which would then be taken for replies inside TLS: a message would count as accepted
//! that the relay never saw (RFC 3207 §6, CVE-2011-0411). Read one byte at a time, such replies reach the handshake,
//! which fails.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What a TLS handshake begins with (RFC 8446 §5.1), and no SMTP command.
const HANDSHAKE: u8 = 22;

/// A connection to the relay that yields one byte a read until TLS begins.
#[derive(Debug)]
pub(super) struct StartTlsGuard {
    stream: TcpStream,
    in_clear: bool,
}

impl StartTlsGuard {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, in_clear: true }
    }
}

impl AsyncTokioStream for StartTlsGuard {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for StartTlsGuard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.in_clear {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        // The reader of a line asks again until it ends. That is a few hundred bytes for each letter.
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut one))?;
        buf.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for StartTlsGuard {
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
