//! A form for a new password as a page of its own, or as what a dialog shows of it.

use crate::http::request_context::{RenderMode, RequestContext};
use crate::view::filters;
use crate::view::page::{Page, html};
use crate::view::password_form::PasswordForm;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

#[derive(Template)]
#[template(path = "dashboard/password.html")]
struct FullPage {
    page: Page,
    heading: &'static str,
    form: PasswordForm,
}

#[derive(Template)]
#[template(path = "dashboard/password_dialog.html")]
struct DialogPart {
    page: Page,
    heading: &'static str,
    form: PasswordForm,
}

/// Shows the form; a refused one says so in the title.
pub(super) fn show(
    status: StatusCode,
    context: &RequestContext,
    mut page: Page,
    heading: &'static str,
    form: PasswordForm,
) -> Response {
    form.mark_title(&mut page);
    match context.render_mode() {
        RenderMode::Full => html(status, &FullPage { page, heading, form }),
        RenderMode::Partial => html(status, &DialogPart { page, heading, form }),
    }
}
