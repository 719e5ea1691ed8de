//! What is signed in at a mailbox, and what has been tried (W7), for staff.

use super::mailbox_request::{MailboxForm, MailboxRequest};
use super::{confirmation_step, mailbox_paths};
use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::http::form::NoFields;
use crate::http::redirect::see_other;
use crate::site::Site;
use crate::view::filters;
use crate::view::flash::{Flash, counted, ended_sentence};
use crate::view::page::{Page, html};
use crate::view::relative_time::RelativeTime;
use crate::view::sign_in_history::{self, Line, Outcome};
use crate::view::user_agent::UserAgent;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::{ActError, LiveSession, Mailbox, MailboxState, Receipt, Timestamp, Which};
use postward_texts::{message, sentences, text};
use serde::Deserialize;

/// Refused tries that are looked at: the newest.
const TRIES: u32 = 200;

#[derive(Template)]
#[template(path = "dashboard/sessions.html")]
struct Sessions {
    page: Page,
    mailbox: Mailbox,
    may_write: bool,
    live: Vec<Live>,
    history: Vec<Line>,
}

/// A live session in the list.
struct Live {
    session: LiveSession,
    client: Option<UserAgent>,
    since: RelativeTime,
}

/// `GET /dashboard/mailboxes/{id}/sessions`.
pub(super) async fn page(request: MailboxRequest) -> Result<Response, PageError> {
    let MailboxRequest { context, staff, mailbox } = request;
    let (authority, actor, now) = (&context.site.authority, staff.session.actor(), context.site.now());
    let live = authority.sessions(actor, mailbox.id).await?;
    let past = authority.sign_ins(actor, mailbox.id).await?;
    let refused = authority.refused_attempts(actor, mailbox.id, TRIES).await?;
    let list = Sessions {
        page: staff
            .page(&context, &message("mailbox-sessions-title").with("address", &mailbox.address).to_string()),
        may_write: staff.may_write(),
        live: live.into_iter().map(|session| Live::of(session, now)).collect(),
        history: sign_in_history::lines(past, refused, now),
        mailbox,
    };
    Ok(html(StatusCode::OK, &list))
}

impl Live {
    fn of(mut session: LiveSession, now: Timestamp) -> Self {
        let (client, since) =
            (session.client.take().map(UserAgent::new), RelativeTime::new(session.since, now));
        Self { session, client, since }
    }
}

/// What *End* and *End all* send.
#[derive(Deserialize)]
pub(super) struct EndSessionsForm {
    /// Which one; all where it is missing.
    session: Option<String>,
}

/// `POST /dashboard/mailboxes/{id}/sessions`.
pub(super) async fn end(
    MailboxForm { request, form }: MailboxForm<EndSessionsForm>,
) -> Result<Response, PageError> {
    let (site, mailbox) = (request.site(), &request.mailbox);
    let which = match form.session {
        Some(id) => Which::One(id.parse().map_err(|_| PageError::NotFound)?),
        None => Which::All,
    };
    let back = mailbox_paths::sessions(mailbox);
    match site.authority.end_sessions(request.staff.session.actor(), mailbox.id, which, site.now()).await {
        Ok(receipt) => redirect_with_receipt(
            site,
            &receipt,
            text("sessions-ended"),
            text("mailbox-sessions-ended-more"),
            &back,
        ),
        // It has ended by itself meanwhile, which is what was wanted.
        Err(ActError::NotFound) => Ok(see_other(&back)),
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "dashboard/suspend.html")]
struct Suspend {
    csrf: String,
    mailbox: Mailbox,
    live: Option<String>,
}

/// `GET /dashboard/mailboxes/{id}/suspend`: what follows from it, in numbers.
pub(super) async fn confirm_suspension(request: MailboxRequest) -> Result<Response, PageError> {
    request.staff.require_write()?;
    let live = request.live_sessions().await?;
    let MailboxRequest { context, staff, mailbox } = request;
    let page = staff.page(&context, &message("suspend-title").with("address", &mailbox.address).to_string());
    let (csrf, back) = (page.csrf.clone(), mailbox_paths::return_link(&mailbox));
    Ok(confirmation_step::show(StatusCode::OK, &context, page, back, &Suspend { csrf, mailbox, live }))
}

/// `POST /dashboard/mailboxes/{id}/suspend`.
pub(super) async fn suspend(
    MailboxForm { request, form: NoFields {} }: MailboxForm<NoFields>,
) -> Result<Response, PageError> {
    let (site, mailbox) = (request.site(), &request.mailbox);
    let path = mailbox_paths::security(mailbox);
    if mailbox.state == MailboxState::Suspended {
        return Ok(see_other(&path));
    }
    let receipt = site.authority.suspend(request.staff.session.actor(), mailbox.id, site.now()).await?;
    let more = text("suspend-done-more");
    redirect_with_receipt(site, &receipt, text("suspend-done"), more, &path)
}

/// `POST /dashboard/mailboxes/{id}/resume`.
pub(super) async fn resume(
    MailboxForm { request, form: NoFields {} }: MailboxForm<NoFields>,
) -> Result<Response, PageError> {
    let (site, mailbox) = (request.site(), &request.mailbox);
    let path = mailbox_paths::security(mailbox);
    if mailbox.state == MailboxState::Active {
        return Ok(see_other(&path));
    }
    site.authority.resume_sign_in(request.staff.session.actor(), mailbox.id, site.now()).await?;
    let more = text("resume-done-more");
    let flash = Flash::new(WebSurface::Dashboard, &mailbox.address, text("resume-done"), more);
    flash_cookie::redirect(site, &flash, &path)
}

fn redirect_with_receipt(
    site: &Site,
    receipt: &Receipt,
    headline: &str,
    more: &str,
    next: &str,
) -> Result<Response, PageError> {
    let ended = match counted(receipt.ended.iter().map(|(surface, count)| (*surface, *count))) {
        Some(sessions) => ended_sentence(&sessions),
        None => text("sessions-none-was-open").to_owned(),
    };
    let flash =
        Flash::new(WebSurface::Dashboard, &receipt.address, headline, sentences([ended, more.to_owned()]));
    flash_cookie::redirect(site, &flash, next)
}
