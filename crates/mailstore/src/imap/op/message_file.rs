//! The file of a large message, sent piece by piece.

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

/// Messages smaller than this, in octets, are read into memory as a whole: one file operation instead of two.
const LARGE: u64 = 256 * 1024;
/// So many octets of a large message are in memory while it is sent.
const PIECE: u64 = 64 * 1024;

/// The end of a session that has announced octets which cannot be read.
pub(crate) fn read_failed(cause: MailError) -> SessionEnd {
    SessionEnd::Ended(StreamEnd::Broken(std::io::Error::other(cause)))
}

/// A large message, which stays on disk while it is sent.
pub(crate) struct MessageFile {
    file: Arc<File>,
    len: usize,
}

impl MessageFile {
    /// Opens the file of a message. `None` if the message is small, or if its line ends have to be changed to CRLF.
    pub(crate) async fn open(folder: &Folder, message: &Message) -> Result<Option<Self>> {
        if message.size < LARGE {
            return Ok(None);
        }
        let file = folder.open_message(message.uid).await?;
        let has_crlf = file.metadata()?.len() == message.size;
        let len = usize::try_from(message.size).ok().filter(|_| has_crlf);
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

    /// Sends a range of it. Its length has been announced: a read that fails ends the session.
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
            // Not `until_stopped`: in the middle of a literal no BYE can be sent.
            let piece = piece.await.map_err(read_failed)?;
            stream.send(&piece).await?;
            at += len;
        }
        Ok(())
    }
}
