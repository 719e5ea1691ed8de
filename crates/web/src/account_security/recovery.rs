//! **Recovery**: the recovery e-mail and the recovery code of an owner (W9).

use super::flash_redirect::redirect_with_flash;
use crate::auth::reauthenticate;
use crate::http::error_page::PageError;
use crate::http::form::{NoFields, Signed};
use crate::http::redirect::see_other;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use crate::site::Site;
use crate::view::filters;
use crate::view::page::{Page, html};
use crate::view::relative_time::RelativeTime;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use postward_authority::{RecoveryEmailError, Timestamp};
use postward_texts::{message, text};
use postward_wire::{Address, Secret};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "account_security/recovery.html")]
struct RecoveryPage {
    page: Page,
    /// The path of the page itself; its steps stand below.
    root: String,
    email: Option<(String, RelativeTime)>,
    held_until: Option<RelativeTime>,
    code_issued: Option<RelativeTime>,
    step: Step,
}

/// How far somebody has come.
enum Step {
    /// Nothing is under way.
    Overview,
    /// An address is asked for.
    Email { typed: String, problem: Option<String> },
    /// Whether the recovery e-mail is to go.
    RemoveEmail,
    /// Whether there is to be a new code.
    NewCode,
    /// The code, this once.
    Code(Secret),
}

impl Step {
    fn title(&self) -> &'static str {
        match self {
            Self::Overview => text("recovery"),
            Self::Email { problem: None, .. } => text("recovery-email"),
            Self::Email { .. } => text("recovery-email-not-saved"),
            Self::RemoveEmail => text("recovery-email-remove-heading"),
            Self::NewCode => text("recovery-code-new-heading"),
            Self::Code(_) => text("recovery-code-shown-heading"),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Email { problem: Some(_), .. } => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::OK,
        }
    }

    /// The path that asks for it by GET.
    fn path(&self, surface: WebSurface) -> String {
        surface.account_path(match self {
            Self::Overview | Self::Code(_) => "recovery",
            Self::Email { .. } => "recovery/email",
            Self::RemoveEmail => "recovery/remove-email",
            Self::NewCode => "recovery/code",
        })
    }
}

/// The fields of the form.
#[derive(Deserialize)]
struct RecoveryEmailForm {
    #[serde(default)]
    address: String,
}

/// The page and its steps. A step is shown by GET once the session may act, and done by POST.
pub(super) fn routes(surface: WebSurface) -> Router<Arc<Site>> {
    let at = |page: &str| surface.account_path(page);
    Router::new()
        .route(&at("recovery"), get(page))
        .route(&at("recovery/email"), get(ask_for_email).post(name_email))
        .route(&at("recovery/remove-email"), get(ask_to_remove_email).post(remove_email))
        .route(&at("recovery/code"), get(ask_for_code).post(new_code))
}

async fn page(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    show(&context, &owner, Step::Overview).await
}

async fn ask_for_email(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    begin(&context, &owner, Step::Email { typed: String::new(), problem: None }).await
}

async fn ask_to_remove_email(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    begin(&context, &owner, Step::RemoveEmail).await
}

async fn ask_for_code(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    begin(&context, &owner, Step::NewCode).await
}

/// Shows a step, to whoever may act now.
async fn begin(context: &RequestContext, owner: &Owner, step: Step) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, owner.surface);
    match site.authority.require_recent_auth(&*owner.guard, site.now()).await {
        Ok(()) => show(context, owner, step).await,
        Err(why) => reauthenticate::not_now(why, site, surface, &step.path(surface)),
    }
}

async fn name_email(
    context: RequestContext,
    owner: Owner,
    Signed(RecoveryEmailForm { address: typed }): Signed<RecoveryEmailForm>,
) -> Result<Response, PageError> {
    let (site, now) = (&context.site, context.site.now());
    let address = match Address::parse(&typed) {
        Ok(address) => address,
        Err(why) => {
            return show(&context, &owner, Step::Email { typed, problem: Some(why.to_string()) }).await;
        }
    };
    match site.authority.name_recovery_email(&owner.guard, &address, now).await {
        Ok(()) => {
            let headline = message("recovery-email-sent").with("address", address).to_string();
            redirect_with_flash(&context, &owner, "recovery", headline, text("recovery-email-sent-more"))
        }
        Err(RecoveryEmailError::Itself) => {
            let problem = text("recovery-email-itself").to_owned();
            show(&context, &owner, Step::Email { typed, problem: Some(problem) }).await
        }
        Err(why) => not_changed(&context, &owner, why, "recovery/email"),
    }
}

async fn remove_email(
    context: RequestContext,
    owner: Owner,
    _: Signed<NoFields>,
) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, owner.surface);
    let removed = site.authority.remove_recovery_email(&owner.guard, &context.request(surface)).await;
    match removed {
        Ok(()) => redirect_with_flash(
            &context,
            &owner,
            "recovery",
            text("recovery-email-removed").to_owned(),
            text("recovery-email-removed-more"),
        ),
        Err(why) => not_changed(&context, &owner, why, "recovery/remove-email"),
    }
}

/// The overview says how things stand: that it is held, and until when, or that there is none.
fn not_changed(
    context: &RequestContext,
    owner: &Owner,
    why: RecoveryEmailError,
    next: &str,
) -> Result<Response, PageError> {
    let surface = owner.surface;
    match why {
        RecoveryEmailError::ReauthRequired(why) => {
            reauthenticate::not_now(why, &context.site, surface, &surface.account_path(next))
        }
        RecoveryEmailError::Held(_) | RecoveryEmailError::None | RecoveryEmailError::Itself => {
            Ok(see_other(&surface.account_path("recovery")))
        }
    }
}

async fn new_code(context: RequestContext, owner: Owner, _: Signed<NoFields>) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, owner.surface);
    match site.authority.issue_own_recovery_code(&owner.guard, &context.request(surface)).await {
        Ok(code) => {
            let page = show(&context, &owner, Step::Code(code)).await?;
            Ok(([(header::CACHE_CONTROL, "no-store")], page).into_response())
        }
        Err(why) => reauthenticate::not_now(why, site, surface, &surface.account_path("recovery/code")),
    }
}

async fn show(context: &RequestContext, owner: &Owner, step: Step) -> Result<Response, PageError> {
    let (site, surface, now) = (&context.site, owner.surface, context.site.now());
    let when = |at: Timestamp| RelativeTime::new(at, now);
    // What is shown once is shown even when the rest cannot be.
    let (email, code_issued) = match &step {
        Step::Overview | Step::RemoveEmail | Step::Email { .. } => {
            let email = site.authority.recovery_email(&owner.guard, now).await?;
            (Some(email), site.authority.own_recovery_code_issued(&owner.guard).await?)
        }
        Step::NewCode => (None, site.authority.own_recovery_code_issued(&owner.guard).await?),
        Step::Code(_) => (None, None),
    };
    let (address, held_until) = email.map_or((None, None), |email| (email.address, email.held_until));
    let removes_nothing = matches!(step, Step::RemoveEmail) && address.is_none();
    let held = matches!(step, Step::RemoveEmail | Step::Email { .. }) && held_until.is_some();
    if removes_nothing || held {
        return Ok(see_other(&surface.account_path("recovery")));
    }
    let mut page = owner.page_at(context, step.title(), step.path(surface));
    if !matches!(step, Step::Overview) {
        // What was done before is no answer to this.
        page.flash = None;
    }
    let status = step.status();
    let recovery = RecoveryPage {
        page,
        root: surface.account_path("recovery"),
        email: address.map(|(address, at)| (address, when(at))),
        held_until: held_until.map(when),
        code_issued: code_issued.map(when),
        step,
    };
    Ok(html(status, &recovery))
}
