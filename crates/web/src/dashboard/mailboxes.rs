//! **Mailboxes**: every mailbox the person may manage (D1).

use crate::http::error_page::PageError;
use crate::http::redirect::query_value;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Staff;
use crate::site::Site;
use crate::view::digit_groups::grouped;
use crate::view::filters;
use crate::view::page::{Page, html};
use crate::view::relative_time::RelativeTime;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::{Cursor, Domain, Mailbox, MailboxPage, MailboxQuery, MailboxState, Sort};
use postward_texts::text;
use serde::Deserialize;
use std::sync::Arc;

/// Rows a page: two screens full.
const ROWS: u32 = 50;

/// The query of the page.
#[derive(Deserialize)]
pub(super) struct MailboxesQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    domain: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    cursor: String,
}

#[derive(Template)]
#[template(path = "dashboard/mailboxes.html")]
struct List {
    page: Page,
    query: MailboxesQuery,
    rows: Vec<Row>,
    total: String,
    previous: Option<String>,
    next: Option<String>,
    domains: Vec<Domain>,
    may_write: bool,
    /// Whether mailboxes of several accounts can stand side by side.
    shows_account: bool,
}

struct Row {
    mailbox: Mailbox,
    last_sign_in: Option<RelativeTime>,
    created: RelativeTime,
}

impl Row {
    fn is_suspended(&self) -> bool {
        self.mailbox.state == MailboxState::Suspended
    }
}

/// `GET /dashboard/mailboxes`.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
    Query(query): Query<MailboxesQuery>,
) -> Result<Response, PageError> {
    let actor = staff.session.actor();
    let found = site.authority.mailboxes(actor, &query.query()).await?;
    let domains = site.authority.domains(actor).await?;
    let shows_account = site.authority.accounts(actor).await?.len() > 1;
    let now = site.now();
    let MailboxPage { rows, total, previous, next } = found;
    let rows = rows.into_iter().map(|mailbox| Row {
        last_sign_in: mailbox.last_sign_in.map(|at| RelativeTime::new(at, now)),
        created: RelativeTime::new(mailbox.created, now),
        mailbox,
    });
    let list = List {
        page: staff.page(&context, text("mailboxes")),
        rows: rows.collect(),
        total: grouped(total),
        previous: previous.map(|cursor| query.link(&cursor)),
        next: next.map(|cursor| query.link(&cursor)),
        domains,
        may_write: staff.may_write(),
        shows_account,
        query,
    };
    Ok(html(StatusCode::OK, &list))
}

impl MailboxesQuery {
    fn query(&self) -> MailboxQuery {
        let search = self.q.trim();
        MailboxQuery {
            search: (!search.is_empty()).then(|| search.to_owned()),
            domain: self.domain.parse().ok(),
            sort: match self.sort.as_str() {
                "last-sign-in" => Sort::LastSignIn,
                "created" => Sort::Created,
                _ => Sort::Address,
            },
            cursor: (!self.cursor.is_empty()).then(|| Cursor::new(self.cursor.as_str())),
            limit: ROWS,
        }
    }

    fn link(&self, cursor: &Cursor) -> String {
        format!(
            "/dashboard/mailboxes?q={}&domain={}&sort={}&cursor={}",
            query_value(&self.q),
            query_value(&self.domain),
            query_value(&self.sort),
            query_value(cursor.as_str())
        )
    }

    fn is_narrowed(&self) -> bool {
        !self.q.trim().is_empty() || !self.domain.is_empty()
    }
}
