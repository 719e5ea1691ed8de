//! The settings page of a mailbox: its header and the **Security** tab (D2, D3, D4).

use super::mailbox_password_form::{OpenedFrom, form_for};
use super::mailbox_paths;
use super::mailbox_request::MailboxRequest;
use crate::http::connection::ShutdownSignal;
use crate::http::error_page::PageError;
use crate::http::event_stream;
use crate::http::redirect::see_other;
use crate::session::extractors::Staff;
use crate::site::Site;
use crate::view::filters;
use crate::view::page::{Page, html};
use crate::view::password_form::PasswordForm;
use crate::view::relative_time::RelativeTime;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::{ActError, MailAppMode, Mailbox, MailboxId, MailboxState, Timestamp};
use postward_texts::message;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "dashboard/security.html")]
struct Security {
    page: Page,
    mailbox: Mailbox,
    last_sign_in: Option<RelativeTime>,
    created: RelativeTime,
    may_write: bool,
    /// Since when the second factor is on.
    factor_on: Option<RelativeTime>,
    /// When the recovery code was issued.
    code_issued: Option<RelativeTime>,
    /// Where a new one comes from.
    new_code: String,
    /// Where it is chosen what its mail apps may sign in with.
    mail_apps: String,
    /// What of this the page shows, for its script.
    stamp: String,
    form: PasswordForm,
}

impl Security {
    fn is_suspended(&self) -> bool {
        self.mailbox.state == MailboxState::Suspended
    }

    fn opens_mail_apps(&self) -> bool {
        self.mailbox.mail_apps.applies() == MailAppMode::PasswordOrAppPassword
    }
}

/// What staff may see of a mailbox's second factor and recovery code: since when there is one.
struct Proofs {
    factor_on: Option<Timestamp>,
    code_issued: Option<Timestamp>,
}

impl Proofs {
    async fn of(site: &Site, staff: &Staff, mailbox: MailboxId) -> Result<Self, ActError> {
        let actor = staff.session.actor();
        Ok(Self {
            factor_on: site.authority.second_factor_of(actor, mailbox).await?,
            code_issued: site.authority.recovery_code_issued(actor, mailbox).await?,
        })
    }

    /// Another one for every state.
    fn stamp(&self) -> String {
        let part = |at: Option<Timestamp>| at.map_or(0, Timestamp::as_millisecond);
        format!("{}.{}", part(self.factor_on), part(self.code_issued))
    }
}

/// `GET /dashboard/mailboxes/{id}`: the first tab.
pub(super) async fn first_tab(request: MailboxRequest) -> Response {
    see_other(&mailbox_paths::security(&request.mailbox))
}

/// `GET /dashboard/mailboxes/{id}/security`.
pub(super) async fn page(request: MailboxRequest) -> Result<Response, PageError> {
    let form = form_for(&request, OpenedFrom::Security).await?;
    show(StatusCode::OK, request, form).await
}

/// `GET /dashboard/mailboxes/{id}/events`: whatever changes of what the tab shows (D4).
pub(super) async fn events(request: MailboxRequest, shutdown: ShutdownSignal) -> Response {
    let MailboxRequest { context, staff, mailbox } = request;
    let (site, mailbox) = (context.site, mailbox.id);
    let (listening, session) = (site.authority.listen(mailbox), staff.session.id());
    let of = Arc::clone(&site);
    event_stream::stream(&site, session, listening, shutdown, move || {
        let (site, staff) = (Arc::clone(&of), staff.clone());
        // Asked anew each time: the mailbox may be gone, or somebody else's by now.
        async move { Proofs::of(&site, &staff, mailbox).await.ok().map(|proofs| proofs.stamp()) }
    })
}

/// The tab, with a form that may carry what was wrong with it.
pub(super) async fn show(
    status: StatusCode,
    request: MailboxRequest,
    form: PasswordForm,
) -> Result<Response, PageError> {
    let MailboxRequest { context, staff, mailbox } = request;
    let mut page =
        staff.page(&context, &message("mailbox-title").with("address", &mailbox.address).to_string());
    page.here = mailbox_paths::security(&mailbox);
    form.mark_title(&mut page);
    let proofs = Proofs::of(&context.site, &staff, mailbox.id).await?;
    let now = context.site.now();
    let when = |at: Option<Timestamp>| at.map(|at| RelativeTime::new(at, now));
    let tab = Security {
        page,
        last_sign_in: when(mailbox.last_sign_in),
        created: RelativeTime::new(mailbox.created, now),
        may_write: staff.may_write(),
        factor_on: when(proofs.factor_on),
        code_issued: when(proofs.code_issued),
        new_code: mailbox_paths::recovery_code(&mailbox),
        mail_apps: mailbox_paths::mail_app_mode(&mailbox),
        stamp: proofs.stamp(),
        mailbox,
        form,
    };
    Ok(html(status, &tab))
}
