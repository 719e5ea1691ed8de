//! *Confirm that it is you*: the password once more, and a code where this session has not given one, before somebody
//! acts on the own sign-in. Pages lead here when the authority answers `ConfirmFirst`, and are come back to.

use crate::http::error_page::PageError;
use crate::http::form::Signed;
use crate::http::login_redirect::after_sign_in;
use crate::http::redirect::{query_value, see_other};
use crate::http::request_context::RequestContext;
use crate::session::extractors::{Owner, Staff};
use crate::session::session_cookie::signed_out;
use crate::site::Site;
use crate::view::form_problem::{FormProblem, TOO_MANY_TRIES, WRONG_CODE};
use crate::view::page::{Page, html};
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use postward_authority::{ConfirmError, NotNow};
use postward_wire::Secret;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "reauthenticate.html")]
struct ReauthenticatePage {
    page: Page,
    action: &'static str,
    cancel: &'static str,
    next: String,
    code: Code,
    problem: Option<FormProblem>,
}

impl ReauthenticatePage {
    fn is_wrong(&self, field: &str) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.field == field)
    }
}

/// Whether a code is asked for besides the password.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Code {
    NotAsked,
    Asked,
}

impl Code {
    fn of(owed: bool) -> Self {
        if owed { Self::Asked } else { Self::NotAsked }
    }
}

/// The query of the page.
#[derive(Deserialize)]
struct ReauthenticateQuery {
    #[serde(default)]
    next: String,
}

/// The fields of the form.
#[derive(Deserialize)]
struct ReauthenticateForm {
    #[serde(default)]
    password: String,
    code: Option<String>,
    #[serde(default)]
    next: String,
}

/// Sends somebody to the page that asks for the password again; `next` is where they go on, a page of the surface.
pub(crate) fn ask(surface: WebSurface, next: &str) -> Response {
    see_other(&format!("{}?next={}", surface.entry().reauthenticate, query_value(next)))
}

/// What follows when somebody may not act now; `next` is come back to once the password was given again.
pub(crate) fn not_now(
    why: NotNow,
    site: &Site,
    surface: WebSurface,
    next: &str,
) -> Result<Response, PageError> {
    match why {
        NotNow::ConfirmFirst => Ok(ask(surface, next)),
        NotNow::SessionEnded => signed_out(site, surface),
        NotNow::Unavailable(cause) => Err(cause.into()),
    }
}

/// `GET` and `POST …/confirm` of a surface of mailbox owners, to be put behind its door.
pub(crate) fn owner_routes(surface: WebSurface) -> Router<Arc<Site>> {
    Router::new().route(
        surface.entry().reauthenticate,
        get(async move |context: RequestContext, owner: Owner, Query(query): Query<ReauthenticateQuery>| {
            let code = Code::of(context.site.authority.owes_code_to_confirm(&*owner.guard).await?);
            Ok::<_, PageError>(show(
                owner.page(&context, TITLE),
                StatusCode::OK,
                surface,
                query.next,
                code,
                None,
            ))
        })
        .post(
            async move |context: RequestContext, owner: Owner, Signed(form): Signed<ReauthenticateForm>| {
                let (site, origin) = (&context.site, context.origin(surface));
                let (password, code) = (Secret::new(form.password), typed_code(form.code.as_deref()));
                let confirmed = site.authority.confirm_again(
                    &*owner.guard,
                    &password,
                    code.as_ref(),
                    &origin,
                    site.now(),
                );
                let page = owner.page(&context, TITLE);
                answer(site, surface, page, form.next, form.code.is_some(), confirmed.await)
            },
        ),
    )
}

/// The same of the dashboard.
pub(crate) fn staff_routes() -> Router<Arc<Site>> {
    let surface = WebSurface::Dashboard;
    Router::new().route(
        surface.entry().reauthenticate,
        get(async move |context: RequestContext, staff: Staff, Query(query): Query<ReauthenticateQuery>| {
            let code = Code::of(context.site.authority.owes_code_to_confirm(&*staff.session).await?);
            Ok::<_, PageError>(show(
                staff.page(&context, TITLE),
                StatusCode::OK,
                surface,
                query.next,
                code,
                None,
            ))
        })
        .post(
            async move |context: RequestContext, staff: Staff, Signed(form): Signed<ReauthenticateForm>| {
                let (site, origin) = (&context.site, context.origin(surface));
                let (password, code) = (Secret::new(form.password), typed_code(form.code.as_deref()));
                let confirmed = site.authority.confirm_again(
                    &*staff.session,
                    &password,
                    code.as_ref(),
                    &origin,
                    site.now(),
                );
                let page = staff.page(&context, TITLE);
                answer(site, surface, page, form.next, form.code.is_some(), confirmed.await)
            },
        ),
    )
}

const TITLE: &str = "Confirm that it is you";

fn typed_code(typed: Option<&str>) -> Option<Secret> {
    typed.filter(|code| !code.trim().is_empty()).map(|code| Secret::new(code.to_owned()))
}

fn answer(
    site: &Site,
    surface: WebSurface,
    page: Page,
    next: String,
    had_code: bool,
    confirmed: Result<(), ConfirmError>,
) -> Result<Response, PageError> {
    let asked = Code::of(had_code);
    let (status, code, field, text) = match confirmed {
        Ok(()) => return Ok(see_other(after_sign_in(surface, &next))),
        Err(ConfirmError::SessionEnded) => return signed_out(site, surface),
        Err(ConfirmError::Unavailable(cause)) => return Err(cause.into()),
        Err(ConfirmError::PasswordWrong) => {
            (StatusCode::UNPROCESSABLE_ENTITY, asked, "password", "This is not your password.")
        }
        Err(ConfirmError::CodeMissing) => {
            let why = "Two-factor authentication is on. Type your password again, and the code too.";
            (StatusCode::UNPROCESSABLE_ENTITY, Code::Asked, "code", why)
        }
        Err(ConfirmError::CodeWrong) => (StatusCode::UNPROCESSABLE_ENTITY, Code::Asked, "code", WRONG_CODE),
        Err(ConfirmError::TooManyTries) => (StatusCode::TOO_MANY_REQUESTS, asked, "password", TOO_MANY_TRIES),
    };
    Ok(show(page, status, surface, next, code, Some(FormProblem::new(field, text))))
}

fn show(
    page: Page,
    status: StatusCode,
    surface: WebSurface,
    next: String,
    code: Code,
    problem: Option<FormProblem>,
) -> Response {
    let page = Page {
        flash: None,
        here: format!("{}?next={}", surface.entry().reauthenticate, query_value(&next)),
        ..page
    };
    let (action, cancel) = (surface.entry().reauthenticate, surface.entry().account);
    html(status, &ReauthenticatePage { page, action, cancel, next, code, problem })
}
