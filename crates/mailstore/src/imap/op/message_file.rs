//! A whole message on its way to the client.

use crate::connection::ClientStream;
use crate::error::{MailError, Result};
use crate::imap::stream::{Continue, ImapStream, SessionEnd};
use crate::line_stream::StreamEnd;
use crate::storage::cancellation::blocking;
use crate::storage::folder::Folder;
use crate::storage::snapshot::Message;
use bytes::Bytes;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Smaller messages are read at once: one visit to the disk instead of two.
const LARGE: u64 = 256 * 1024;
/// What of a large message is in memory while its client takes its time.
const PIECE: u64 = 64 * 1024;

/// What cannot be read now ends a session that has announced it.
pub(crate) fn broken(cause: MailError) -> SessionEnd {
    SessionEnd::Ended(StreamEnd::Broken(std::io::Error::other(cause)))
}

/// A large message that stays on disk while it is sent.
pub(crate) struct OnDisk {
    file: Arc<File>,
    len: usize,
}

impl OnDisk {
    /// Opens a message to be sent from disk; nothing, if it is small, or if its line ends must be put in order first.
    pub(crate) async fn open(folder: &Folder, message: &Message) -> Result<Option<Self>> {
        if message.size < LARGE {
            return Ok(None);
        }
        let file = folder.open_message(message.uid).await?;
        let as_it_is = file.metadata()?.len() == message.size;
        let len = usize::try_from(message.size).ok().filter(|_| as_it_is);
        Ok(len.map(|len| Self { file: Arc::new(file), len }))
    }

    /// How many octets it has.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// All of it.
    pub(crate) async fn read(&self) -> Result<Bytes> {
        let (file, len) = (Arc::clone(&self.file), self.len);
        blocking(move || {
            let mut bytes = vec![0; len];
            file.read_exact_at(&mut bytes, 0)?;
            Ok(bytes.into())
        })
        .await
    }

    /// Sends a range of it, whose length has been announced: what cannot be read now ends the session.
    pub(crate) async fn send<S: ClientStream>(
        &self,
        stream: &mut ImapStream<S>,
        range: Range<usize>,
    ) -> Continue {
        let (mut at, end) = (range.start as u64, range.end as u64);
        while at < end {
            let file = Arc::clone(&self.file);
            let len = PIECE.min(end - at);
            let piece = blocking(move || {
                let mut piece = vec![0; usize::try_from(len).unwrap_or_default()];
                file.read_exact_at(&mut piece, at)?;
                Ok(piece)
            });
            // Not given up when the session is to end: in the middle of a literal there is nothing to be said.
            let piece = piece.await.map_err(broken)?;
            stream.send(&piece).await?;
            at += len;
        }
        Ok(())
    }
}
