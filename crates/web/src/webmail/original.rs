//! The message itself, byte for byte, to be saved. However large it is, a few pieces of it are in memory at a time.

use super::engine_connection;
use super::imap::{Client, FolderName, Uid};
use super::letter::disposition;
use super::part::FILE_POLICY;
use super::routes;
use crate::http::error_page::PageError;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use axum::body::Body;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use std::io;
use std::num::NonZeroU32;

/// How much is fetched at once.
const PIECE: NonZeroU32 = NonZeroU32::new(1024 * 1024).expect("not zero");

/// `GET /webmail/folder/{folder}/{uid}/original`.
pub(super) async fn page(
    context: RequestContext,
    owner: Owner,
    Path((folder, uid)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (folder, uid) = routes::message(&folder, &uid)?;
    let mut client = engine_connection::open(&context.site, &owner).await?;
    let first = client.examine(&folder).await?.piece(uid, 0, PIECE).await?.ok_or(PageError::NotFound)?;
    let disposition = HeaderValue::from_str(&disposition(&format!("message-{uid}.eml")))
        .map_err(|_| PageError::Internal)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("message/rfc822")),
        (CONTENT_DISPOSITION, disposition),
        (CONTENT_SECURITY_POLICY, FILE_POLICY),
    ];
    Ok((headers, Body::from_stream(pieces(client, folder, uid, first))).into_response())
}

/// The message in pieces. The connection goes with the stream, and the stream ends with the session
/// ([`crate::session`] breaks an answer off).
fn pieces(
    client: Client,
    folder: FolderName,
    uid: Uid,
    first: Vec<u8>,
) -> impl Stream<Item = io::Result<Vec<u8>>> {
    let start = Download { client, folder, uid, offset: 0, ready: Some(first) };
    stream::try_unfold(start, |mut download| async move {
        let piece = match download.ready.take() {
            Some(first) => Some(first),
            None => download.next().await.map_err(io::Error::other)?,
        };
        let Some(piece) = piece else { return Ok(None) };
        let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
        download.offset = download.offset.checked_add(length).ok_or_else(|| io::Error::other("too large"))?;
        Ok(Some((piece, download)))
    })
}

struct Download {
    client: Client,
    folder: FolderName,
    uid: Uid,
    /// How much has been handed on.
    offset: u32,
    /// The first piece, which was fetched to see whether there is a message at all.
    ready: Option<Vec<u8>>,
}

impl Download {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, super::imap::ImapError> {
        if self.offset % PIECE != 0 {
            // A short piece was the last one.
            return Ok(None);
        }
        self.client.examine(&self.folder).await?.piece(self.uid, self.offset, PIECE).await
    }
}
