//! **Recovery code**: a new one for a mailbox, shown once (D8, D9).

use super::security;
use super::step;
use crate::form::{NoFields, Signed};
use crate::session::Staff;
use crate::site::Site;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when::When;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::Role;
use postward_authority::directory::Mailbox;
use postward_wire::Secret;
use std::sync::Arc;

/// What a new code does, before it does it.
#[derive(Template)]
#[template(path = "dashboard/recovery_code.html")]
struct Confirm {
    csrf: String,
    mailbox: Mailbox,
    issued: Option<When>,
}

/// The code, this once.
#[derive(Template)]
#[template(path = "dashboard/recovery_code_shown.html")]
struct Shown {
    mailbox: Mailbox,
    code: Secret,
}

/// Where a new code for a mailbox comes from.
pub(super) fn path(mailbox: &Mailbox) -> String {
    format!("/dashboard/mailboxes/{}/recovery-code", mailbox.id)
}

/// `GET /dashboard/mailboxes/{id}/recovery-code`: what follows from it, and the safe choice first.
pub(super) async fn confirm(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let mailbox = security::mailbox(&site, &staff, &id).await?;
    if staff.session.role() == Role::ReadOnly {
        return Err(Trouble::ReadOnly);
    }
    let issued = site.authority.recovery_code_issued(staff.session.actor(), mailbox.id).await?;
    let issued = issued.map(|at| When::new(at, site.now()));
    let page = staff.page(&visit, &format!("Generate a new recovery code for {}?", mailbox.address));
    let (csrf, back) = (page.csrf.clone(), security::way_back(&mailbox));
    Ok(step::show(StatusCode::OK, &visit, page, back, &Confirm { csrf, mailbox, issued }))
}

/// `POST /dashboard/mailboxes/{id}/recovery-code`.
pub(super) async fn issue(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
    Path(id): Path<String>,
    _: Signed<NoFields>,
) -> Result<Response, Trouble> {
    let mailbox = security::mailbox(&site, &staff, &id).await?;
    let code = site.authority.issue_recovery_code(staff.session.actor(), mailbox.id, site.now()).await?;
    let mut page = staff.page(&visit, &format!("Recovery code of {}", mailbox.address));
    let back = security::way_back(&mailbox);
    // Where the theme switch comes back to shows no code, and makes none.
    page.here.clone_from(&back.path);
    Ok(step::show(StatusCode::OK, &visit, page, back, &Shown { mailbox, code }))
}
