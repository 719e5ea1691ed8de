//! **Audit**: who did what to which mailbox, from where (D14).

use crate::http::error_page::PageError;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Staff;
use crate::site::Site;
use crate::view::filters;
use crate::view::page::{Page, html};
use crate::view::relative_time::RelativeTime;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::AuditEntry;
use postward_texts::text;
use std::sync::Arc;

/// Entries shown: the newest.
const ENTRIES: u32 = 200;

#[derive(Template)]
#[template(path = "dashboard/audit.html")]
struct Audit {
    page: Page,
    rows: Vec<Row>,
}

struct Row {
    entry: AuditEntry,
    when: RelativeTime,
    /// `Password changed`.
    event: String,
}

/// `GET /dashboard/audit`.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
) -> Result<Response, PageError> {
    let entries = site.authority.audit(staff.session.actor(), None, ENTRIES).await?;
    let now = site.now();
    let rows = entries.into_iter().map(|entry| Row {
        when: RelativeTime::new(entry.at, now),
        event: said(&entry.event.to_string()),
        entry,
    });
    Ok(html(StatusCode::OK, &Audit { page: staff.page(&context, text("audit")), rows: rows.collect() }))
}

/// `password-changed` as people read it.
fn said(event: &str) -> String {
    let words = event.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
