//! The pages behind mailed links. A GET changes nothing, because mail scanners follow links; the button does.
//!
//! The token stands in the address the mail carries and in the hidden field of the one form, and goes nowhere else: the
//! pages send no referrer with their address and are kept by no cache.

use crate::auth::password_reset::words;
use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::http::form::Plain;
use crate::http::redirect::query_value;
use crate::http::request_context::RequestContext;
use crate::site::Site;
use crate::view::filters;
use crate::view::flash::{Flash, ended_and_revoked};
use crate::view::form_problem::{FormProblem, wrong_code};
use crate::view::message_page::MessagePage;
use crate::view::page::{Page, html};
use crate::view::password_form::{
    AskedCode, Entered, Entry, NewPassword, PasswordForm, fields_differ, policy_problems,
};
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use postward_authority::{LinkError, LinkKind, OpenLink, Token};
use postward_texts::{message, text};
use postward_wire::Secret;
use serde::Deserialize;
use std::sync::Arc;

/// The path and query of a mailed link; the public address of the host goes before it. Nothing a browser says has a
/// part in it.
pub fn link_path(kind: LinkKind, token: &str) -> String {
    format!("{}?token={}", path(kind), query_value(token))
}

fn path(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Reset => "/webmail/password-reset/link",
        LinkKind::VerifyRecoveryEmail => "/webmail/recovery-email/verify",
        LinkKind::NotMe => "/webmail/not-me",
        LinkKind::StaffReset => "/dashboard/password-reset/link",
    }
}

fn surface(kind: LinkKind) -> WebSurface {
    match kind {
        LinkKind::StaffReset => WebSurface::Dashboard,
        LinkKind::Reset | LinkKind::VerifyRecoveryEmail | LinkKind::NotMe => WebSurface::Webmail,
    }
}

/// What the mail's link asks with.
#[derive(Deserialize)]
struct MailedLinkQuery {
    #[serde(default)]
    token: String,
}

/// What a form for a new password sends.
#[derive(Deserialize)]
struct NewPasswordForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    code: String,
    #[serde(flatten)]
    new: NewPassword,
}

#[derive(Template)]
#[template(path = "reset_link.html")]
struct ResetLinkPage {
    page: Page,
    form: PasswordForm,
}

/// `GET` and `POST` of every mailed link.
pub(crate) fn routes() -> Router<Arc<Site>> {
    let mut router = Router::new();
    for kind in [LinkKind::Reset, LinkKind::StaffReset] {
        let pages = get(async move |context: RequestContext, Query(query): Query<MailedLinkQuery>| {
            sealed(opened(&context, kind, query.token).await)
        })
        .post(async move |context: RequestContext, Plain(typed): Plain<NewPasswordForm>| {
            sealed(reset(&context, kind, typed).await)
        });
        router = router.route(path(kind), pages);
    }
    for kind in [LinkKind::VerifyRecoveryEmail, LinkKind::NotMe] {
        let pages = get(async move |context: RequestContext, Query(query): Query<MailedLinkQuery>| {
            sealed(opened(&context, kind, query.token).await)
        })
        .post(async move |context: RequestContext, Plain(form): Plain<MailedLinkQuery>| {
            sealed(match kind {
                LinkKind::NotMe => not_me(&context, &form.token).await,
                _ => verify(&context, &form.token).await,
            })
        });
        router = router.route(path(kind), pages);
    }
    router
}

/// The address of such a page is sent to nobody, not even with requests for our own pictures and scripts. Not
/// `no-referrer`, with which a browser says `Origin: null` of our own form (Fetch standard, "append a request `Origin`
/// header"): one that sends no `Sec-Fetch-Site` could then not be told from somebody else's page, and would be refused.
fn sealed(answer: Result<Response, PageError>) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    response
}

/// The page of a link, which is not spent by being looked at.
async fn opened(context: &RequestContext, kind: LinkKind, token: String) -> Result<Response, PageError> {
    let site = &context.site;
    let Some(link) = site.authority.open_link(&Token::from_link(&token), kind, site.now()).await? else {
        return Ok(over(context, kind));
    };
    Ok(match kind {
        LinkKind::Reset | LinkKind::StaffReset => {
            show(context, kind, StatusCode::OK, form(site, kind, &link, token))
        }
        LinkKind::VerifyRecoveryEmail => {
            let heading = text("link-verify-heading");
            let address = link.address.unwrap_or_default();
            MessagePage::new(page(context, kind, heading), heading)
                .paragraph(
                    message("link-verify-becomes").with("address", address).with("mailbox", &link.login),
                )
                .paragraph(text("link-verify-what-for"))
                .button(path(kind), token, text("link-verify-button"))
                .response(StatusCode::OK)
        }
        LinkKind::NotMe => {
            let heading = text("link-not-me-heading");
            MessagePage::new(page(context, kind, heading), heading)
                .paragraph(message("link-not-me-intro").with("mailbox", &link.login))
                .list(&[
                    text("link-not-me-signed-out"),
                    text("link-not-me-app-passwords"),
                    text("link-not-me-links"),
                    text("link-not-me-held"),
                ])
                .paragraph(text("link-not-me-what-stays"))
                .button(path(kind), token, text("link-not-me-button"))
                .response(StatusCode::OK)
        }
    })
}

async fn reset(
    context: &RequestContext,
    kind: LinkKind,
    typed: NewPasswordForm,
) -> Result<Response, PageError> {
    let NewPasswordForm { token: token_text, code, new } = typed;
    let (site, surface) = (&context.site, surface(kind));
    // Before the link is used up, for the page that says what was wrong.
    let Some(link) = site.authority.open_link(&Token::from_link(&token_text), kind, site.now()).await? else {
        return Ok(over(context, kind));
    };
    let form = form(site, kind, &link, token_text);
    let password = match new.entered(Entry::Twice) {
        Entered::Generate => return Ok(show(context, kind, StatusCode::OK, form.with_generated())),
        Entered::Differ => {
            let form = form.with_problems(fields_differ());
            return Ok(show(context, kind, StatusCode::UNPROCESSABLE_ENTITY, form));
        }
        Entered::New { password, .. } => password,
    };
    let (code, request) = ((!code.trim().is_empty()).then(|| Secret::new(code)), context.request(surface));
    let (status, problems) = match site.authority.reset_by_link(link, code, password, &request).await {
        Ok(receipt) => {
            return flash_cookie::redirect(
                site,
                &Flash::password_changed(&receipt, surface),
                surface.entry().sign_in,
            );
        }
        Err(LinkError::Over) => return Ok(over(context, kind)),
        Err(LinkError::Unavailable(cause)) => return Err(cause.into()),
        Err(LinkError::Policy(missing)) => (StatusCode::UNPROCESSABLE_ENTITY, policy_problems(&missing)),
        Err(LinkError::CodeMissing) => {
            let problem = text("link-code-too");
            (StatusCode::UNPROCESSABLE_ENTITY, vec![FormProblem::new("code", problem)])
        }
        Err(LinkError::CodeWrong) => (StatusCode::FORBIDDEN, vec![FormProblem::new("code", wrong_code())]),
    };
    Ok(show(context, kind, status, form.with_problems(problems)))
}

async fn verify(context: &RequestContext, token: &str) -> Result<Response, PageError> {
    let (site, kind) = (&context.site, LinkKind::VerifyRecoveryEmail);
    let request = context.request(WebSurface::Webmail);
    match site.authority.verify_recovery_email(&Token::from_link(token), &request).await {
        Ok((mailbox, address)) => {
            let heading = text("link-verified-heading");
            Ok(MessagePage::new(page(context, kind, heading), heading)
                .paragraph(message("link-verified").with("address", address).with("mailbox", mailbox))
                .link("/webmail", text("link-to-webmail"))
                .response(StatusCode::OK))
        }
        Err(LinkError::Unavailable(cause)) => Err(cause.into()),
        Err(_) => Ok(over(context, kind)),
    }
}

async fn not_me(context: &RequestContext, token: &str) -> Result<Response, PageError> {
    let (site, kind) = (&context.site, LinkKind::NotMe);
    let request = context.request(WebSurface::Webmail);
    match site.authority.not_me(&Token::from_link(token), &request).await {
        Ok(receipt) => {
            let heading = text("link-ended-heading");
            let address = &receipt.address;
            Ok(MessagePage::new(page(context, kind, heading), heading)
                .paragraph(format!("{address}: {}", ended_and_revoked(&receipt)))
                .paragraph(text("link-ended-held"))
                .paragraph(text("link-ended-set-new"))
                .next_step(
                    format!("{}?by=password", WebSurface::Webmail.entry().password_reset),
                    text("set-new-password"),
                )
                .link("/webmail", text("link-to-webmail"))
                .response(StatusCode::OK))
        }
        Err(LinkError::Unavailable(cause)) => Err(cause.into()),
        Err(_) => Ok(over(context, kind)),
    }
}

/// RFC 9110 §15.5.11: the link may have been good once; whether it was is not said.
fn over(context: &RequestContext, kind: LinkKind) -> Response {
    let heading = text("link-gone-heading");
    let message = MessagePage::new(page(context, kind, heading), heading).paragraph(text("nothing-changed"));
    let message = match kind {
        LinkKind::Reset | LinkKind::StaffReset => message
            .paragraph(text("link-gone-reset"))
            .link(format!("{}?by=mail", surface(kind).entry().password_reset), text("link-gone-another")),
        LinkKind::VerifyRecoveryEmail => message.paragraph(text("link-gone-verify")),
        LinkKind::NotMe => message.paragraph(text("link-gone-not-me")).link(
            format!("{}?by=password", WebSurface::Webmail.entry().password_reset),
            text("set-new-password"),
        ),
    };
    message.link(surface(kind).entry().sign_in, text("action-sign-in")).response(StatusCode::GONE)
}

fn form(site: &Site, kind: LinkKind, link: &OpenLink, token: String) -> PasswordForm {
    let (code, consequence) = match kind {
        LinkKind::StaffReset => (AskedCode::SixDigitsOrBackup, text("link-consequence-staff")),
        _ => (AskedCode::SixDigits, text("reset-consequence")),
    };
    PasswordForm {
        code: if link.code_needed { code } else { AskedCode::None },
        hidden: vec![("token", token)],
        consequence: consequence.to_owned(),
        ..PasswordForm::new(site, path(kind).to_owned(), link.login.to_string(), words())
    }
}

fn show(context: &RequestContext, kind: LinkKind, status: StatusCode, form: PasswordForm) -> Response {
    let mut page = page(context, kind, text("set-new-password"));
    form.mark_title(&mut page);
    html(status, &ResetLinkPage { page, form })
}

/// A page that does not repeat its own address.
fn page(context: &RequestContext, kind: LinkKind, title: &str) -> Page {
    Page { flash: None, here: path(kind).to_owned(), ..context.page(surface(kind), title) }
}
