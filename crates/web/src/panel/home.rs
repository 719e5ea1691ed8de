//! The panel's first page: what can be done here, as icons.

use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use crate::view::filters;
use crate::view::page::{Page, html};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use postward_texts::text;

#[derive(Template)]
#[template(path = "panel/home.html")]
struct Home {
    page: Page,
}

/// `GET /panel`.
pub(super) async fn page(context: RequestContext, owner: Owner) -> Response {
    html(StatusCode::OK, &Home { page: owner.page(&context, text("surface-panel")) })
}
