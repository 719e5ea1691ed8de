//! *My account*: the tab *Account*, where the owner changes the password and is signed out everywhere (W2).

use crate::auth::reauthenticate;
use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::http::form::Signed;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use crate::session::session_cookie::signed_out;
use crate::view::filters;
use crate::view::flash::Flash;
use crate::view::form_problem::{FormProblem, too_many_tries};
use crate::view::page::{Page, html};
use crate::view::password_form::{
    Current, Entered, Entry, NewPassword, PasswordForm, RevokeBox, Words, fields_differ, policy_problems,
};
use crate::web_surface::WebSurface;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::{AppPasswords, ChangeError, Confirmation};
use postward_texts::text;
use postward_wire::Secret;

#[derive(Template)]
#[template(path = "webmail/account.html")]
struct AccountPage {
    page: Page,
    form: PasswordForm,
}

fn words() -> Words {
    Words {
        new: text("password-words-new"),
        again: text("webmail-words-again"),
        generate: text("password-words-generate-short"),
        save: text("webmail-words-save"),
        refused: text("password-words-refused"),
    }
}

/// `GET /webmail/account`.
pub(super) async fn page(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    let form = form(&context, &owner, AppPasswords::Revoke).await?;
    Ok(show(&context, &owner, StatusCode::OK, form))
}

/// `POST /webmail/account/password`.
pub(super) async fn change(
    context: RequestContext,
    owner: Owner,
    Signed(typed): Signed<NewPassword>,
) -> Result<Response, PageError> {
    let app_passwords = typed.app_passwords();
    let form = form(&context, &owner, app_passwords).await?;
    let (current, password) = match typed.entered(Entry::Twice) {
        Entered::Generate => return Ok(show(&context, &owner, StatusCode::OK, form.with_generated())),
        Entered::Differ => {
            let form = form.with_problems(fields_differ());
            return Ok(show(&context, &owner, StatusCode::UNPROCESSABLE_ENTITY, form));
        }
        // An empty current password is a wrong one.
        Entered::New { password, current } => {
            (current.unwrap_or_else(|| Secret::new(String::new())), password)
        }
    };
    let (site, request) = (&context.site, context.request(WebSurface::Webmail));
    let confirmation = Confirmation::Current(current);
    match site.authority.change(&owner.guard, confirmation, password, app_passwords, &request).await {
        Ok(receipt) => {
            let flash = Flash::password_changed(&receipt, WebSurface::Webmail);
            flash_cookie::attach(site, &flash, signed_out(site, WebSurface::Webmail)?)
        }
        Err(error) => not_changed(&context, &owner, form, error),
    }
}

/// Why it was not changed, under the field it belongs to. The session stays.
fn not_changed(
    context: &RequestContext,
    owner: &Owner,
    form: PasswordForm,
    error: ChangeError,
) -> Result<Response, PageError> {
    let (status, problems) = match error {
        // The password was right, and a second factor is on whose code this session has not given.
        ChangeError::ConfirmFirst => return Ok(reauthenticate::ask(WebSurface::Webmail, "/webmail/account")),
        ChangeError::CurrentPasswordWrong => (
            StatusCode::UNPROCESSABLE_ENTITY,
            vec![FormProblem::new("current", text("current-password-wrong"))],
        ),
        ChangeError::TooManyTries => {
            (StatusCode::TOO_MANY_REQUESTS, vec![FormProblem::new("current", too_many_tries())])
        }
        ChangeError::Policy(missing) => (StatusCode::UNPROCESSABLE_ENTITY, policy_problems(&missing)),
        ChangeError::SessionEnded => return signed_out(&context.site, WebSurface::Webmail),
        ChangeError::Unavailable(cause) => return Err(cause.into()),
    };
    Ok(show(context, owner, status, form.with_problems(problems)))
}

async fn form(
    context: &RequestContext,
    owner: &Owner,
    app_passwords: AppPasswords,
) -> Result<PasswordForm, PageError> {
    let (action, address) = ("/webmail/account/password".to_owned(), owner.guard.address().to_string());
    Ok(PasswordForm {
        current: Current::Asked,
        app_passwords: RevokeBox::of(&context.site, &owner.guard, app_passwords).await?,
        consequence: text("webmail-password-consequence").to_owned(),
        ..PasswordForm::new(&context.site, action, address, words())
    })
}

fn show(context: &RequestContext, owner: &Owner, status: StatusCode, form: PasswordForm) -> Response {
    let mut page = owner.page(context, text("my-account"));
    form.mark_title(&mut page);
    html(status, &AccountPage { page, form })
}
