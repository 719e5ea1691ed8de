//! A new password for a mailbox, set by staff: from the Security tab (D5), the list's key (D9) and its pencil (D10).

use super::mailbox_password_form::{OpenedFrom, form_for};
use super::mailbox_paths;
use super::mailbox_request::{MailboxForm, MailboxRequest};
use super::password_page;
use super::security;
use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::view::flash::Flash;
use crate::view::password_form::{Entered, NewPassword, PasswordForm, fields_differ, policy_problems};
use crate::web_surface::WebSurface;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::ResetError;
use postward_texts::{message, text};
use serde::Deserialize;

/// The query of the page.
#[derive(Deserialize)]
pub(super) struct PasswordQuery {
    #[serde(default)]
    from: OpenedFrom,
}

/// `GET /dashboard/mailboxes/{id}/password?from=list|edit`.
pub(super) async fn page(
    request: MailboxRequest,
    Query(PasswordQuery { from }): Query<PasswordQuery>,
) -> Result<Response, PageError> {
    let form = form_for(&request, from).await?;
    show(StatusCode::OK, request, from, form).await
}

/// The fields of the form.
#[derive(Deserialize)]
pub(super) struct SetPasswordForm {
    #[serde(default)]
    from: OpenedFrom,
    #[serde(flatten)]
    new: NewPassword,
}

/// `POST /dashboard/mailboxes/{id}/password`.
pub(super) async fn save(
    MailboxForm { request, form }: MailboxForm<SetPasswordForm>,
) -> Result<Response, PageError> {
    let SetPasswordForm { from, new } = form;
    let (site, mailbox) = (request.site(), &request.mailbox);
    let problems = match new.entered(from.entry()) {
        Entered::Generate => {
            let form = form_for(&request, from).await?.with_generated();
            return show(StatusCode::OK, request, from, form).await;
        }
        Entered::Differ => fields_differ(),
        Entered::New { password, .. } => {
            let actor = request.staff.session.actor();
            match site.authority.reset(actor, mailbox.id, password, site.now()).await {
                Ok(receipt) => {
                    let flash = Flash::password_changed(&receipt, WebSurface::Dashboard);
                    return flash_cookie::redirect(site, &flash, &from.return_path(mailbox));
                }
                Err(ResetError::Policy(problems)) => policy_problems(&problems),
                Err(ResetError::NotFound) => return Err(PageError::NotFound),
                Err(ResetError::ReadOnly) => return Err(PageError::ReadOnly),
                Err(ResetError::Unavailable(cause)) => return Err(cause.into()),
            }
        }
    };
    let form = form_for(&request, from).await?.with_problems(problems);
    show(StatusCode::UNPROCESSABLE_ENTITY, request, from, form).await
}

async fn show(
    status: StatusCode,
    request: MailboxRequest,
    from: OpenedFrom,
    form: PasswordForm,
) -> Result<Response, PageError> {
    let heading = match from {
        OpenedFrom::Security => return security::show(status, request, form).await,
        OpenedFrom::List => text("mailbox-password-heading"),
        OpenedFrom::Edit => text("edit-mailbox"),
    };
    let MailboxRequest { context, staff, mailbox } = &request;
    let mut page = staff.page(
        context,
        &message("mailbox-password-title")
            .with("heading", heading)
            .with("address", &mailbox.address)
            .to_string(),
    );
    page.here = format!("{}?from={}", mailbox_paths::password(mailbox), from.name());
    Ok(password_page::show(status, context, page, heading, form))
}
