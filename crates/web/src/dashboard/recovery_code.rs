//! **Recovery code**: a new one for a mailbox, shown once (D8, D9).

use super::mailbox_request::{MailboxForm, MailboxRequest};
use super::{confirmation_step, mailbox_paths};
use crate::http::error_page::PageError;
use crate::http::form::NoFields;
use crate::view::filters;
use crate::view::relative_time::RelativeTime;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::Mailbox;
use postward_texts::message;
use postward_wire::Secret;

/// What a new code does, before it does it.
#[derive(Template)]
#[template(path = "dashboard/recovery_code.html")]
struct Confirm {
    csrf: String,
    mailbox: Mailbox,
    issued: Option<RelativeTime>,
}

/// The code, this once.
#[derive(Template)]
#[template(path = "dashboard/recovery_code_shown.html")]
struct Shown {
    mailbox: Mailbox,
    code: Secret,
}

/// `GET /dashboard/mailboxes/{id}/recovery-code`: what follows from it, and the safe choice first.
pub(super) async fn confirm(request: MailboxRequest) -> Result<Response, PageError> {
    request.staff.require_write()?;
    let MailboxRequest { context, staff, mailbox } = request;
    let site = &context.site;
    let issued = site.authority.recovery_code_issued(staff.session.actor(), mailbox.id).await?;
    let issued = issued.map(|at| RelativeTime::new(at, site.now()));
    let page =
        staff.page(&context, &message("issue-code-title").with("address", &mailbox.address).to_string());
    let (csrf, back) = (page.csrf.clone(), mailbox_paths::return_link(&mailbox));
    Ok(confirmation_step::show(StatusCode::OK, &context, page, back, &Confirm { csrf, mailbox, issued }))
}

/// `POST /dashboard/mailboxes/{id}/recovery-code`.
pub(super) async fn issue(
    MailboxForm { request, form: NoFields {} }: MailboxForm<NoFields>,
) -> Result<Response, PageError> {
    let MailboxRequest { context, staff, mailbox } = request;
    let site = &context.site;
    let code = site.authority.issue_recovery_code(staff.session.actor(), mailbox.id, site.now()).await?;
    let mut page = staff
        .page(&context, &message("issue-code-shown-title").with("address", &mailbox.address).to_string());
    let back = mailbox_paths::return_link(&mailbox);
    // Where the theme switch comes back to shows no code, and makes none.
    page.here.clone_from(&back.path);
    Ok(confirmation_step::show(StatusCode::OK, &context, page, back, &Shown { mailbox, code }))
}
