//! Deleting a mailbox after a confirmation, and restoring it (D2).

use super::mailbox_paths;
use super::mailbox_request::{MailboxForm, MailboxRequest};
use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::http::form::{NoFields, Signed};
use crate::http::request_context::{RenderMode, RequestContext};
use crate::session::extractors::Staff;
use crate::site::Site;
use crate::view::filters;
use crate::view::flash::Flash;
use crate::view::page::{Page, html};
use crate::view::relative_time::RelativeTime;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::{Mailbox, MailboxId};
use postward_texts::{message, text};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "dashboard/delete.html")]
struct DeletePage {
    page: Page,
    mailbox: Mailbox,
    live: Option<String>,
}

#[derive(Template)]
#[template(path = "dashboard/delete_dialog.html")]
struct DeleteDialog {
    page: Page,
    mailbox: Mailbox,
    live: Option<String>,
}

#[derive(Template)]
#[template(path = "dashboard/deleted.html")]
struct Deleted {
    page: Page,
    rows: Vec<(Mailbox, RelativeTime)>,
    may_write: bool,
}

/// `GET /dashboard/mailboxes/{id}/delete`: the consequences, and the safe choice first.
pub(super) async fn confirm(request: MailboxRequest) -> Result<Response, PageError> {
    let live = request.live_sessions().await?;
    let MailboxRequest { context, staff, mailbox } = request;
    let page = staff.page(&context, &message("delete-title").with("address", &mailbox.address).to_string());
    Ok(match context.render_mode() {
        RenderMode::Full => html(StatusCode::OK, &DeletePage { page, mailbox, live }),
        RenderMode::Partial => html(StatusCode::OK, &DeleteDialog { page, mailbox, live }),
    })
}

/// `POST /dashboard/mailboxes/{id}/delete`.
pub(super) async fn delete(
    MailboxForm { request, form: NoFields {} }: MailboxForm<NoFields>,
) -> Result<Response, PageError> {
    let (site, mailbox) = (request.site(), &request.mailbox);
    site.authority.delete_mailbox(request.staff.session.actor(), mailbox.id, site.now()).await?;
    let more = text("delete-done-more");
    back_to_list(site, mailbox, text("delete-done"), more)
}

/// `GET /dashboard/mailboxes/deleted`.
pub(super) async fn deleted(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
) -> Result<Response, PageError> {
    let rows = site.authority.deleted_mailboxes(staff.session.actor()).await?;
    let now = site.now();
    let rows = rows.into_iter().map(|(mailbox, at)| (mailbox, RelativeTime::new(at, now))).collect();
    let page = staff.page(&context, text("deleted-mailboxes"));
    let may_write = staff.may_write();
    Ok(html(StatusCode::OK, &Deleted { page, rows, may_write }))
}

/// `POST /dashboard/mailboxes/{id}/restore`.
pub(super) async fn restore(
    State(site): State<Arc<Site>>,
    staff: Staff,
    Path(id): Path<String>,
    _: Signed<NoFields>,
) -> Result<Response, PageError> {
    let id: MailboxId = id.parse().map_err(|_| PageError::NotFound)?;
    site.authority.restore_mailbox(staff.session.actor(), id, site.now()).await?;
    let mailbox = site.authority.mailbox(staff.session.actor(), id).await?;
    back_to_list(&site, &mailbox, text("deleted-restored"), text("deleted-restored-more"))
}

/// ReturnLink to the list, with what was done.
fn back_to_list(site: &Site, mailbox: &Mailbox, headline: &str, text: &str) -> Result<Response, PageError> {
    let flash = Flash::new(WebSurface::Dashboard, &mailbox.address, headline, text);
    flash_cookie::redirect(site, &flash, mailbox_paths::LIST)
}
