//! *Forgot password?*: a new password without signing in, with the current one, the recovery code, or a link to the
//! recovery e-mail (W4, W5); for staff with a link (D11).
//!
//! No answer discloses whether an address exists: each way has one sentence for whatever was wrong.

use crate::http::error_page::{PageError, with_retry_after};
use crate::http::flash_cookie;
use crate::http::form::Plain;
use crate::http::request_context::RequestContext;
use crate::site::Site;
use crate::view::filters;
use crate::view::flash::Flash;
use crate::view::form_problem::{FormProblem, too_many_tries};
use crate::view::message_page::MessagePage;
use crate::view::page::{Page, html};
use crate::view::password_form::{
    AskedCode, Current, Entered, Entry, NewPassword, PasswordForm, Words, fields_differ, policy_problems,
};
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use postward_authority::{LinkOwner, RecoverError};
use postward_texts::text;
use postward_wire::{Attempt, Secret};
use serde::Deserialize;
use std::sync::Arc;

/// The ways to a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ResetMethod {
    /// With the current one.
    #[default]
    Password,
    /// With the recovery code.
    Code,
    /// With a link to the recovery e-mail.
    Mail,
}

impl ResetMethod {
    const ALL: [Self; 3] = [Self::Password, Self::Code, Self::Mail];

    fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::Mail => "mail",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Password => text("label-current-password"),
            Self::Code => text("recovery-code"),
            Self::Mail => text("recovery-email"),
        }
    }

    /// What is said whichever part of it was wrong.
    fn refused(self) -> &'static str {
        match self {
            Self::Password => text("reset-wrong-password"),
            Self::Code => text("reset-wrong-code"),
            Self::Mail => "",
        }
    }
}

pub(crate) fn words() -> Words {
    Words {
        new: text("password-words-new"),
        again: text("password-words-again"),
        generate: text("password-words-generate"),
        save: text("password-words-save"),
        refused: text("password-words-refused"),
    }
}

fn not_now() -> &'static str {
    text("reset-not-now")
}

#[derive(Template)]
#[template(path = "password_reset.html")]
struct ResetPage {
    page: Page,
    path: &'static str,
    by: ResetMethod,
    shown: Shown,
}

/// What stands under the tabs.
enum Shown {
    /// The form for a new password.
    Form(Box<PasswordForm>),
    /// The form that asks for a link.
    Ask { typed: String, problem: Option<&'static str> },
}

impl ResetPage {
    fn ways(&self) -> [ResetMethod; 3] {
        ResetMethod::ALL
    }
    fn sign_in_path(&self) -> &'static str {
        self.page.surface.unwrap_or(WebSurface::Webmail).entry().sign_in
    }
}

/// The query of the page.
#[derive(Deserialize)]
struct PasswordResetQuery {
    #[serde(default)]
    by: ResetMethod,
}

/// The fields of the form.
#[derive(Deserialize)]
struct PasswordResetForm {
    #[serde(default)]
    by: ResetMethod,
    #[serde(alias = "email", default)]
    address: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    recovery_code: String,
    #[serde(flatten)]
    new: NewPassword,
}

/// `GET` and `POST …/password-reset` of a surface.
pub(crate) fn routes(surface: WebSurface) -> Router<Arc<Site>> {
    let pages = get(async move |context: RequestContext, Query(query): Query<PasswordResetQuery>| {
        let by = method_at(surface, query.by);
        show(&context, surface, StatusCode::OK, by, empty(&context, surface, by, String::new()))
    })
    .post(async move |context: RequestContext, Plain(typed): Plain<PasswordResetForm>| {
        match method_at(surface, typed.by) {
            ResetMethod::Mail => Ok(ask_for_link(&context, surface, typed.address).await),
            by => set(&context, surface, by, typed).await,
        }
    });
    Router::new().route(surface.entry().password_reset, pages)
}

/// Staff have one way only.
fn method_at(surface: WebSurface, by: ResetMethod) -> ResetMethod {
    if surface == WebSurface::Dashboard { ResetMethod::Mail } else { by }
}

async fn set(
    context: &RequestContext,
    surface: WebSurface,
    by: ResetMethod,
    typed: PasswordResetForm,
) -> Result<Response, PageError> {
    let (site, request) = (&context.site, context.request(surface));
    let PasswordResetForm { address, code, recovery_code, new, .. } = typed;
    let form = form(site, surface, by, address.clone());
    let (password, current) = match new.entered(Entry::Twice) {
        Entered::Generate => {
            return Ok(show_form(context, surface, StatusCode::OK, by, form.with_generated()));
        }
        Entered::Differ => {
            let form = form.with_problems(fields_differ());
            return Ok(show_form(context, surface, StatusCode::UNPROCESSABLE_ENTITY, by, form));
        }
        Entered::New { password, current } => (password, current),
    };
    let replaced = match by {
        ResetMethod::Code => {
            let code = Secret::new(recovery_code);
            site.authority.recover_with_code(&address, code, password, &request).await
        }
        ResetMethod::Password | ResetMethod::Mail => {
            // An empty current password is a wrong one.
            let secret = current.unwrap_or_else(|| Secret::new(String::new()));
            let code = (!code.trim().is_empty()).then(|| Secret::new(code));
            let attempt = Attempt { authcid: address, secret };
            site.authority.change_signed_out(attempt, code, password, &request).await
        }
    };
    let (status, problems) = match replaced {
        Ok(receipt) => {
            let flash = match by {
                ResetMethod::Code => Flash::recovered(&receipt, surface),
                ResetMethod::Password | ResetMethod::Mail => Flash::password_changed(&receipt, surface),
            };
            return flash_cookie::redirect(site, &flash, surface.entry().sign_in);
        }
        Err(RecoverError::Policy(missing)) => (StatusCode::UNPROCESSABLE_ENTITY, policy_problems(&missing)),
        // RFC 9110 §15.5.4, as at the sign-in.
        Err(RecoverError::Refused) => {
            (StatusCode::FORBIDDEN, vec![FormProblem::new("address", by.refused())])
        }
        Err(RecoverError::TooManyTries) => {
            (StatusCode::TOO_MANY_REQUESTS, vec![FormProblem::new("address", too_many_tries())])
        }
        Err(RecoverError::Unavailable(cause)) => {
            tracing::warn!(%cause, "a password could not be set");
            (StatusCode::SERVICE_UNAVAILABLE, vec![FormProblem::new("address", not_now())])
        }
    };
    Ok(show_form(context, surface, status, by, form.with_problems(problems)))
}

/// Whatever comes of it, the answer is the same.
async fn ask_for_link(context: &RequestContext, surface: WebSurface, typed: String) -> Response {
    let (site, request) = (&context.site, context.request(surface));
    let owner = match surface {
        WebSurface::Dashboard => LinkOwner::Staff,
        WebSurface::Panel | WebSurface::Webmail => LinkOwner::Mailbox,
    };
    let (status, problem) = match site.authority.ask_for_reset_link(owner, &typed, &request).await {
        // Nothing of a new password is asked here, so that nothing can be missing in it.
        Ok(()) | Err(RecoverError::Refused | RecoverError::Policy(_)) => return asked_for(context, surface),
        Err(RecoverError::TooManyTries) => (StatusCode::TOO_MANY_REQUESTS, too_many_tries()),
        Err(RecoverError::Unavailable(cause)) => {
            tracing::warn!(%cause, "a link could not be asked for");
            (StatusCode::SERVICE_UNAVAILABLE, not_now())
        }
    };
    let shown = Shown::Ask { typed, problem: Some(problem) };
    show(context, surface, status, ResetMethod::Mail, shown)
}

fn asked_for(context: &RequestContext, surface: WebSurface) -> Response {
    let page = Page {
        here: surface.entry().password_reset.to_owned(),
        flash: None,
        ..context.page(surface, text("reset-check-mail"))
    };
    let message = MessagePage::new(page, text("reset-check-mail"));
    let message = match surface {
        WebSurface::Dashboard => {
            message.paragraph(text("reset-sent-staff")).paragraph(text("reset-sent-staff-hour"))
        }
        WebSurface::Panel | WebSurface::Webmail => message
            .paragraph(text("reset-sent"))
            .paragraph(text("reset-nothing-there"))
            .link(format!("{}?by=code", surface.entry().password_reset), text("reset-use-code")),
    };
    message.link(surface.entry().sign_in, text("back-to-sign-in")).response(StatusCode::OK)
}

fn empty(context: &RequestContext, surface: WebSurface, by: ResetMethod, typed: String) -> Shown {
    match by {
        ResetMethod::Mail => Shown::Ask { typed, problem: None },
        ResetMethod::Password | ResetMethod::Code => {
            Shown::Form(Box::new(form(&context.site, surface, by, typed)))
        }
    }
}

fn form(site: &Site, surface: WebSurface, by: ResetMethod, address: String) -> PasswordForm {
    let consequence = match by {
        ResetMethod::Code => text("reset-consequence-code"),
        ResetMethod::Password | ResetMethod::Mail => text("reset-consequence"),
    };
    let (current, code) = match by {
        ResetMethod::Code => (Current::NotAsked, AskedCode::Recovery),
        ResetMethod::Password | ResetMethod::Mail => (Current::Asked, AskedCode::IfOn),
    };
    PasswordForm {
        current,
        code,
        typed_address: Some(address),
        hidden: vec![("by", by.name().to_owned())],
        consequence: consequence.to_owned(),
        ..PasswordForm::new(site, surface.entry().password_reset.to_owned(), String::new(), words())
    }
}

fn show_form(
    context: &RequestContext,
    surface: WebSurface,
    status: StatusCode,
    by: ResetMethod,
    form: PasswordForm,
) -> Response {
    show(context, surface, status, by, Shown::Form(Box::new(form)))
}

fn show(
    context: &RequestContext,
    surface: WebSurface,
    status: StatusCode,
    by: ResetMethod,
    shown: Shown,
) -> Response {
    let here = format!("{}?by={}", surface.entry().password_reset, by.name());
    // What was done before is no answer to this.
    let mut page = Page { flash: None, here, ..context.page(surface, text("set-new-password")) };
    if let Shown::Form(form) = &shown {
        form.mark_title(&mut page);
    }
    with_retry_after(html(status, &ResetPage { page, path: surface.entry().password_reset, by, shown }))
}
