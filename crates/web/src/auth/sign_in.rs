//! The sign-in page, one for all three surfaces, and signing out.

use crate::auth::second_factor_challenge;
use crate::http::csrf::Csrf;
use crate::http::error_page::{PageError, with_retry_after};
use crate::http::flash_cookie;
use crate::http::form::Plain;
use crate::http::login_redirect::SignInNotice;
use crate::http::request_context::{RequestContext, bearer};
use crate::session::session_cookie::{complete_sign_in, signed_out};
use crate::site::Site;
use crate::view::filters;
use crate::view::form_problem::too_many_tries;
use crate::view::page::{Page, html};
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use postward_authority::{SignedIn, SignedOut};
use postward_texts::text;
use postward_wire::{Attempt, Refusal, Secret};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    action: &'static str,
    /// What was typed before; never a password.
    typed: String,
    next: String,
    /// Why the person is here, where they did not choose to come.
    ended: Option<&'static str>,
    problem: Option<&'static str>,
}

impl SignInPage {
    /// Where a password is set without signing in: one page for mailboxes, reached at two surfaces, and one for staff.
    fn reset_path(&self) -> &'static str {
        self.page.surface.unwrap_or(WebSurface::Webmail).entry().password_reset
    }
}

/// The query of the page.
#[derive(Deserialize)]
struct SignInQuery {
    #[serde(default)]
    next: String,
    #[serde(default)]
    ended: String,
}

/// What the form sends; staff have an e-mail address, mailboxes an address.
#[derive(Deserialize)]
struct SignInForm {
    #[serde(alias = "email", default)]
    address: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `GET` and `POST …/sign-in` and `POST …/sign-out` of a surface.
pub(crate) fn routes(surface: WebSurface) -> Router<Arc<Site>> {
    Router::new()
        .route(
            surface.entry().sign_in,
            get(async move |context: RequestContext, Query(query): Query<SignInQuery>| {
                show(&context, surface, query)
            })
            .post(async move |context: RequestContext, Plain(form): Plain<SignInForm>| {
                sign_in(context, surface, form).await
            }),
        )
        .route(
            surface.entry().sign_out,
            post(
                async move |context: RequestContext, headers: HeaderMap, Plain(form): Plain<SignOutForm>| {
                    sign_out(&context, surface, &headers, &form.csrf).await
                },
            ),
        )
}

fn show(context: &RequestContext, surface: WebSurface, query: SignInQuery) -> Response {
    html(
        StatusCode::OK,
        &SignInPage {
            page: context.page(surface, text("action-sign-in")),
            action: surface.entry().sign_in,
            typed: String::new(),
            next: query.next,
            ended: SignInNotice::from_name(&query.ended).map(SignInNotice::sentence),
            problem: None,
        },
    )
}

fn refused(
    context: &RequestContext,
    surface: WebSurface,
    typed: String,
    next: String,
    refusal: Refusal,
) -> Response {
    let (status, problem) = match refusal {
        // RFC 9110 §15.5.4: credentials were given and are not enough. A 401 would have to name an HTTP scheme.
        Refusal::Rejected => (StatusCode::FORBIDDEN, text("sign-in-wrong")),
        Refusal::TooManyTries => (StatusCode::TOO_MANY_REQUESTS, too_many_tries()),
        Refusal::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, text("sign-in-unavailable")),
    };
    // What was done before is no answer to this.
    let page = Page { flash: None, ..context.page(surface, text("action-sign-in")) };
    let action = surface.entry().sign_in;
    let page = SignInPage { page, action, typed, next, ended: None, problem: Some(problem) };
    with_retry_after(html(status, &page))
}

async fn sign_in(
    context: RequestContext,
    surface: WebSurface,
    form: SignInForm,
) -> Result<Response, PageError> {
    let site = &context.site;
    let attempt = Attempt { authcid: form.address.clone(), secret: Secret::new(form.password) };
    let request = context.request(surface);
    let signed_in = match surface {
        WebSurface::Dashboard => {
            let signed_in = site.authority.sign_in_staff(attempt, &request).await;
            signed_in.map(|signed_in| named(signed_in, |session| session.email().to_owned()))
        }
        WebSurface::Panel | WebSurface::Webmail => {
            let signed_in = site.authority.sign_in_browser(attempt, &request).await;
            signed_in.map(|signed_in| named(signed_in, |guard| guard.address().to_string()))
        }
    };
    match signed_in {
        Ok(SignedIn::Session(token, who)) => complete_sign_in(&context, surface, &token, &who, &form.next),
        Ok(SignedIn::CodeOwed(token)) => second_factor_challenge::ask(site, surface, &token, &form.next),
        Err(refusal) => Ok(refused(&context, surface, form.address, form.next, refusal)),
    }
}

/// The same sign-in with only the name of who it is.
fn named<S>(signed_in: SignedIn<S>, name: impl FnOnce(&S) -> String) -> SignedIn<String> {
    match signed_in {
        SignedIn::Session(token, session) => SignedIn::Session(token, name(&session)),
        SignedIn::CodeOwed(token) => SignedIn::CodeOwed(token),
    }
}

/// The form of the sign-out button.
#[derive(Deserialize)]
struct SignOutForm {
    #[serde(default)]
    csrf: String,
}

/// Not behind [`crate::session::extractors::require_owner`]: it ends the session instead of borrowing it.
async fn sign_out(
    context: &RequestContext,
    surface: WebSurface,
    headers: &HeaderMap,
    csrf: &str,
) -> Result<Response, PageError> {
    let site = &context.site;
    let Some(token) = bearer(site, headers, surface) else { return leave(site, surface) };
    Csrf::of(&token).verify(csrf)?;
    let request = context.request(surface);
    let ended = match surface {
        WebSurface::Dashboard => match site.authority.resume_staff(&token, &request).await {
            Ok(session) => Ok(site.authority.sign_out_staff(session, request.now).await?),
            Err(refused) => Err(refused),
        },
        WebSurface::Panel | WebSurface::Webmail => match site.authority.resume(&token, &request).await {
            Ok(session) => Ok(site.authority.sign_out(session, request.now).await?),
            Err(refused) => Err(refused),
        },
    };
    match ended {
        Ok(()) | Err(SignedOut::Ended) => leave(site, surface),
        Err(SignedOut::Unavailable(cause)) => Ok(PageError::from(cause).into_response()),
    }
}

/// Nothing is left behind for the next person, not even what the last act did.
fn leave(site: &Site, surface: WebSurface) -> Result<Response, PageError> {
    flash_cookie::clear(site, signed_out(site, surface)?)
}
