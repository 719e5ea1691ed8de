//! The settings page of a mailbox: its header and the **Security** tab (D2, D3).

use super::password::{From, form_for};
use crate::page::{Page, html, see_other};
use crate::password_form::PasswordForm;
use crate::session::Staff;
use crate::site::Site;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when::When;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::directory::{Mailbox, MailboxState};
use postward_authority::{MailboxId, Role};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "dashboard/security.html")]
struct Security {
    page: Page,
    mailbox: Mailbox,
    last_sign_in: Option<When>,
    created: When,
    may_write: bool,
    form: PasswordForm,
}

impl Security {
    fn is_suspended(&self) -> bool {
        self.mailbox.state == MailboxState::Suspended
    }
}

/// `GET /dashboard/mailboxes/{id}`: the first tab.
pub(super) async fn first_tab(
    State(site): State<Arc<Site>>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let mailbox = mailbox(&site, &staff, &id).await?;
    Ok(see_other(&format!("/dashboard/mailboxes/{}/security", mailbox.id)))
}

/// `GET /dashboard/mailboxes/{id}/security`.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let mailbox = mailbox(&site, &staff, &id).await?;
    let form = form_for(&site, &staff, &mailbox, From::Security).await?;
    Ok(show(StatusCode::OK, &visit, &staff, mailbox, form))
}

/// The tab, with a form that may carry what was wrong with it.
pub(super) fn show(
    status: StatusCode,
    visit: &Visit,
    staff: &Staff,
    mailbox: Mailbox,
    form: PasswordForm,
) -> Response {
    let mut page = staff.page(visit, &format!("Security of {}", mailbox.address));
    page.here = format!("/dashboard/mailboxes/{}/security", mailbox.id);
    form.mark_title(&mut page);
    let now = visit.site.now();
    let last_sign_in = mailbox.last_sign_in.map(|at| When::new(at, now));
    let created = When::new(mailbox.created, now);
    let may_write = staff.session.role() != Role::ReadOnly;
    html(status, &Security { page, mailbox, last_sign_in, created, may_write, form })
}

/// The mailbox a path names. One that belongs to somebody else, one that never was and what is no id at all are one.
pub(super) async fn mailbox(site: &Site, staff: &Staff, id: &str) -> Result<Mailbox, Trouble> {
    let id: MailboxId = id.parse().map_err(|_| Trouble::NotFound)?;
    Ok(site.authority.mailbox(staff.session.actor(), id).await?)
}
