//! The second factor challenge of a sign-in: the page that asks for the code.
//!
//! What the browser holds meanwhile is a cookie that opens nothing and is gone after ten minutes, five wrong codes, or
//! a change of the password.

use crate::http::cookies::{Cookie, Life};
use crate::http::error_page::{PageError, with_retry_after};
use crate::http::form::Plain;
use crate::http::login_redirect::{SignInNotice, after_sign_in, sign_in_url};
use crate::http::redirect::{query_value, see_other};
use crate::http::request_context::{RequestContext, bearer, pending_second_factor};
use crate::session::session_cookie::complete_sign_in;
use crate::site::Site;
use crate::view::filters;
use crate::view::form_problem::wrong_code;
use crate::view::page::{Page, html};
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use postward_authority::{SecondFactorChallengeError, Token};
use postward_texts::text;
use postward_wire::Secret;
use serde::Deserialize;
use std::sync::Arc;

/// As long as the authority waits for the code.
const LIFE_SECONDS: u32 = 10 * 60;

#[derive(Template)]
#[template(path = "second_factor_challenge.html")]
struct ChallengePage {
    page: Page,
    action: &'static str,
    leave: &'static str,
    next: String,
    problem: Option<&'static str>,
}

impl ChallengePage {
    fn reset_path(&self) -> &'static str {
        self.page.surface.unwrap_or(WebSurface::Webmail).entry().password_reset
    }
}

/// The query of the page.
#[derive(Deserialize)]
struct ChallengeQuery {
    #[serde(default)]
    next: String,
}

/// The fields of the form.
#[derive(Deserialize)]
struct ChallengeForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// `GET` and `POST …/code` and `POST …/code/leave` of a surface.
pub(crate) fn routes(surface: WebSurface) -> Router<Arc<Site>> {
    Router::new()
        .route(
            surface.entry().second_factor,
            get(
                async move |context: RequestContext,
                            headers: HeaderMap,
                            Query(query): Query<ChallengeQuery>| {
                    page(&context, surface, &headers, query.next).await
                },
            )
            .post(
                async move |context: RequestContext,
                            headers: HeaderMap,
                            Plain(form): Plain<ChallengeForm>| {
                    finish(context, surface, &headers, form).await
                },
            ),
        )
        .route(
            surface.entry().leave_second_factor,
            post(async move |context: RequestContext| leave(&context.site, surface)),
        )
}

/// Sends a browser whose password was right to the page that asks for the code.
pub(crate) fn ask(
    site: &Site,
    surface: WebSurface,
    token: &Token,
    next: &str,
) -> Result<Response, PageError> {
    let cookie = Cookie::SecondFactorChallenge(surface)
        .set(token.expose(), Life::Seconds(LIFE_SECONDS), site.url.scheme())
        .map_err(|_| PageError::Internal)?;
    let next = query_value(after_sign_in(surface, next));
    Ok((AppendHeaders([cookie]), see_other(&format!("{}?next={next}", surface.entry().second_factor)))
        .into_response())
}

/// Takes the cookie away.
fn clear(site: &Site, surface: WebSurface) -> Result<(HeaderName, HeaderValue), PageError> {
    Cookie::SecondFactorChallenge(surface)
        .set("", Life::Over, site.url.scheme())
        .map_err(|_| PageError::Internal)
}

/// To the sign-in page, with nothing half done left behind.
fn leave(site: &Site, surface: WebSurface) -> Result<Response, PageError> {
    Ok((AppendHeaders([clear(site, surface)?]), see_other(surface.entry().sign_in)).into_response())
}

/// The same with the reason, to go on at `next` after another sign-in.
fn expired(site: &Site, surface: WebSurface, next: &str) -> Result<Response, PageError> {
    let to = sign_in_url(surface, after_sign_in(surface, next), Some(SignInNotice::CodeExpired));
    Ok((AppendHeaders([clear(site, surface)?]), see_other(&to)).into_response())
}

async fn page(
    context: &RequestContext,
    surface: WebSurface,
    headers: &HeaderMap,
    next: String,
) -> Result<Response, PageError> {
    let site = &context.site;
    let Some(token) = pending_second_factor(site, headers, surface) else {
        // Whoever comes back here after the code was taken is not asked to sign in again.
        return match bearer(site, headers, surface) {
            Some(_) => Ok(see_other(after_sign_in(surface, &next))),
            None => leave(site, surface),
        };
    };
    if site.authority.owes_code(&token, surface.into(), site.now()).await? {
        Ok(show(context, surface, StatusCode::OK, next, None))
    } else {
        expired(site, surface, &next)
    }
}

async fn finish(
    context: RequestContext,
    surface: WebSurface,
    headers: &HeaderMap,
    form: ChallengeForm,
) -> Result<Response, PageError> {
    let site = &context.site;
    let Some(token) = pending_second_factor(site, headers, surface) else {
        return expired(site, surface, &form.next);
    };
    let (code, request) = (Secret::new(form.code), context.request(surface));
    let finished = match surface {
        WebSurface::Dashboard => {
            let finished = site.authority.finish_staff_sign_in(&token, &code, &request).await;
            finished.map(|(token, session)| (token, session.email().to_owned()))
        }
        WebSurface::Panel | WebSurface::Webmail => {
            let finished = site.authority.finish_sign_in(&token, &code, &request).await;
            finished.map(|(token, guard)| (token, guard.address().to_string()))
        }
    };
    match finished {
        Ok((token, who)) => {
            let response = complete_sign_in(&context, surface, &token, &who, &form.next)?;
            Ok((AppendHeaders([clear(site, surface)?]), response).into_response())
        }
        Err(SecondFactorChallengeError::CodeWrong) => {
            Ok(show(&context, surface, StatusCode::FORBIDDEN, form.next, Some(wrong_code())))
        }
        Err(SecondFactorChallengeError::Over) => expired(site, surface, &form.next),
        Err(SecondFactorChallengeError::Unavailable(cause)) => {
            tracing::warn!(%cause, "a code could not be looked at");
            let problem = text("sign-in-unavailable");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let page = show(&context, surface, status, form.next, Some(problem));
            Ok(with_retry_after(page))
        }
    }
}

fn show(
    context: &RequestContext,
    surface: WebSurface,
    status: StatusCode,
    next: String,
    problem: Option<&'static str>,
) -> Response {
    // What was done before is no answer to this.
    let page = Page { flash: None, ..context.page(surface, text("code-heading")) };
    let (action, leave) = (surface.entry().second_factor, surface.entry().leave_second_factor);
    html(status, &ChallengePage { page, action, leave, next, problem })
}
