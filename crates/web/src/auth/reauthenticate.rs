//! *Confirm that it is you*: the password once more, and a code where this session has not given one, before somebody
//! acts on the own sign-in. Pages lead here when the authority answers `ConfirmFirst`, and are come back to.

use crate::http::error_page::PageError;
use crate::http::form::Signed;
use crate::http::login_redirect::after_sign_in;
use crate::http::redirect::{query_value, see_other};
use crate::http::request_context::RequestContext;
use crate::session::extractors::Principal;
use crate::session::session_cookie::signed_out;
use crate::site::Site;
use crate::view::filters;
use crate::view::form_problem::{FormProblem, too_many_tries, wrong_code};
use crate::view::page::{Page, html};
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use postward_authority::{ReauthRequired, ReauthenticationError};
use postward_texts::text;
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
    why: ReauthRequired,
    site: &Site,
    surface: WebSurface,
    next: &str,
) -> Result<Response, PageError> {
    match why {
        ReauthRequired::ConfirmFirst => Ok(ask(surface, next)),
        ReauthRequired::SessionEnded => signed_out(site, surface),
        ReauthRequired::Unavailable(cause) => Err(cause.into()),
    }
}

/// `GET` and `POST …/confirm` of a surface, for whoever is signed in there.
pub(crate) fn routes(surface: WebSurface) -> Router<Arc<Site>> {
    Router::new().route(surface.entry().reauthenticate, get(page).post(submit))
}

async fn page(
    context: RequestContext,
    principal: Principal,
    Query(query): Query<ReauthenticateQuery>,
) -> Result<Response, PageError> {
    let authority = &context.site.authority;
    let owes_code = match &principal {
        Principal::Owner(owner) => authority.reauthentication_needs_code(&*owner.guard).await?,
        Principal::Staff(staff) => authority.reauthentication_needs_code(&*staff.session).await?,
    };
    let shown = Shown { status: StatusCode::OK, code: Code::of(owes_code), problem: None };
    Ok(show(&context, &principal, query.next, shown))
}

async fn submit(
    context: RequestContext,
    principal: Principal,
    Signed(form): Signed<ReauthenticateForm>,
) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, principal.surface());
    let request = context.request(surface);
    let asked = Code::of(form.code.is_some());
    let typed = form.code.filter(|code| !code.trim().is_empty());
    let (password, code) = (Secret::new(form.password), typed.map(Secret::new));
    let confirmed = match &principal {
        Principal::Owner(owner) => {
            site.authority.reauthenticate(&*owner.guard, &password, code.as_ref(), &request).await
        }
        Principal::Staff(staff) => {
            site.authority.reauthenticate(&*staff.session, &password, code.as_ref(), &request).await
        }
    };
    let (status, code, field, text) = match confirmed {
        Ok(()) => return Ok(see_other(after_sign_in(surface, &form.next))),
        Err(ReauthenticationError::SessionEnded) => return signed_out(site, surface),
        Err(ReauthenticationError::Unavailable(cause)) => return Err(cause.into()),
        Err(ReauthenticationError::PasswordWrong) => {
            (StatusCode::UNPROCESSABLE_ENTITY, asked, "password", text("password-wrong"))
        }
        Err(ReauthenticationError::CodeMissing) => {
            let why = text("confirm-code-too");
            (StatusCode::UNPROCESSABLE_ENTITY, Code::Asked, "code", why)
        }
        Err(ReauthenticationError::CodeWrong) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Code::Asked, "code", wrong_code())
        }
        Err(ReauthenticationError::TooManyTries) => {
            (StatusCode::TOO_MANY_REQUESTS, asked, "password", too_many_tries())
        }
    };
    let problem = Some(FormProblem::new(field, text));
    Ok(show(&context, &principal, form.next, Shown { status, code, problem }))
}

/// What differs from one showing of the page to the next.
struct Shown {
    status: StatusCode,
    code: Code,
    problem: Option<FormProblem>,
}

fn show(context: &RequestContext, principal: &Principal, next: String, shown: Shown) -> Response {
    let Shown { status, code, problem } = shown;
    let entry = principal.surface().entry();
    let page = Page {
        flash: None,
        here: format!("{}?next={}", entry.reauthenticate, query_value(&next)),
        ..principal.page(context, text("confirm-heading"))
    };
    let (action, cancel) = (entry.reauthenticate, entry.account);
    html(status, &ReauthenticatePage { page, action, cancel, next, code, problem })
}
