//! A new password for a mailbox, set by staff: from the Security tab (D5), the list's key (D9) and its pencil (D10).

use super::{recovery_code, security};
use crate::flash_cookie;
use crate::form::Signed;
use crate::page::{Page, html};
use crate::password_form::{
    Entered, Entry, FormProblem, NewPassword, PasswordForm, Words, fields_differ, policy_problems,
};
use crate::receipt::{Note, counted};
use crate::session::Staff;
use crate::site::Site;
use crate::trouble::Trouble;
use crate::visit::{Shape, Visit};
use crate::web_surface::WebSurface;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::directory::Mailbox;
use postward_authority::{ResetError, Surface};
use serde::Deserialize;
use std::sync::Arc;

/// The page a form was opened from, and to which it leads back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum From {
    /// The Security tab.
    #[default]
    Security,
    /// The key in the list.
    List,
    /// The pencil in the list.
    Edit,
}

impl From {
    fn name(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::List => "list",
            Self::Edit => "edit",
        }
    }

    fn words(self) -> Words {
        let refused = "The password was not changed.";
        match self {
            Self::Security => Words {
                new: "New password",
                again: "New password again",
                generate: "Generate strong password",
                save: "Save password",
                refused,
            },
            Self::List => Words {
                new: "New Password",
                again: "New Password again",
                generate: "Generate",
                save: "Save Password",
                refused,
            },
            Self::Edit => Words { new: "Password", again: "", generate: "New", save: "Update User", refused },
        }
    }

    fn entry(self) -> Entry {
        match self {
            Self::Security | Self::List => Entry::Twice,
            Self::Edit => Entry::Once,
        }
    }

    fn way_back(self, mailbox: &Mailbox) -> String {
        match self {
            Self::Security => format!("/dashboard/mailboxes/{}/security", mailbox.id),
            Self::List | Self::Edit => "/dashboard/mailboxes".to_owned(),
        }
    }
}

/// What the page is asked with.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    from: From,
}

/// The form as a page of its own, or as what a dialog shows.
#[derive(Template)]
#[template(path = "dashboard/password.html")]
struct Whole {
    page: Page,
    heading: &'static str,
    form: PasswordForm,
}

#[derive(Template)]
#[template(path = "dashboard/password_dialog.html")]
struct Dialog {
    page: Page,
    heading: &'static str,
    form: PasswordForm,
}

/// `GET /dashboard/mailboxes/{id}/password?from=list|edit`.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
    Path(id): Path<String>,
    Query(Asked { from }): Query<Asked>,
) -> Result<Response, Trouble> {
    let mailbox = security::mailbox(&site, &staff, &id).await?;
    let form = form_for(&site, &staff, &mailbox, from).await?;
    show(StatusCode::OK, &visit, &staff, mailbox, from, form).await
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    from: From,
    #[serde(flatten)]
    new: NewPassword,
}

/// `POST /dashboard/mailboxes/{id}/password`.
pub(super) async fn save(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
    Path(id): Path<String>,
    Signed(Sent { from, new }): Signed<Sent>,
) -> Result<Response, Trouble> {
    let mailbox = security::mailbox(&site, &staff, &id).await?;
    let problems = match new.entered(from.entry()) {
        Entered::Generate => {
            let form = form_for(&site, &staff, &mailbox, from).await?.with_generated();
            return show(StatusCode::OK, &visit, &staff, mailbox, from, form).await;
        }
        Entered::Differ => fields_differ(),
        Entered::New { password, .. } => {
            match site.authority.reset(staff.session.actor(), mailbox.id, password, site.now()).await {
                Ok(receipt) => {
                    let note = Note::of(&receipt, WebSurface::Dashboard);
                    return flash_cookie::redirect(&site, &note, &from.way_back(&mailbox));
                }
                Err(ResetError::Policy(problems)) => policy_problems(&problems),
                Err(ResetError::NotFound) => return Err(Trouble::NotFound),
                Err(ResetError::ReadOnly) => return Err(Trouble::ReadOnly),
                Err(ResetError::Unavailable(cause)) => return Err(cause.into()),
            }
        }
    };
    refused(&site, &visit, &staff, mailbox, from, problems).await
}

async fn refused(
    site: &Site,
    visit: &Visit,
    staff: &Staff,
    mailbox: Mailbox,
    from: From,
    problems: Vec<FormProblem>,
) -> Result<Response, Trouble> {
    let form = form_for(site, staff, &mailbox, from).await?.with_problems(problems);
    show(StatusCode::UNPROCESSABLE_ENTITY, visit, staff, mailbox, from, form).await
}

/// The form for a mailbox, with what saving it will end.
pub(super) async fn form_for(
    site: &Site,
    staff: &Staff,
    mailbox: &Mailbox,
    from: From,
) -> Result<PasswordForm, Trouble> {
    let action = format!("/dashboard/mailboxes/{}/password", mailbox.id);
    let live = live_sessions(site, staff, mailbox).await?;
    Ok(PasswordForm {
        entry: from.entry(),
        from: Some(from.name()),
        consequence: match live {
            Some(sessions) => {
                format!(
                    "Saving ends {sessions} at once. The old password stops everywhere; mail stays as it is."
                )
            }
            None => {
                "No session is open now. The old password stops everywhere; mail stays as it is.".to_owned()
            }
        },
        also: (from == From::List).then(|| (recovery_code::path(mailbox), "Generate new recovery code")),
        cancel: (from != From::Security).then(|| from.way_back(mailbox)),
        ..PasswordForm::new(site, action, mailbox.address.to_string(), from.words())
    })
}

/// `3 IMAP, 1 SMTP and 2 webmail sessions`; none when nothing is open.
pub(super) async fn live_sessions(
    site: &Site,
    staff: &Staff,
    mailbox: &Mailbox,
) -> Result<Option<String>, Trouble> {
    let live = site.authority.sessions(staff.session.actor(), mailbox.id).await?;
    let count = |surface: Surface| live.iter().filter(|session| session.surface == surface).count() as u64;
    Ok(counted(Surface::OF_MAILBOXES.into_iter().map(|surface| (surface, count(surface)))))
}

async fn show(
    status: StatusCode,
    visit: &Visit,
    staff: &Staff,
    mailbox: Mailbox,
    from: From,
    form: PasswordForm,
) -> Result<Response, Trouble> {
    let heading = match from {
        From::Security => return security::show(status, visit, staff, mailbox, form).await,
        From::List => "Mailbox password",
        From::Edit => "Edit mailbox",
    };
    let mut page = staff.page(visit, &format!("{heading}: {}", mailbox.address));
    page.here = format!("/dashboard/mailboxes/{}/password?from={}", mailbox.id, from.name());
    form.mark_title(&mut page);
    Ok(match visit.shape() {
        Shape::Whole => html(status, &Whole { page, heading, form }),
        Shape::Fragment => html(status, &Dialog { page, heading, form }),
    })
}
