//! The settings page of a mailbox: its header and the **Security** tab (D2, D3, D4).

use super::mail_app_mode;
use super::password::{From, form_for};
use super::recovery_code;
use super::step::Back;
use crate::connection::Stopping;
use crate::live;
use crate::page::{Page, html};
use crate::password_form::PasswordForm;
use crate::redirect::see_other;
use crate::session::Staff;
use crate::site::Site;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when::When;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::app_password::MailAppMode;
use postward_authority::directory::{Mailbox, MailboxState};
use postward_authority::sessions::ActError;
use postward_authority::{MailboxId, Role, Timestamp};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "dashboard/security.html")]
struct Security {
    page: Page,
    mailbox: Mailbox,
    last_sign_in: Option<When>,
    created: When,
    may_write: bool,
    /// Since when the second factor is on.
    factor_on: Option<When>,
    /// When the recovery code was issued.
    code_issued: Option<When>,
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
    show(StatusCode::OK, &visit, &staff, mailbox, form).await
}

/// `GET /dashboard/mailboxes/{id}/events`: whatever changes of what the tab shows (D4).
pub(super) async fn events(
    State(site): State<Arc<Site>>,
    staff: Staff,
    stopping: Stopping,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let mailbox = mailbox(&site, &staff, &id).await?.id;
    let (listening, session) = (site.authority.listen(mailbox), staff.session.id());
    let of = Arc::clone(&site);
    Ok(live::stream(&site, session, listening, stopping, move || {
        let (site, staff) = (Arc::clone(&of), staff.clone());
        // Asked anew each time: the mailbox may be gone, or somebody else's by now.
        async move { Proofs::of(&site, &staff, mailbox).await.ok().map(|proofs| proofs.stamp()) }
    }))
}

/// The tab, with a form that may carry what was wrong with it.
pub(super) async fn show(
    status: StatusCode,
    visit: &Visit,
    staff: &Staff,
    mailbox: Mailbox,
    form: PasswordForm,
) -> Result<Response, Trouble> {
    let mut page = staff.page(visit, &format!("Security of {}", mailbox.address));
    page.here = format!("/dashboard/mailboxes/{}/security", mailbox.id);
    form.mark_title(&mut page);
    let proofs = Proofs::of(&visit.site, staff, mailbox.id).await?;
    let now = visit.site.now();
    let when = |at: Option<Timestamp>| at.map(|at| When::new(at, now));
    let tab = Security {
        page,
        last_sign_in: when(mailbox.last_sign_in),
        created: When::new(mailbox.created, now),
        may_write: staff.session.role() != Role::ReadOnly,
        factor_on: when(proofs.factor_on),
        code_issued: when(proofs.code_issued),
        new_code: recovery_code::path(&mailbox),
        mail_apps: mail_app_mode::path_of(&mailbox),
        stamp: proofs.stamp(),
        mailbox,
        form,
    };
    Ok(html(status, &tab))
}

/// Where a step about a mailbox leads back to.
pub(super) fn way_back(mailbox: &Mailbox) -> Back {
    Back { path: format!("/dashboard/mailboxes/{}/security", mailbox.id), name: mailbox.address.to_string() }
}

/// The mailbox a path names. One that belongs to somebody else, one that never was and what is no id at all are one.
pub(super) async fn mailbox(site: &Site, staff: &Staff, id: &str) -> Result<Mailbox, Trouble> {
    let id: MailboxId = id.parse().map_err(|_| Trouble::NotFound)?;
    Ok(site.authority.mailbox(staff.session.actor(), id).await?)
}
