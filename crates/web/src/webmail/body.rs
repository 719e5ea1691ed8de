//! The HTML of a message, as the document in its frame.

use super::engine_connection;
use super::letter::{self, RemoteImages};
use super::routes::{self, MessageQuery};
use crate::http::error_page::PageError;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

/// `GET /webmail/folder/{folder}/{uid}/body`.
pub(super) async fn page(
    context: RequestContext,
    owner: Owner,
    headers: HeaderMap,
    Path((folder, uid)): Path<(String, String)>,
    Query(query): Query<MessageQuery>,
) -> Result<Response, PageError> {
    let (folder, uid) = routes::message(&folder, &uid)?;
    let images = images(&query, &headers);
    let bytes = engine_connection::whole_message(&context.site, &owner, &folder, uid).await?;
    let document = engine_connection::run_blocking(move || letter::document(&bytes, images)).await?;
    let document = document.ok_or(PageError::NotFound)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(images.policy())),
        (X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    Ok((headers, document.markup).into_response())
}

/// Whether pictures from elsewhere shall be loaded: where our own page asks for it, or a person typed the address. A
/// link in a message that leads here with the same words does not count.
pub(super) fn images(query: &MessageQuery, headers: &HeaderMap) -> RemoteImages {
    let elsewhere = headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none");
    if query.wants_images() && !elsewhere { RemoteImages::Shown } else { RemoteImages::Blocked }
}
