//! Makes a stream of the gate `Sync`, as the sessions of the built-in engine want it.

use postward_gate::BoxStream;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use sync_wrapper::SyncWrapper;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that is `Sync`: [`SyncWrapper`] reaches what it holds through `&mut` only, so no two threads can share it.
pub(super) struct SyncStream(SyncWrapper<BoxStream>);

impl SyncStream {
    pub(super) fn new(stream: BoxStream) -> Self {
        Self(SyncWrapper::new(stream))
    }

    fn stream(self: Pin<&mut Self>) -> Pin<&mut BoxStream> {
        Pin::new(self.get_mut().0.get_mut())
    }
}

impl AsyncRead for SyncStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, buffer)
    }
}

impl AsyncWrite for SyncStream {
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
