//! **Password**: the owner sets a new one (P2).

use crate::confirm;
use crate::form::Signed;
use crate::page::{Page, html};
use crate::password_form::{
    Current, Entered, Entry, FormProblem, NewPassword, PasswordForm, Words, fields_differ, policy_problems,
};
use crate::receipt::Note;
use crate::session::{Owner, signed_out};
use crate::site::Site;
use crate::trouble::Trouble;
use crate::visit::Visit;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use postward_authority::{AppPasswords, ChangeError, Confirmation, Surface};
use std::sync::Arc;

const WORDS: Words = Words {
    new: "New password",
    again: "Confirm new password",
    generate: "Generate strong password",
    save: "Change",
    refused: "The password was not changed.",
};

#[derive(Template)]
#[template(path = "panel/password.html")]
struct PasswordPage {
    page: Page,
    form: PasswordForm,
}

/// `GET /panel/password`.
pub(super) async fn page(State(site): State<Arc<Site>>, visit: Visit, owner: Owner) -> Response {
    show(StatusCode::OK, &visit, &owner, form(&site, &owner, Current::NotAsked))
}

/// `POST /panel/password`.
pub(super) async fn change(
    State(site): State<Arc<Site>>,
    visit: Visit,
    owner: Owner,
    Signed(new): Signed<NewPassword>,
) -> Result<Response, Trouble> {
    let asked = if new.has_current() { Current::Asked } else { Current::NotAsked };
    let (password, current) = match new.entered(Entry::Twice) {
        Entered::Generate => {
            return Ok(show(StatusCode::OK, &visit, &owner, form(&site, &owner, asked).with_generated()));
        }
        Entered::Differ => return Ok(refused(&site, &visit, &owner, asked, fields_differ())),
        Entered::New { password, current } => (password, current),
    };
    let confirmation = current.map_or(Confirmation::RecentSignIn, Confirmation::Current);
    let origin = visit.origin(Surface::Panel);
    match site
        .authority
        .change(&owner.guard, confirmation, password, AppPasswords::Revoke, &origin, site.now())
        .await
    {
        Ok(receipt) => {
            let cookie = AppendHeaders([Note::of(&receipt, Surface::Panel).cookie(&site)?]);
            Ok((cookie, signed_out(&site, Surface::Panel)?).into_response())
        }
        // Somebody else was faster; what follows from it is told at the sign-in page.
        Err(ChangeError::SessionEnded) => signed_out(&site, Surface::Panel),
        Err(ChangeError::Unavailable(cause)) => Err(cause.into()),
        Err(ChangeError::Policy(problems)) => {
            Ok(refused(&site, &visit, &owner, asked, policy_problems(&problems)))
        }
        // The password was right, and a second factor is on whose code this session has not given.
        Err(ChangeError::ConfirmFirst) if asked == Current::Asked => {
            Ok(confirm::ask(Surface::Panel, "/panel/password"))
        }
        Err(ChangeError::ConfirmFirst) => {
            let problem = "You signed in a while ago. Type your current password too.";
            Ok(refused(&site, &visit, &owner, Current::Asked, vec![FormProblem::new("current", problem)]))
        }
        Err(ChangeError::CurrentPasswordWrong) => {
            let problem = "The current password is wrong.";
            Ok(refused(&site, &visit, &owner, Current::Asked, vec![FormProblem::new("current", problem)]))
        }
        Err(ChangeError::TooManyTries) => {
            let problem = "Too many tries. Wait a minute, then try again.";
            Ok(refused(&site, &visit, &owner, Current::Asked, vec![FormProblem::new("current", problem)]))
        }
    }
}

fn refused(
    site: &Site,
    visit: &Visit,
    owner: &Owner,
    current: Current,
    problems: Vec<FormProblem>,
) -> Response {
    let form = form(site, owner, current).with_problems(problems);
    show(StatusCode::UNPROCESSABLE_ENTITY, visit, owner, form)
}

fn form(site: &Site, owner: &Owner, current: Current) -> PasswordForm {
    let address = owner.guard.address().to_string();
    PasswordForm {
        current,
        consequence: "Changing it signs you out everywhere: mail apps, webmail and this page. \
                      Mail and folders stay as they are."
            .to_owned(),
        cancel: Some("/panel".to_owned()),
        ..PasswordForm::new(site, "/panel/password".to_owned(), address, WORDS)
    }
}

fn show(status: StatusCode, visit: &Visit, owner: &Owner, form: PasswordForm) -> Response {
    let mut page = owner.page(visit, "Password");
    form.mark_title(&mut page);
    html(status, &PasswordPage { page, form })
}
