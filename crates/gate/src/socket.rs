//! A socket of the gate: TCP, with or without TLS around it; its options, and its read buffer.

use crate::limits::Limits;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;

/// TCP, with or without TLS around it. The TLS state is boxed, so that moving a socket is cheap.
pub(crate) enum Socket {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Socket {
    pub(crate) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => tls.get_ref().0,
        }
    }

    /// The TCP connection, when no TLS was started on it.
    pub(crate) fn into_plain(self) -> Option<TcpStream> {
        match self {
            Self::Plain(tcp) => Some(tcp),
            Self::Tls(_) => None,
        }
    }

    /// Makes the close that follows a reset: what the kernel has not sent yet is dropped, and nobody is waited for.
    pub(crate) fn abort_on_close(&self) {
        // It can only fail on a connection that is gone.
        let _ = self.tcp().set_zero_linger();
    }

    /// Whether bytes wait in the kernel that were never sent: the client does not keep up. To be asked when the
    /// connection is about to end: it sends small pieces only from then on.
    pub(crate) fn has_unsent(&self) -> bool {
        let tcp = self.tcp();
        // Under this mark a socket counts as writable only when there is nothing left to send (Linux, tcp(7)).
        if SockRef::from(tcp).set_tcp_notsent_lowat(1).is_err() {
            return true;
        }
        let mut asked = [PollFd::new(tcp, PollFlags::OUT)];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        !matches!(poll(&mut asked, Some(&at_once)), Ok(1..)) || !asked[0].revents().contains(PollFlags::OUT)
    }

    /// Waits for bytes and lends them out; an empty chunk means that the other side has ended. No memory is held while
    /// nothing comes: TLS lends out its own, and for TCP the buffer is made when there is something to read.
    pub(crate) fn poll_chunk<'a>(
        &'a mut self,
        cx: &mut Context<'_>,
        buffer: &'a mut Buffer,
    ) -> Poll<io::Result<&'a [u8]>> {
        if buffer.is_empty() {
            match self {
                Self::Plain(tcp) => ready!(buffer.poll_fill(cx, tcp))?,
                Self::Tls(tls) => {
                    buffer.release();
                    return Pin::new(tls).poll_fill_buf(cx);
                }
            }
        }
        Poll::Ready(Ok(buffer.unread()))
    }

    /// Takes back what of a chunk was used. To be called with the buffer the chunk was asked with.
    pub(crate) fn consume(&mut self, buffer: &mut Buffer, used: usize) {
        match self {
            Self::Tls(tls) if buffer.is_empty() => Pin::new(tls).consume(used),
            _ => buffer.consume(used),
        }
    }
}

/// Bytes received and not handed on yet.
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// How large it is made the next time there is something to read.
    size: usize,
}

impl Buffer {
    /// What a command or a short answer fits into.
    const SMALL: usize = 4 * 1024;
    /// Beyond this, system calls cost nothing any more beside the copying itself; and it is what TLS takes at once.
    const LARGE: usize = 64 * 1024;

    pub(crate) fn holding(bytes: Vec<u8>) -> Self {
        let end = bytes.len();
        Self { bytes, start: 0, end, size: Self::SMALL }
    }

    fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    fn unread(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    fn consume(&mut self, used: usize) {
        self.start = self.end.min(self.start + used);
    }

    fn release(&mut self) {
        self.bytes = Vec::new();
        (self.start, self.end) = (0, 0);
    }

    /// Reads into an empty buffer, which is released when there is nothing to read.
    fn poll_fill(&mut self, cx: &mut Context<'_>, tcp: &mut TcpStream) -> Poll<io::Result<()>> {
        if tcp.poll_read_ready(cx)?.is_pending() {
            self.release();
            return Poll::Pending;
        }
        if self.bytes.len() < self.size {
            self.bytes = vec![0; self.size];
        }
        let mut free = ReadBuf::new(&mut self.bytes);
        if Pin::new(tcp).poll_read(cx, &mut free)?.is_pending() {
            self.release();
            return Poll::Pending;
        }
        (self.start, self.end) = (0, free.filled().len());
        if self.end == self.bytes.len() {
            self.size = Self::LARGE;
        } else if self.end < Self::SMALL {
            self.size = Self::SMALL;
        }
        Poll::Ready(Ok(()))
    }
}

/// How many bytes the kernel holds for a client beyond what is in flight: when a session has ended, they can no
/// longer be taken back. A splice writes as much at once.
const UNSENT: u32 = 64 * 1024;

/// Sets the options of an accepted connection: no delay, keepalive, and how long and how much the kernel holds of
/// what the client does not take.
pub(crate) fn configure(tcp: &TcpStream, limits: &Limits) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let socket = SockRef::from(tcp);
    let probe = TcpKeepalive::new().with_time(limits.keepalive).with_interval(limits.keepalive / 4);
    socket.set_tcp_keepalive(&probe)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket.set_tcp_user_timeout(Some(limits.unread))?;
    socket.set_tcp_notsent_lowat(UNSENT)?;
    Ok(())
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
