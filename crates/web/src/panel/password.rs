//! **Password**: the owner sets a new one (P2).

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

fn words() -> Words {
    Words {
        new: text("password-words-new"),
        again: text("panel-words-again"),
        generate: text("password-words-generate"),
        save: text("action-change"),
        refused: text("password-words-refused"),
    }
}

#[derive(Template)]
#[template(path = "panel/password.html")]
struct PasswordPage {
    page: Page,
    form: PasswordForm,
}

/// `GET /panel/password`.
pub(super) async fn page(context: RequestContext, owner: Owner) -> Result<Response, PageError> {
    let form = form(&context, &owner, Current::NotAsked, AppPasswords::Revoke).await?;
    Ok(show(StatusCode::OK, &context, &owner, form))
}

/// `POST /panel/password`.
pub(super) async fn change(
    context: RequestContext,
    owner: Owner,
    Signed(new): Signed<NewPassword>,
) -> Result<Response, PageError> {
    let (site, app_passwords) = (&context.site, new.app_passwords());
    let asked = if new.has_current() { Current::Asked } else { Current::NotAsked };
    let form = form(&context, &owner, asked, app_passwords).await?;
    let (password, current) = match new.entered(Entry::Twice) {
        Entered::Generate => return Ok(show(StatusCode::OK, &context, &owner, form.with_generated())),
        Entered::Differ => return Ok(refused(&context, &owner, form, fields_differ())),
        Entered::New { password, current } => (password, current),
    };
    let confirmation = current.map_or(Confirmation::RecentSignIn, Confirmation::Current);
    let request = context.request(WebSurface::Panel);
    match site.authority.change(&owner.guard, confirmation, password, app_passwords, &request).await {
        Ok(receipt) => {
            let flash = Flash::password_changed(&receipt, WebSurface::Panel);
            flash_cookie::attach(site, &flash, signed_out(site, WebSurface::Panel)?)
        }
        // The session ended meanwhile; the sign-in page says so.
        Err(ChangeError::SessionEnded) => signed_out(site, WebSurface::Panel),
        Err(ChangeError::Unavailable(cause)) => Err(cause.into()),
        Err(ChangeError::Policy(problems)) => Ok(refused(&context, &owner, form, policy_problems(&problems))),
        // The password was right, and a second factor is on whose code this session has not given.
        Err(ChangeError::ConfirmFirst) if asked == Current::Asked => {
            Ok(reauthenticate::ask(WebSurface::Panel, "/panel/password"))
        }
        Err(ChangeError::ConfirmFirst) => {
            let problem = text("panel-current-too");
            Ok(refused_current(&context, &owner, form, problem))
        }
        Err(ChangeError::CurrentPasswordWrong) => {
            Ok(refused_current(&context, &owner, form, text("panel-current-wrong")))
        }
        Err(ChangeError::TooManyTries) => Ok(refused_current(&context, &owner, form, too_many_tries())),
    }
}

/// What is wrong is the current password, which is asked for from now on.
fn refused_current(context: &RequestContext, owner: &Owner, form: PasswordForm, problem: &str) -> Response {
    let form = PasswordForm { current: Current::Asked, ..form };
    refused(context, owner, form, vec![FormProblem::new("current", problem)])
}

fn refused(
    context: &RequestContext,
    owner: &Owner,
    form: PasswordForm,
    problems: Vec<FormProblem>,
) -> Response {
    show(StatusCode::UNPROCESSABLE_ENTITY, context, owner, form.with_problems(problems))
}

async fn form(
    context: &RequestContext,
    owner: &Owner,
    current: Current,
    app_passwords: AppPasswords,
) -> Result<PasswordForm, PageError> {
    let address = owner.guard.address().to_string();
    Ok(PasswordForm {
        current,
        app_passwords: RevokeBox::of(&context.site, &owner.guard, app_passwords).await?,
        consequence: text("panel-consequence").to_owned(),
        cancel: Some("/panel".to_owned()),
        ..PasswordForm::new(&context.site, "/panel/password".to_owned(), address, words())
    })
}

fn show(status: StatusCode, context: &RequestContext, owner: &Owner, form: PasswordForm) -> Response {
    let mut page = owner.page(context, text("label-password"));
    form.mark_title(&mut page);
    html(status, &PasswordPage { page, form })
}
