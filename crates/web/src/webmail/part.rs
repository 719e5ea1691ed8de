//! An attachment, to be saved.

use super::engine_connection;
use super::letter;
use super::routes;
use crate::http::error_page::PageError;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// What a browser may do with a file if it shows it all the same: nothing.
pub(super) const FILE_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");

/// `GET /webmail/folder/{folder}/{uid}/part/{number}`.
pub(super) async fn page(
    context: RequestContext,
    owner: Owner,
    Path((folder, uid, number)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let (folder, uid) = routes::message(&folder, &uid)?;
    let number: usize = number.parse().map_err(|_| PageError::NotFound)?;
    let bytes = engine_connection::whole_message(&context.site, &owner, &folder, uid).await?;
    let download = engine_connection::run_blocking(move || letter::download(&bytes, number)).await?;
    let download = download.ok_or(PageError::NotFound)?;
    let disposition = HeaderValue::from_str(&download.disposition()).map_err(|_| PageError::Internal)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(download.content_type)),
        (CONTENT_DISPOSITION, disposition),
        (CONTENT_SECURITY_POLICY, FILE_POLICY),
    ];
    Ok((headers, download.bytes).into_response())
}
