//! **Account → Security**: the sign-in of the staff member who is signed in (D11), which is no mailbox.

pub(super) mod second_factor;

use crate::auth::reauthenticate;
use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::http::form::Signed;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Staff;
use crate::session::session_cookie::signed_out;
use crate::site::Site;
use crate::view::filters;
use crate::view::flash::{counted, ended_sentence};
use crate::view::form_problem::{FormProblem, too_many_tries};
use crate::view::page::{Page, html};
use crate::view::password_form::{
    Current, Entered, Entry, NewPassword, PasswordForm, Words, fields_differ, policy_problems,
};
use crate::view::relative_time::RelativeTime;
use crate::view::user_agent::UserAgent;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::{ChangeError, Confirmation, OwnSessions, SessionId};
use postward_texts::{sentences, text};
use postward_wire::Secret;
use serde::Deserialize;
use std::sync::Arc;

const PATH: &str = "/dashboard/account";

fn words() -> Words {
    Words {
        new: text("password-words-new"),
        again: text("password-words-again"),
        generate: text("password-words-generate"),
        save: text("staff-password-save"),
        refused: text("password-words-refused"),
    }
}

#[derive(Template)]
#[template(path = "dashboard/account.html")]
struct Account {
    page: Page,
    form: PasswordForm,
    /// Since when the second factor is on, and how many backup codes are left.
    factor: Option<(RelativeTime, u64)>,
    live: Vec<Live>,
}

struct Live {
    id: SessionId,
    ip: String,
    client: Option<UserAgent>,
    since: RelativeTime,
    is_this: bool,
}

/// `GET /dashboard/account`.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
) -> Result<Response, PageError> {
    show(StatusCode::OK, &site, &context, &staff, form(&site, &staff)).await
}

/// `POST /dashboard/account/password`.
pub(super) async fn change(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
    Signed(typed): Signed<NewPassword>,
) -> Result<Response, PageError> {
    let (current, password) = match typed.entered(Entry::Twice) {
        Entered::Generate => {
            let form = form(&site, &staff).with_generated();
            return show(StatusCode::OK, &site, &context, &staff, form).await;
        }
        Entered::Differ => return refused(&site, &context, &staff, fields_differ()).await,
        // An empty current password is a wrong one.
        Entered::New { password, current } => {
            (current.unwrap_or_else(|| Secret::new(String::new())), password)
        }
    };
    let (confirmation, request) = (Confirmation::Current(current), context.request(WebSurface::Dashboard));
    match site.authority.change_staff(&staff.session, confirmation, password, &request).await {
        Ok(receipt) => {
            let ended = counted(receipt.ended.iter().map(|(surface, count)| (*surface, *count)));
            let ended = ended.map_or(String::new(), |sessions| ended_sentence(&sessions));
            let flash = staff.flash(
                text("flash-password-changed"),
                sentences([ended, text("staff-password-changed-more").to_owned()]),
            );
            flash_cookie::attach(&site, &flash, signed_out(&site, WebSurface::Dashboard)?)
        }
        Err(ChangeError::CurrentPasswordWrong) => {
            let problem = FormProblem::new("current", text("current-password-wrong"));
            refused(&site, &context, &staff, vec![problem]).await
        }
        Err(ChangeError::TooManyTries) => {
            let problem = FormProblem::new("current", too_many_tries());
            refused(&site, &context, &staff, vec![problem]).await
        }
        Err(ChangeError::Policy(missing)) => {
            refused(&site, &context, &staff, policy_problems(&missing)).await
        }
        Err(ChangeError::ConfirmFirst) => Ok(reauthenticate::ask(WebSurface::Dashboard, PATH)),
        Err(ChangeError::SessionEnded) => signed_out(&site, WebSurface::Dashboard),
        Err(ChangeError::Unavailable(cause)) => Err(cause.into()),
    }
}

async fn refused(
    site: &Site,
    context: &RequestContext,
    staff: &Staff,
    problems: Vec<FormProblem>,
) -> Result<Response, PageError> {
    let form = form(site, staff).with_problems(problems);
    show(StatusCode::UNPROCESSABLE_ENTITY, site, context, staff, form).await
}

fn form(site: &Site, staff: &Staff) -> PasswordForm {
    let action = format!("{PATH}/password");
    PasswordForm {
        current: Current::Asked,
        consequence: text("staff-password-consequence").to_owned(),
        ..PasswordForm::new(site, action, staff.session.email().to_owned(), words())
    }
}

async fn show(
    status: StatusCode,
    site: &Site,
    context: &RequestContext,
    staff: &Staff,
    form: PasswordForm,
) -> Result<Response, PageError> {
    let mut page = staff.page(context, text("staff-title"));
    PATH.clone_into(&mut page.here);
    form.mark_title(&mut page);
    let now = site.now();
    let factor = site.authority.staff_second_factor(&staff.session).await?;
    let live = site.authority.own_sessions(&*staff.session).await?.into_iter().map(|session| Live {
        since: RelativeTime::new(session.since, now),
        is_this: session.id == staff.session.id(),
        id: session.id,
        ip: session.ip,
        client: session.client.map(UserAgent::new),
    });
    let factor = factor.map(|(at, left)| (RelativeTime::new(at, now), left));
    Ok(html(status, &Account { page, form, factor, live: live.collect() }))
}

/// What *End*, *End others* and *End all* send: an id, `others` or `all`.
#[derive(Deserialize)]
pub(super) struct EndSessionsForm {
    which: String,
}

/// `POST /dashboard/account/sessions`.
pub(super) async fn end(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
    Signed(EndSessionsForm { which }): Signed<EndSessionsForm>,
) -> Result<Response, PageError> {
    let which = match which.as_str() {
        "all" => OwnSessions::All,
        "others" => OwnSessions::Others,
        id => OwnSessions::One(id.parse::<SessionId>().map_err(|_| PageError::NotFound)?),
    };
    let request = context.request(WebSurface::Dashboard);
    let ended = site.authority.end_own_sessions(&*staff.session, which, &request).await?;
    if matches!(which, OwnSessions::All) {
        return signed_out(&site, WebSurface::Dashboard);
    }
    let ended = match counted(ended.into_iter()) {
        Some(sessions) => ended_sentence(&sessions),
        None => text("sessions-no-other-was-open").to_owned(),
    };
    back_to_account(&site, &staff, text("sessions-ended"), &ended)
}

fn back_to_account(site: &Site, staff: &Staff, headline: &str, text: &str) -> Result<Response, PageError> {
    flash_cookie::redirect(site, &staff.flash(headline, text), PATH)
}
