//! Style sheets, scripts and pictures: embedded, and cached for ever under a name that changes with their content.

use crate::site::Site;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, LazyLock};

#[derive(Embed)]
#[folder = "assets/"]
struct Files;

/// One stamp for all files: a script that imports its neighbour finds the neighbour of its own build.
static STAMP: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for file in names.iter().filter_map(|name| Files::get(name)) {
        hash.update(file.metadata.sha256_hash());
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// The address of a file.
pub(crate) fn url(name: &str) -> String {
    format!("/assets/{}/{name}", *STAMP)
}

/// `GET /assets/{stamp}/{name}`. An old stamp still finds today's file, but not for ever.
pub(crate) async fn serve(Path((stamp, name)): Path<(String, String)>) -> Response {
    match Files::get(&name) {
        Some(file) => answer(&stamp, &name, file),
        None => crate::trouble::Trouble::NotFound.into_response(),
    }
}

fn answer(stamp: &str, name: &str, file: EmbeddedFile) -> Response {
    let caching = if stamp == *STAMP { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    let kind = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching)];
    (StatusCode::OK, headers, file.data.into_owned()).into_response()
}

/// `GET /brand.css`: the one colour, and what follows from it.
pub(crate) async fn brand(State(site): State<Arc<Site>>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, site.brand.style_sheet()).into_response()
}

/// `GET /favicon.ico`, for browsers that ask before they have read the page.
pub(crate) async fn favicon() -> Response {
    match Files::get("favicon.svg") {
        Some(file) => answer("", "favicon.svg", file),
        None => crate::trouble::Trouble::NotFound.into_response(),
    }
}
