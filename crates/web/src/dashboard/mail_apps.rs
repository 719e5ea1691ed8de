//! **Mail apps**: what they may sign in with, by account, domain and mailbox, and which mailboxes to choose it for
//! (W8).

use super::mail_app_mode::{self, and_more, as_above, label};
use crate::http::error_page::PageError;
use crate::http::form::Signed;
use crate::http::redirect::query_value;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Staff;
use crate::site::Site;
use crate::view::filters;
use crate::view::page::{Page, html};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::{ActError, Authority, Mailbox, MailboxQuery, ModeAt};
use postward_texts::{message, text};
use postward_wire::Address;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of each kind: what else there is, the search finds.
const ROWS: usize = 25;
/// Addresses with something wrong that are named; the others are counted.
const WRONG_NAMED: usize = 10;
/// Characters of such an address that are repeated.
const WRONG_SHOWN: usize = 80;

/// The query of the page.
#[derive(Deserialize)]
pub(super) struct MailAppsQuery {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "dashboard/mail_apps.html")]
struct MailApps {
    page: Page,
    q: String,
    may_write: bool,
    /// None where the person decides for some domains only.
    accounts: Option<Part>,
    domains: Part,
    mailboxes: Vec<Row>,
    /// Mailboxes that are not shown.
    more: u64,
    typed: String,
    problem: Option<String>,
}

/// Accounts or domains.
struct Part {
    rows: Vec<Row>,
    more: usize,
}

struct Row {
    id: String,
    name: String,
    /// `As the domain: app passwords only`.
    mode: String,
    checked: bool,
}

impl Row {
    fn new(id: impl ToString, name: String, mode: String) -> Self {
        Self { id: id.to_string(), name, mode, checked: false }
    }
}

impl Part {
    fn of(rows: impl Iterator<Item = Row>, q: &str) -> Self {
        let mut rows: Vec<_> = rows.filter(|row| row.name.to_lowercase().contains(q)).collect();
        let more = rows.len().saturating_sub(ROWS);
        rows.truncate(ROWS);
        Self { rows, more }
    }
}

/// What somebody picked, and what is wrong with it.
#[derive(Default)]
struct Picked {
    q: String,
    ids: Vec<String>,
    typed: String,
    problem: Option<String>,
}

/// `GET /dashboard/mail-apps`.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
    Query(MailAppsQuery { q }): Query<MailAppsQuery>,
) -> Result<Response, PageError> {
    show(&site, &context, &staff, Picked { q, ..Picked::default() }).await
}

/// `POST /dashboard/mail-apps/mailboxes`: from the list to the step that asks what their mail apps may use.
pub(super) async fn pick(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
    Signed(fields): Signed<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    staff.require_write()?;
    let mut picked = Picked::default();
    for (name, value) in fields {
        match name.as_str() {
            "q" => picked.q = value,
            "mailbox" => picked.ids.push(value),
            "addresses" => picked.typed = value,
            _ => {}
        }
    }
    match picked.mailboxes(&site, &staff).await? {
        Ok(mailboxes) => mail_app_mode::choose(&context, &staff, mailboxes).await,
        Err(problem) => show(&site, &context, &staff, Picked { problem: Some(problem), ..picked }).await,
    }
}

impl Picked {
    /// The mailboxes that were ticked and pasted, each once, or what is wrong with the list.
    async fn mailboxes(&self, site: &Site, staff: &Staff) -> Result<Result<Vec<Mailbox>, String>, PageError> {
        let most = Authority::MODES_AT_ONCE;
        let typed = self.typed.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        let typed: Vec<_> = typed.filter(|address| !address.is_empty()).collect();
        if self.ids.is_empty() && typed.is_empty() {
            return Ok(Err(text("mail-apps-nothing-picked").to_owned()));
        }
        if self.ids.len() + typed.len() > most {
            return Ok(Err(message("mail-apps-too-many").count("most", most as u64).to_string()));
        }
        let (authority, actor) = (&site.authority, staff.session.actor());
        let mut found = BTreeMap::new();
        for id in &self.ids {
            let mailbox = authority.mailbox(actor, id.parse().map_err(|_| PageError::NotFound)?).await?;
            found.insert(mailbox.address.to_string(), mailbox);
        }
        let (mut nonsense, mut foreign) = (Vec::new(), Vec::new());
        for one in typed {
            let Ok(address) = Address::parse(one) else {
                nonsense.push(one);
                continue;
            };
            match authority.mailbox_by_address(actor, &address).await {
                Ok(mailbox) => drop(found.insert(mailbox.address.to_string(), mailbox)),
                Err(ActError::NotFound) => foreign.push(one),
                Err(error) => return Err(error.into()),
            }
        }
        if nonsense.is_empty() && foreign.is_empty() {
            return Ok(Ok(found.into_values().collect()));
        }
        let mut said = Vec::new();
        if !nonsense.is_empty() {
            said.push(message("mail-apps-no-address").with("addresses", quoted(&nonsense)).to_string());
        }
        if !foreign.is_empty() {
            said.push(message("mail-apps-not-yours").with("addresses", quoted(&foreign)).to_string());
        }
        said.push(text("mail-apps-correct").to_owned());
        Ok(Err(said.join(" ")))
    }
}

/// What was typed, so that it can be found again: the first few, shortened.
fn quoted(texts: &[&str]) -> String {
    let short = |typed: &&str| {
        let clean: String = typed.chars().filter(|c| !c.is_control()).take(WRONG_SHOWN).collect();
        let rest = if typed.chars().count() > WRONG_SHOWN { "…" } else { "" };
        message("list-quoted").with("text", format!("{clean}{rest}")).to_string()
    };
    let named: Vec<_> = texts.iter().take(WRONG_NAMED).map(short).collect();
    match texts.len().saturating_sub(WRONG_NAMED) {
        0 => named.join(text("list-comma")),
        more => and_more(named.join(text("list-comma")), more),
    }
}

async fn show(
    site: &Site,
    context: &RequestContext,
    staff: &Staff,
    picked: Picked,
) -> Result<Response, PageError> {
    let Picked { q, ids, typed, problem } = picked;
    let (authority, actor) = (&site.authority, staff.session.actor());
    let search = q.trim().to_lowercase();
    let domains = authority.domains(actor).await?.into_iter().map(|domain| {
        let mode = mode_in_force(domain.mail_apps, text("mode-as-account"));
        Row::new(domain.id, domain.name, mode)
    });
    let accounts = authority
        .accounts(actor)
        .await?
        .into_iter()
        .map(|account| Row::new(account.id, account.name, label(account.mail_apps.applies()).to_owned()));
    let query = MailboxQuery {
        search: (!search.is_empty()).then(|| search.clone()),
        limit: ROWS as u32,
        ..MailboxQuery::default()
    };
    let found = authority.mailboxes(actor, &query).await?;
    let more = found.total.saturating_sub(found.rows.len() as u64);
    let mailboxes = found.rows.into_iter().map(|mailbox| {
        let mode = mode_in_force(mailbox.mail_apps, text("mode-as-domain"));
        let row = Row::new(mailbox.id, mailbox.address.to_string(), mode);
        Row { checked: ids.contains(&row.id), ..row }
    });
    let (status, title) = match problem {
        None => (StatusCode::OK, text("mail-apps")),
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, text("mail-apps-not-continued")),
    };
    let mut page = staff.page(context, title);
    page.here = format!("/dashboard/mail-apps?q={}", query_value(&q));
    if problem.is_some() {
        page.flash = None;
    }
    let list = MailApps {
        page,
        may_write: staff.may_write(),
        accounts: (!actor.is_limited()).then(|| Part::of(accounts, &search)),
        domains: Part::of(domains, &search),
        mailboxes: mailboxes.collect(),
        more,
        q,
        typed,
        problem,
    };
    Ok(html(status, &list))
}

/// What holds at a place: its own, or what stands above.
fn mode_in_force(at: ModeAt, above: &str) -> String {
    match at.own {
        Some(mode) => label(mode).to_owned(),
        None => as_above(above, at.above),
    }
}
