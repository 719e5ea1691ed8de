//! **App passwords**: one for each mail app, and what mail apps may sign in with at all (W8).

use super::flash_redirect::redirect_with_flash;
use crate::auth::reauthenticate;
use crate::http::error_page::PageError;
use crate::http::form::{NoFields, Signed};
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use crate::site::Site;
use crate::view::filters;
use crate::view::flash::{counted, ended_sentence};
use crate::view::page::{Page, html};
use crate::view::relative_time::RelativeTime;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use postward_authority::{
    AppPassword, AppPasswordError, AppPasswordId, Authority, MailAppMode, RevokeReason, Stored,
};
use postward_texts::{message, text};
use postward_wire::Secret;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "account_security/app_passwords.html")]
struct AppPasswordsPage {
    page: Page,
    /// The path of the page itself; its steps stand below.
    root: String,
    mode: MailAppMode,
    active: Vec<Row>,
    over: Vec<Row>,
    step: Step,
}

impl AppPasswordsPage {
    fn apps_only(&self) -> bool {
        self.mode == MailAppMode::AppPasswordsOnly
    }
    fn is_full(&self) -> bool {
        self.active.len() >= Authority::APP_PASSWORDS
    }
}

/// An app password in the list.
struct Row {
    id: AppPasswordId,
    name: String,
    created: RelativeTime,
    /// The surface, the address, and when.
    used: Option<(&'static str, String, RelativeTime)>,
    /// Why it opens nothing any more, and since when.
    over: Option<(&'static str, RelativeTime)>,
}

/// How far somebody has come.
enum Step {
    Overview {
        typed: String,
        problem: Option<&'static str>,
    },
    /// A new one, this once.
    Shown {
        name: String,
        letters: Secret,
    },
    /// Whether one is to get new letters, or to go.
    Ask {
        act: Act,
        id: AppPasswordId,
        name: String,
    },
}

/// What is done to one of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Rotate,
    Revoke,
}

impl Act {
    /// The last part of its path.
    fn name(self) -> &'static str {
        match self {
            Self::Rotate => "rotate",
            Self::Revoke => "revoke",
        }
    }
}

/// The query of the page.
#[derive(Deserialize)]
struct AppPasswordsQuery {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct NewAppPasswordForm {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct ModeForm {
    #[serde(default)]
    mode: String,
}

/// The page and its steps.
pub(super) fn routes(surface: WebSurface) -> Router<Arc<Site>> {
    let at = |page: &str| surface.account_path(page);
    Router::new()
        .route(&at("app-passwords"), get(page).post(add))
        .route(&at("app-passwords/mode"), post(set_mode))
        .route(&at("app-passwords/{id}/rotate"), get(ask_to_rotate).post(rotate))
        .route(&at("app-passwords/{id}/revoke"), get(ask_to_revoke).post(revoke))
}

/// `GET …/app-passwords?name=…`: a page that recommends one for an app names it.
async fn page(
    context: RequestContext,
    owner: Owner,
    Query(query): Query<AppPasswordsQuery>,
) -> Result<Response, PageError> {
    let typed = query.name.chars().take(Authority::APP_PASSWORD_NAME).collect();
    show(&context, &owner, Step::Overview { typed, problem: None }).await
}

/// What is no id is nobody's.
fn id_of(text: &str) -> Result<AppPasswordId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

async fn add(
    context: RequestContext,
    owner: Owner,
    Signed(NewAppPasswordForm { name }): Signed<NewAppPasswordForm>,
) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, owner.surface);
    let request = context.request(surface);
    let problem = match site.authority.add_app_password(&owner.guard, &name, &request).await {
        Ok((_, letters)) => {
            let name = name.trim().to_owned();
            return show(&context, &owner, Step::Shown { name, letters }).await;
        }
        Err(AppPasswordError::Name) => text("app-passwords-name-problem"),
        Err(AppPasswordError::TooMany) => text("app-passwords-full-problem"),
        Err(AppPasswordError::NotFound) => return Err(PageError::NotFound),
        Err(AppPasswordError::ReauthRequired(why)) => {
            return reauthenticate::not_now(why, site, surface, &surface.account_path("app-passwords"));
        }
    };
    show(&context, &owner, Step::Overview { typed: name, problem: Some(problem) }).await
}

async fn rotate(
    context: RequestContext,
    owner: Owner,
    Path(id): Path<String>,
    _: Signed<NoFields>,
) -> Result<Response, PageError> {
    let id = id_of(&id)?;
    let (site, surface) = (&context.site, owner.surface);
    let request = context.request(surface);
    match site.authority.rotate_app_password(&owner.guard, id, &request).await {
        Ok((name, letters)) => show(&context, &owner, Step::Shown { name, letters }).await,
        Err(error) => otherwise(error, site, surface, Act::Rotate, id),
    }
}

async fn ask_to_rotate(
    context: RequestContext,
    owner: Owner,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    ask(&context, &owner, Act::Rotate, id_of(&id)?).await
}

async fn ask_to_revoke(
    context: RequestContext,
    owner: Owner,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    ask(&context, &owner, Act::Revoke, id_of(&id)?).await
}

/// What follows from it, and the safe choice first.
async fn ask(
    context: &RequestContext,
    owner: &Owner,
    act: Act,
    id: AppPasswordId,
) -> Result<Response, PageError> {
    let listed = context.site.authority.app_passwords(&owner.guard).await?;
    let found = listed.into_iter().find(|row| row.id == id && row.revoked.is_none());
    let name = found.ok_or(PageError::NotFound)?.name;
    show(context, owner, Step::Ask { act, id, name }).await
}

async fn revoke(
    context: RequestContext,
    owner: Owner,
    Path(id): Path<String>,
    _: Signed<NoFields>,
) -> Result<Response, PageError> {
    let id = id_of(&id)?;
    let (site, surface) = (&context.site, owner.surface);
    let request = context.request(surface);
    match site.authority.revoke_app_password(&owner.guard, id, &request).await {
        Ok((name, ended)) => {
            let text = match counted(ended.into_iter()) {
                Some(sessions) => ended_sentence(&sessions),
                None => text("app-passwords-none-ended").to_owned(),
            };
            let headline = message("app-passwords-revoked").with("name", name).to_string();
            redirect_with_flash(&context, &owner, "app-passwords", headline, text)
        }
        Err(error) => otherwise(error, site, surface, Act::Revoke, id),
    }
}

async fn set_mode(
    context: RequestContext,
    owner: Owner,
    Signed(form): Signed<ModeForm>,
) -> Result<Response, PageError> {
    let (site, surface) = (&context.site, owner.surface);
    let mode = MailAppMode::parse(&form.mode).ok_or(PageError::Malformed)?;
    let request = context.request(surface);
    match site.authority.set_own_mail_app_mode(&owner.guard, mode, &request).await {
        Ok(()) => {
            let headline = match mode {
                MailAppMode::AppPasswordsOnly => text("mode-app-passwords-only-now"),
                MailAppMode::PasswordOrAppPassword => text("app-passwords-mode-either"),
            };
            let headline = headline.to_owned();
            let more = text("what-is-signed-in-stays").to_owned();
            redirect_with_flash(&context, &owner, "app-passwords", headline, more)
        }
        Err(why) => reauthenticate::not_now(why, site, surface, &surface.account_path("app-passwords")),
    }
}

fn otherwise(
    error: AppPasswordError,
    site: &Site,
    surface: WebSurface,
    act: Act,
    id: AppPasswordId,
) -> Result<Response, PageError> {
    match error {
        AppPasswordError::ReauthRequired(why) => {
            let next = surface.account_path(&format!("app-passwords/{id}/{}", act.name()));
            reauthenticate::not_now(why, site, surface, &next)
        }
        AppPasswordError::NotFound | AppPasswordError::Name | AppPasswordError::TooMany => {
            Err(PageError::NotFound)
        }
    }
}

async fn show(context: &RequestContext, owner: &Owner, step: Step) -> Result<Response, PageError> {
    let (site, surface, now) = (&context.site, owner.surface, context.site.now());
    let mode = site.authority.own_mail_app_mode(&owner.guard).await?;
    let rows = site.authority.app_passwords(&owner.guard).await?.into_iter();
    let (active, over) = rows.map(|row| Row::of(row, now)).partition(|row: &Row| row.over.is_none());
    let root = surface.account_path("app-passwords");
    let (title, status) = match &step {
        Step::Overview { problem: None, .. } => (text("app-passwords"), StatusCode::OK),
        Step::Overview { .. } => (text("app-passwords-not-added"), StatusCode::UNPROCESSABLE_ENTITY),
        Step::Shown { .. } => (text("app-passwords-shown-heading"), StatusCode::OK),
        Step::Ask { act: Act::Rotate, .. } => (text("app-passwords-rotate-title"), StatusCode::OK),
        Step::Ask { act: Act::Revoke, .. } => (text("app-passwords-revoke-title"), StatusCode::OK),
    };
    let mut page = owner.page_at(context, title, root.clone());
    if !matches!(step, Step::Overview { problem: None, .. }) {
        page.flash = None;
    }
    Ok(html(status, &AppPasswordsPage { page, root, mode, active, over, step }))
}

impl Row {
    fn of(row: AppPassword, now: postward_authority::Timestamp) -> Self {
        let AppPassword { id, name, created, used, revoked } = row;
        Self {
            id,
            name,
            created: RelativeTime::new(created, now),
            used: used.map(|used| (used.surface.label(), used.ip, RelativeTime::new(used.at, now))),
            over: revoked.map(|(at, reason)| {
                let words = match reason {
                    Stored::Known(RevokeReason::PasswordChanged) => {
                        text("app-passwords-over-password-changed")
                    }
                    Stored::Known(RevokeReason::NotMe) => text("app-passwords-over-not-me"),
                    Stored::Known(RevokeReason::Revoked) | Stored::Unknown(_) => {
                        text("app-passwords-over-revoked")
                    }
                };
                (words, RelativeTime::new(at, now))
            }),
        }
    }
}
