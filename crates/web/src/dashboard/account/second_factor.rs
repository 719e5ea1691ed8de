//! The second factor of the person: set up, moved to another authenticator, turned off; and its ten backup codes.

use super::{PATH, back_to_account};
use crate::auth::reauthenticate;
use crate::dashboard::confirmation_step::{self, ReturnLink};
use crate::http::error_page::PageError;
use crate::http::form::{NoFields, Signed};
use crate::http::redirect::{query_value, see_other};
use crate::http::request_context::RequestContext;
use crate::session::extractors::Staff;
use crate::site::Site;
use crate::view::filters;
use crate::view::form_problem::too_many_tries;
use crate::view::qr;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use postward_authority::{OtherSessions, SecondFactorError, SetUp};
use postward_texts::{message, text};
use postward_wire::Secret;
use serde::Deserialize;
use std::sync::Arc;

const ON: &str = "/dashboard/account/two-factor/on";
const OFF: &str = "/dashboard/account/two-factor/off";
const REPLACE: &str = "/dashboard/account/two-factor/replace";
const BACKUP_CODES: &str = "/dashboard/account/backup-codes";

fn code_wrong() -> &'static str {
    text("staff-code-wrong")
}

/// The steps, for staff who are signed in. Whoever comes back from having given the password again finds each
/// by `GET`.
pub(in crate::dashboard) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/dashboard/account/two-factor", get(async || see_other(PATH)).post(set_up))
        .route(ON, get(go_on).post(turn_on))
        .route(REPLACE, get(ask_to_replace).post(replace))
        .route(OFF, get(confirm_off).post(turn_off))
        .route(BACKUP_CODES, get(confirm_renewal).post(renew))
}

#[derive(Template)]
#[template(path = "dashboard/account_set_up.html")]
struct Begun {
    csrf: String,
    /// What is shown to the authenticator, this once.
    shown: Option<(String, SetUp)>,
    problem: Option<&'static str>,
}

/// A current code, before another authenticator takes the place of the one that is on.
#[derive(Template)]
#[template(path = "dashboard/account_replace.html")]
struct Replace {
    csrf: String,
    problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "dashboard/account_codes.html")]
struct Codes {
    email: String,
    text: String,
    download: String,
}

/// What new backup codes do to the old ones, before they do it.
#[derive(Template)]
#[template(path = "dashboard/account_renew.html")]
struct Renew {
    csrf: String,
    /// How many of the old ones are left.
    left: u64,
}

#[derive(Template)]
#[template(path = "dashboard/account_off.html")]
struct Off {
    csrf: String,
    email: String,
    problem: Option<&'static str>,
}

/// What the forms of the second factor send.
#[derive(Deserialize)]
struct SecondFactorForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    end_others: Option<String>,
}

/// `POST /dashboard/account/two-factor`: a seed for the authenticator. Nothing is on yet.
async fn set_up(context: RequestContext, staff: Staff, _: Signed<NoFields>) -> Result<Response, PageError> {
    match begin(&context, &staff, None).await {
        // It is on already, which the page says.
        Err(SecondFactorError::CodeWrong) => Ok(see_other(PATH)),
        begun => shown(&context, &staff, begun),
    }
}

/// `GET /dashboard/account/two-factor/replace`: to whoever may act now, so that nobody types a code in vain.
async fn ask_to_replace(context: RequestContext, staff: Staff) -> Result<Response, PageError> {
    match context.site.authority.require_recent_auth(&*staff.session, context.site.now()).await {
        Ok(()) => Ok(replacing(StatusCode::OK, &context, &staff, None)),
        Err(why) => not_now(&context.site, why.into(), REPLACE),
    }
}

/// `POST /dashboard/account/two-factor/replace`: a seed for another authenticator. Until its first code, the old one
/// stays on.
async fn replace(
    context: RequestContext,
    staff: Staff,
    Signed(form): Signed<SecondFactorForm>,
) -> Result<Response, PageError> {
    let refused = |problem| replacing(StatusCode::UNPROCESSABLE_ENTITY, &context, &staff, Some(problem));
    match begin(&context, &staff, Some(Secret::new(form.code))).await {
        Err(SecondFactorError::CodeWrong) => Ok(refused(code_wrong())),
        Err(SecondFactorError::TooManyTries) => Ok(refused(too_many_tries())),
        begun => shown(&context, &staff, begun),
    }
}

fn replacing(
    status: StatusCode,
    context: &RequestContext,
    staff: &Staff,
    problem: Option<&'static str>,
) -> Response {
    let page = staff.page(context, text("two-factor-move"));
    let csrf = page.csrf.clone();
    confirmation_step::show(status, context, page, return_link(), &Replace { csrf, problem })
}

async fn begin(
    context: &RequestContext,
    staff: &Staff,
    code: Option<Secret>,
) -> Result<SetUp, SecondFactorError> {
    let (site, request) = (&context.site, context.request(WebSurface::Dashboard));
    let (session, issuer) = (&*staff.session, &site.brand.name);
    site.authority.begin_second_factor(session, code.as_ref(), issuer, &request).await
}

fn shown(
    context: &RequestContext,
    staff: &Staff,
    begun: Result<SetUp, SecondFactorError>,
) -> Result<Response, PageError> {
    match begun {
        Ok(set_up) => {
            let picture = qr::svg(set_up.url.expose()).unwrap_or_default();
            Ok(setting_up(StatusCode::OK, context, staff, Some((picture, set_up)), None))
        }
        Err(error) => not_now(&context.site, error, PATH),
    }
}

fn setting_up(
    status: StatusCode,
    context: &RequestContext,
    staff: &Staff,
    shown: Option<(String, SetUp)>,
    problem: Option<&'static str>,
) -> Response {
    let mut page = staff.page(context, text("two-factor-set-up-heading"));
    ON.clone_into(&mut page.here);
    page.flash = None;
    let csrf = page.csrf.clone();
    confirmation_step::show(status, context, page, return_link(), &Begun { csrf, shown, problem })
}

/// `GET /dashboard/account/two-factor/on`: whoever had to give the password again midway goes on with the key that the
/// app already has.
async fn go_on(context: RequestContext, staff: Staff) -> Response {
    setting_up(StatusCode::OK, &context, &staff, None, None)
}

/// `POST /dashboard/account/two-factor/on`: the first code turns it on.
async fn turn_on(
    context: RequestContext,
    staff: Staff,
    Signed(form): Signed<SecondFactorForm>,
) -> Result<Response, PageError> {
    let (site, request) = (&context.site, context.request(WebSurface::Dashboard));
    let others = if form.end_others.is_some() { OtherSessions::End } else { OtherSessions::Stay };
    let code = Secret::new(form.code);
    match site.authority.turn_on_second_factor(&*staff.session, &code, others, &request).await {
        Ok(on) => Ok(codes(&context, &staff, text("staff-two-factor-on-heading"), &on.backup_codes)),
        Err(SecondFactorError::CodeWrong) => {
            let problem = text("staff-first-code-wrong");
            Ok(setting_up(StatusCode::UNPROCESSABLE_ENTITY, &context, &staff, None, Some(problem)))
        }
        Err(error) => not_now(site, error, ON),
    }
}

fn codes(context: &RequestContext, staff: &Staff, heading: &str, codes: &[Secret]) -> Response {
    let text = codes.iter().map(Secret::expose).collect::<Vec<_>>().join("\n");
    let mut page = staff.page(context, heading);
    PATH.clone_into(&mut page.here);
    page.flash = None;
    let email = staff.session.email().to_owned();
    let whose = format!("{}\n\n{text}\n", message("backup-codes-file-heading").with("email", &email));
    let download = format!("data:text/plain;charset=utf-8,{}", query_value(&whose));
    confirmation_step::show(StatusCode::OK, context, page, return_link(), &Codes { email, text, download })
}

/// `GET /dashboard/account/backup-codes`: the safe choice first.
async fn confirm_renewal(context: RequestContext, staff: Staff) -> Result<Response, PageError> {
    let Some((_since, left)) = context.site.authority.staff_second_factor(&staff.session).await? else {
        return Ok(see_other(PATH));
    };
    let page = staff.page(&context, text("backup-codes-renew-title"));
    let csrf = page.csrf.clone();
    Ok(confirmation_step::show(StatusCode::OK, &context, page, return_link(), &Renew { csrf, left }))
}

/// `POST /dashboard/account/backup-codes`: ten new ones in the place of the old ones.
async fn renew(context: RequestContext, staff: Staff, _: Signed<NoFields>) -> Result<Response, PageError> {
    let (site, request) = (&context.site, context.request(WebSurface::Dashboard));
    match site.authority.renew_backup_codes(&staff.session, &request).await {
        Ok(new) => Ok(codes(&context, &staff, text("backup-codes-new"), &new)),
        Err(error) => not_now(site, error, BACKUP_CODES),
    }
}

/// `GET /dashboard/account/two-factor/off`.
async fn confirm_off(context: RequestContext, staff: Staff) -> Response {
    off(StatusCode::OK, &context, &staff, None)
}

/// `POST /dashboard/account/two-factor/off`: with the password, and a code or backup code.
async fn turn_off(
    context: RequestContext,
    staff: Staff,
    Signed(form): Signed<SecondFactorForm>,
) -> Result<Response, PageError> {
    let (password, code) = (Secret::new(form.password), Secret::new(form.code));
    let (site, request) = (&context.site, context.request(WebSurface::Dashboard));
    let session = &*staff.session;
    let problem = match site.authority.turn_off_second_factor(session, &password, &code, &request).await {
        Ok(()) => {
            let more = text("staff-two-factor-is-off-more");
            return back_to_account(site, &staff, text("two-factor-is-off"), more);
        }
        Err(SecondFactorError::PasswordWrong) => text("password-wrong"),
        Err(SecondFactorError::CodeWrong) => code_wrong(),
        Err(SecondFactorError::TooManyTries) => too_many_tries(),
        Err(error) => return not_now(site, error, OFF),
    };
    Ok(off(StatusCode::UNPROCESSABLE_ENTITY, &context, &staff, Some(problem)))
}

fn off(
    status: StatusCode,
    context: &RequestContext,
    staff: &Staff,
    problem: Option<&'static str>,
) -> Response {
    let page = staff.page(context, text("two-factor-off-question"));
    let (csrf, email) = (page.csrf.clone(), staff.session.email().to_owned());
    confirmation_step::show(status, context, page, return_link(), &Off { csrf, email, problem })
}

/// What is left of the reasons, once the page has said its own. `here` is where somebody goes on who has to give the
/// password again.
fn not_now(site: &Site, error: SecondFactorError, here: &str) -> Result<Response, PageError> {
    match error {
        SecondFactorError::ReauthRequired(why) => {
            reauthenticate::not_now(why, site, WebSurface::Dashboard, here)
        }
        // The page itself says how things are.
        _ => Ok(see_other(PATH)),
    }
}

fn return_link() -> ReturnLink {
    ReturnLink { path: PATH.to_owned(), name: text("account").to_owned() }
}
