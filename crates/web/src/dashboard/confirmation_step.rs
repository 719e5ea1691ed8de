//! A confirmation step: what an act would do, before it does it, as a page of its own or as what a dialog shows of it.

use crate::http::error_page::PageError;
use crate::http::request_context::{RenderMode, RequestContext};
use crate::view::filters;
use crate::view::page::{Page, html};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Where a step leads back to, and how that is called.
pub(super) struct ReturnLink {
    pub(super) path: String,
    pub(super) name: String,
}

#[derive(Template)]
#[template(path = "dashboard/confirmation_step.html")]
struct FullPage {
    page: Page,
    back: ReturnLink,
    heading: String,
    body: String,
}

#[derive(Template)]
#[template(path = "dashboard/confirmation_step_dialog.html")]
struct DialogPart {
    heading: String,
    body: String,
}

/// Shows a step. Its title is its heading.
pub(super) fn show(
    status: StatusCode,
    context: &RequestContext,
    page: Page,
    back: ReturnLink,
    body: &impl Template,
) -> Response {
    let Ok(body) = body.render() else { return PageError::Internal.into_response() };
    let heading = page.title.clone();
    match context.render_mode() {
        RenderMode::Full => html(status, &FullPage { page, back, heading, body }),
        RenderMode::Partial => html(status, &DialogPart { heading, body }),
    }
}
