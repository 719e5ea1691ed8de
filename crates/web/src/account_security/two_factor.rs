//! **Two-factor authentication**: setting it up, putting another authenticator in its place, turning it off (W6).

use super::flash_redirect::redirect_with_flash;
use crate::auth::reauthenticate;
use crate::http::error_page::PageError;
use crate::http::form::{NoFields, Signed};
use crate::http::redirect::{query_value, see_other};
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use crate::site::Site;
use crate::view::filters;
use crate::view::flash::{counted, ended_sentence};
use crate::view::form_problem::{too_many_tries, wrong_code};
use crate::view::page::{Page, html};
use crate::view::qr;
use crate::view::relative_time::RelativeTime;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use postward_authority::{OtherSessions, SecondFactorError, SetUp, TurnedOn};
use postward_texts::{sentences, text};
use postward_wire::Secret;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "account_security/two_factor.html")]
struct TwoFactorPage {
    page: Page,
    /// The path of the page itself; its steps stand below.
    root: String,
    /// Where an app password is made.
    app_passwords: String,
    on_since: Option<RelativeTime>,
    apps: Vec<App>,
    step: Step,
}

/// A mail app that has used the mailbox's password lately.
struct App {
    surface: &'static str,
    client: Option<String>,
    seen: RelativeTime,
    /// Its name, for the form that makes an app password.
    name: String,
}

/// How far somebody has come.
enum Step {
    /// Nothing is under way.
    Overview,
    /// A code of the authenticator that is on now is asked for.
    Replace { problem: Option<&'static str> },
    /// The seed, this once, and the field for its first code.
    Shown { picture: String, set_up: SetUp },
    /// The field alone: the app has the seed, which is not shown again. Its first code was not right, or the password
    /// had to be given once more in between.
    FirstCode { problem: Option<&'static str> },
    /// The password and a code are asked for.
    TurnOff { problem: Option<&'static str> },
}

impl Step {
    fn title(&self) -> &'static str {
        match self {
            Self::Overview => text("two-factor-authentication"),
            Self::Replace { .. } => text("two-factor-move"),
            Self::Shown { .. } => text("two-factor-set-up-heading"),
            Self::FirstCode { .. } => text("two-factor-set-up-heading"),
            Self::TurnOff { .. } => text("two-factor-off-question"),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Overview
            | Self::Shown { .. }
            | Self::Replace { problem: None }
            | Self::FirstCode { problem: None }
            | Self::TurnOff { problem: None } => StatusCode::OK,
            Self::Replace { .. } | Self::FirstCode { .. } | Self::TurnOff { .. } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        }
    }
}

fn first_code_wrong() -> &'static str {
    text("two-factor-first-code-wrong")
}

/// The fields of the forms.
#[derive(Deserialize)]
struct TwoFactorForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    end_others: Option<String>,
}

/// The page and its steps.
pub(super) fn routes(surface: WebSurface) -> Router<Arc<Site>> {
    let at = |page: &str| surface.account_path(page);
    Router::new()
        .route(&at("two-factor"), get(page))
        .route(&at("two-factor/begin"), get(back_to_page).post(set_up))
        .route(&at("two-factor/replace"), get(ask_to_replace).post(replace))
        .route(&at("two-factor/on"), get(go_on).post(turn_on))
        .route(&at("two-factor/off"), get(ask_to_turn_off).post(turn_off))
}

async fn page(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    show(&context, &owner, Step::Overview).await
}

/// Whoever comes back from having given the password again begins at the page.
async fn back_to_page(owner: Owner) -> Response {
    see_other(&owner.surface.account_path("two-factor"))
}

async fn ask_to_replace(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    ask(&context, &owner, Step::Replace { problem: None }).await
}

/// Whoever comes back from having given the password again goes on with the key that the app has.
async fn go_on(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    show(&context, &owner, Step::FirstCode { problem: None }).await
}

async fn ask_to_turn_off(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    show(&context, &owner, Step::TurnOff { problem: None }).await
}

/// Shows a step to whoever may act now, so that nobody fills in a form in vain.
async fn ask(context: &RequestContext, owner: &Owner, step: Step) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, owner.surface);
    match site.authority.require_recent_auth(&*owner.guard, site.now()).await {
        Ok(()) => show(context, owner, step).await,
        Err(why) => reauthenticate::not_now(why, site, surface, &surface.account_path("two-factor/replace")),
    }
}

async fn set_up(context: RequestContext, owner: Owner, _: Signed<NoFields>) -> Result<Response, PageError> {
    begin(context, owner, None).await
}

async fn replace(
    context: RequestContext,
    owner: Owner,
    Signed(form): Signed<TwoFactorForm>,
) -> Result<Response, PageError> {
    begin(context, owner, Some(form.code)).await
}

/// A seed for the authenticator. Nothing is on yet.
async fn begin(context: RequestContext, owner: Owner, code: Option<String>) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, owner.surface);
    let (request, issuer) = (context.request(surface), &site.brand.name);
    let replaces = code.is_some();
    let code = code.map(Secret::new);
    match site.authority.begin_second_factor(&*owner.guard, code.as_ref(), issuer, &request).await {
        Ok(set_up) => {
            let picture = qr::svg(set_up.url.expose()).unwrap_or_default();
            show(&context, &owner, Step::Shown { picture, set_up }).await
        }
        Err(SecondFactorError::CodeWrong) if replaces => {
            show(&context, &owner, Step::Replace { problem: Some(wrong_code()) }).await
        }
        // It is on already, by another page of the same person; the page says so.
        Err(SecondFactorError::CodeWrong) => Ok(see_other(&surface.account_path("two-factor"))),
        Err(error) => otherwise(error, site, surface, "two-factor"),
    }
}

/// The first code turns it on.
async fn turn_on(
    context: RequestContext,
    owner: Owner,
    Signed(form): Signed<TwoFactorForm>,
) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, owner.surface);
    let others = if form.end_others.is_some() { OtherSessions::End } else { OtherSessions::Stay };
    let (code, request) = (Secret::new(form.code), context.request(surface));
    match site.authority.turn_on_second_factor(&*owner.guard, &code, others, &request).await {
        Ok(TurnedOn { ended, backup_codes: _ }) => {
            let sessions = match ended {
                None => text("two-factor-others-stay").to_owned(),
                Some(ended) => match counted(ended.into_iter()) {
                    Some(sessions) => ended_sentence(&sessions),
                    None => text("sessions-no-other-was-open").to_owned(),
                },
            };
            let more = sentences([sessions, text("two-factor-is-on-apps").to_owned()]);
            redirect_with_flash(&context, &owner, "two-factor", text("two-factor-is-on"), more)
        }
        Err(SecondFactorError::CodeWrong) => {
            show(&context, &owner, Step::FirstCode { problem: Some(first_code_wrong()) }).await
        }
        Err(error) => otherwise(error, site, surface, "two-factor/on"),
    }
}

async fn turn_off(
    context: RequestContext,
    owner: Owner,
    Signed(form): Signed<TwoFactorForm>,
) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, owner.surface);
    let (password, code) = (Secret::new(form.password), Secret::new(form.code));
    let request = context.request(surface);
    let problem = match site.authority.turn_off_second_factor(&*owner.guard, &password, &code, &request).await
    {
        Ok(()) => {
            let more = text("two-factor-is-off-more").to_owned();
            return redirect_with_flash(&context, &owner, "two-factor", text("two-factor-is-off"), more);
        }
        Err(SecondFactorError::PasswordWrong) => text("password-wrong"),
        Err(SecondFactorError::CodeWrong) => wrong_code(),
        Err(SecondFactorError::TooManyTries) => too_many_tries(),
        Err(error) => return otherwise(error, site, surface, "two-factor/off"),
    };
    show(&context, &owner, Step::TurnOff { problem: Some(problem) }).await
}

/// What no form has a word of its own for. `next` is the page where somebody goes on who has to give the password
/// again.
fn otherwise(
    error: SecondFactorError,
    site: &Site,
    surface: WebSurface,
    next: &str,
) -> Result<Response, PageError> {
    match error {
        SecondFactorError::ReauthRequired(why) => {
            reauthenticate::not_now(why, site, surface, &surface.account_path(next))
        }
        SecondFactorError::BeginAgain
        | SecondFactorError::IsOff
        | SecondFactorError::CodeWrong
        | SecondFactorError::PasswordWrong
        | SecondFactorError::TooManyTries => Ok(see_other(&surface.account_path("two-factor"))),
    }
}

async fn show(context: &RequestContext, owner: &Owner, step: Step) -> Result<Response, PageError> {
    let (site, surface, now) = (&context.site, owner.surface, context.site.now());
    let on_since = site.authority.own_second_factor(&owner.guard).await?.map(|at| RelativeTime::new(at, now));
    let apps = match (&step, on_since.is_some()) {
        (Step::Overview, false) => site.authority.mail_apps(&owner.guard, now).await?,
        _ => Vec::new(),
    };
    let apps = apps.into_iter().map(|app| App {
        surface: app.surface.label(),
        name: query_value(app.client.as_deref().unwrap_or(app.surface.label())),
        client: app.client,
        seen: RelativeTime::new(app.seen, now),
    });
    let root = surface.account_path("two-factor");
    let mut page = owner.page_at(context, step.title(), root.clone());
    if !matches!(step, Step::Overview) {
        page.flash = None;
    }
    let (status, app_passwords) = (step.status(), surface.account_path("app-passwords"));
    Ok(html(status, &TwoFactorPage { page, root, app_passwords, on_since, apps: apps.collect(), step }))
}
