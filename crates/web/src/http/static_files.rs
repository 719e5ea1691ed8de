//! Answers with style sheets, scripts and pictures: cached for ever under an address that changes with their content.

use crate::http::error_page::PageError;
use crate::site::Site;
use crate::view::assets;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::sync::Arc;

/// `GET /assets/{stamp}/{name}`. An old stamp still finds today's file, but not for ever.
pub(crate) async fn serve(Path((stamp, name)): Path<(String, String)>) -> Response {
    match assets::get(&name) {
        Some(content) => answer(&stamp, &name, content),
        None => PageError::NotFound.into_response(),
    }
}

fn answer(stamp: &str, name: &str, content: Cow<'static, [u8]>) -> Response {
    let caching =
        if stamp == assets::stamp() { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    let kind = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching)];
    (StatusCode::OK, headers, content.into_owned()).into_response()
}

/// `GET /brand.css`: the one colour, and what follows from it.
pub(crate) async fn brand(State(site): State<Arc<Site>>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, site.brand.style_sheet()).into_response()
}

/// `GET /favicon.ico`, for browsers that ask before they have read the page.
pub(crate) async fn favicon() -> Response {
    match assets::get("favicon.svg") {
        Some(content) => answer("", "favicon.svg", content),
        None => PageError::NotFound.into_response(),
    }
}
