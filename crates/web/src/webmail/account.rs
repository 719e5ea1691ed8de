//! *My account*: the tab *Account*, where the owner changes the password and is signed out everywhere (W2).

use crate::confirm;
use crate::form::Signed;
use crate::page::{Page, html};
use crate::password_form::{
    Current, Entered, Entry, FormProblem, NewPassword, PasswordForm, Words, fields_differ, policy_problems,
};
use crate::receipt::Note;
use crate::session::{Owner, signed_out};
use crate::trouble::Trouble;
use crate::visit::Visit;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use postward_authority::{AppPasswords, ChangeError, Confirmation, Surface};
use postward_wire::Secret;

#[derive(Template)]
#[template(path = "webmail/account.html")]
struct AccountPage {
    page: Page,
    form: PasswordForm,
}

const WORDS: Words = Words {
    new: "New password",
    again: "New password, once more",
    generate: "Generate",
    save: "Update password and log me out from everywhere",
    refused: "The password was not changed.",
};

/// `GET /webmail/account`.
pub(super) async fn page(visit: Visit, owner: Owner) -> Response {
    show(&visit, &owner, StatusCode::OK, form(&visit, &owner))
}

/// `POST /webmail/account/password`.
pub(super) async fn change(
    visit: Visit,
    owner: Owner,
    Signed(typed): Signed<NewPassword>,
) -> Result<Response, Trouble> {
    let (current, password) = match typed.entered(Entry::Twice) {
        Entered::Generate => {
            return Ok(show(&visit, &owner, StatusCode::OK, form(&visit, &owner).with_generated()));
        }
        Entered::Differ => {
            return Ok(refused(&visit, &owner, StatusCode::UNPROCESSABLE_ENTITY, fields_differ()));
        }
        // An empty current password is a wrong one.
        Entered::New { password, current } => {
            (current.unwrap_or_else(|| Secret::new(String::new())), password)
        }
    };
    let site = &visit.site;
    let (confirmation, origin) = (Confirmation::Current(current), visit.origin(Surface::Webmail));
    match site
        .authority
        .change(&owner.guard, confirmation, password, AppPasswords::Revoke, &origin, site.now())
        .await
    {
        Ok(receipt) => {
            let receipt = Note::of(&receipt, Surface::Webmail).cookie(site)?;
            Ok((AppendHeaders([receipt]), signed_out(site, Surface::Webmail)?).into_response())
        }
        Err(error) => not_changed(&visit, &owner, error),
    }
}

/// Why it was not changed, under the field it belongs to. The session stays.
fn not_changed(visit: &Visit, owner: &Owner, error: ChangeError) -> Result<Response, Trouble> {
    let (status, problems) = match error {
        // The password was right, and a second factor is on whose code this session has not given.
        ChangeError::ConfirmFirst => return Ok(confirm::ask(Surface::Webmail, "/webmail/account")),
        ChangeError::CurrentPasswordWrong => (
            StatusCode::UNPROCESSABLE_ENTITY,
            vec![FormProblem::new("current", "This is not your current password.")],
        ),
        ChangeError::TooManyTries => (
            StatusCode::TOO_MANY_REQUESTS,
            vec![FormProblem::new("current", "Too many tries. Wait a minute, then try again.")],
        ),
        ChangeError::Policy(missing) => (StatusCode::UNPROCESSABLE_ENTITY, policy_problems(&missing)),
        ChangeError::SessionEnded => return signed_out(&visit.site, Surface::Webmail),
        ChangeError::Unavailable(cause) => return Err(cause.into()),
    };
    Ok(refused(visit, owner, status, problems))
}

fn form(visit: &Visit, owner: &Owner) -> PasswordForm {
    let action = "/webmail/account/password".to_owned();
    let mut form = PasswordForm::new(&visit.site, action, owner.guard.address().to_string(), WORDS);
    form.current = Current::Asked;
    form.consequence =
        "Every session of this mailbox ends at once, this one too: webmail, IMAP, POP3 and SMTP. \
                        Mail apps need the new password. Your mail stays as it is."
            .to_owned();
    form
}

fn refused(visit: &Visit, owner: &Owner, status: StatusCode, problems: Vec<FormProblem>) -> Response {
    show(visit, owner, status, form(visit, owner).with_problems(problems))
}

fn show(visit: &Visit, owner: &Owner, status: StatusCode, form: PasswordForm) -> Response {
    let mut page = owner.page(visit, "My account");
    form.mark_title(&mut page);
    html(status, &AccountPage { page, form })
}
