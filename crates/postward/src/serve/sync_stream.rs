//! A stream that may be looked at from several threads because nobody can: its holder is its only user.

use postward_gate::BoxStream;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The gate's streams are `Send`, and the engine's sessions want `Sync` too. A mutex that is only ever reached through
/// `&mut` gives that and is never locked.
pub(super) struct Alone(Mutex<BoxStream>);

impl Alone {
    pub(super) fn new(stream: BoxStream) -> Self {
        Self(Mutex::new(stream))
    }

    fn stream(self: Pin<&mut Self>) -> Pin<&mut BoxStream> {
        Pin::new(self.get_mut().0.get_mut().unwrap_or_else(PoisonError::into_inner))
    }
}

impl AsyncRead for Alone {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, buffer)
    }
}

impl AsyncWrite for Alone {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream().poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}
