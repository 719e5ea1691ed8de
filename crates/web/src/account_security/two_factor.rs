//! **Two-factor authentication**: setting it up, putting another authenticator in its place, turning it off (W6).

use super::flash_redirect::redirect_with_flash;
use crate::auth::second_factor_settings::{self, Paths, SecondFactorHolder, Step};
use crate::http::error_page::PageError;
use crate::http::redirect::query_value;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use crate::site::Site;
use crate::view::filters;
use crate::view::flash::{counted, ended_sentence};
use crate::view::form_problem::wrong_code;
use crate::view::page::{Page, html};
use crate::view::relative_time::RelativeTime;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use postward_authority::{OwnSession, TurnedOn};
use postward_texts::{sentences, text};
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
    /// None where nothing is under way.
    step: Option<Step>,
}

/// A mail app that has used the mailbox's password lately.
struct App {
    surface: &'static str,
    client: Option<String>,
    seen: RelativeTime,
    /// Its name, for the form that makes an app password.
    name: String,
}

/// The page and its steps.
pub(super) fn routes(surface: WebSurface) -> Router<Arc<Site>> {
    let paths = paths(surface);
    Router::new().route(&paths.overview, get(page)).merge(second_factor_settings::routes::<Owner>(&paths))
}

fn paths(surface: WebSurface) -> Paths {
    Paths {
        overview: surface.account_path("two-factor"),
        begin: surface.account_path("two-factor/begin"),
        replace: surface.account_path("two-factor/replace"),
        on: surface.account_path("two-factor/on"),
        off: surface.account_path("two-factor/off"),
    }
}

async fn page(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    show(&context, &owner, None).await
}

impl SecondFactorHolder for Owner {
    fn session(&self) -> OwnSession<'_> {
        OwnSession::from(&*self.guard)
    }

    fn surface(&self) -> WebSurface {
        self.surface
    }

    fn paths(&self) -> Paths {
        paths(self.surface)
    }

    fn wrong_code(&self) -> &'static str {
        wrong_code()
    }

    fn wrong_first_code(&self) -> &'static str {
        text("two-factor-first-code-wrong")
    }

    async fn show(&self, context: &RequestContext, step: Step) -> Result<Response, PageError> {
        show(context, self, Some(step)).await
    }

    fn turned_on(&self, context: &RequestContext, on: TurnedOn) -> Result<Response, PageError> {
        let TurnedOn { ended, backup_codes: _ } = on;
        let sessions = match ended {
            None => text("two-factor-others-stay").to_owned(),
            Some(ended) => match counted(ended.into_iter()) {
                Some(sessions) => ended_sentence(&sessions),
                None => text("sessions-no-other-was-open").to_owned(),
            },
        };
        let more = sentences([sessions, text("two-factor-is-on-apps").to_owned()]);
        redirect_with_flash(context, self, "two-factor", text("two-factor-is-on"), more)
    }

    fn turned_off(&self, context: &RequestContext) -> Result<Response, PageError> {
        let more = text("two-factor-is-off-more").to_owned();
        redirect_with_flash(context, self, "two-factor", text("two-factor-is-off"), more)
    }
}

/// The page at a step, or with nothing under way.
async fn show(context: &RequestContext, owner: &Owner, step: Option<Step>) -> Result<Response, PageError> {
    let (site, surface, now) = (&context.site, owner.surface, context.site.now());
    let on_since = site.authority.own_second_factor(&owner.guard).await?.map(|at| RelativeTime::new(at, now));
    let apps = match (&step, on_since.is_some()) {
        (None, false) => site.authority.mail_apps(&owner.guard, now).await?,
        _ => Vec::new(),
    };
    let apps = apps.into_iter().map(|app| App {
        surface: app.surface.label(),
        name: query_value(app.client.as_deref().unwrap_or(app.surface.label())),
        client: app.client,
        seen: RelativeTime::new(app.seen, now),
    });
    let root = surface.account_path("two-factor");
    let title = step.as_ref().map_or_else(|| text("two-factor-authentication"), Step::title);
    let mut page = owner.page_at(context, title, root.clone());
    if step.is_some() {
        page.flash = None;
    }
    let status = step.as_ref().map_or(StatusCode::OK, Step::status);
    let app_passwords = surface.account_path("app-passwords");
    Ok(html(status, &TwoFactorPage { page, root, app_passwords, on_since, apps: apps.collect(), step }))
}
