//! **Account → Security**: the person's own sign-in (D11), which is another thing than any mailbox.

use super::deletion::Sent;
use super::step::{self, Back};
use crate::confirm;
use crate::form::Signed;
use crate::page::{Page, html, query_value, see_other};
use crate::password_form::{
    Current, Entered, Entry, FormProblem, NewPassword, PasswordForm, Words, fields_differ, policy_problems,
};
use crate::qr;
use crate::receipt::{Note, counted};
use crate::session::{Staff, signed_out};
use crate::site::Site;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::when::When;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use postward_authority::own::OwnSessions;
use postward_authority::second_factor::{Others, SecondFactorError};
use postward_authority::sessions::LiveSession;
use postward_authority::{ChangeError, Confirmation, NotNow, SessionId, SetUp, Surface};
use postward_wire::Secret;
use serde::Deserialize;
use std::sync::Arc;

const PATH: &str = "/dashboard/account";

const WORDS: Words = Words {
    new: "New password",
    again: "New password again",
    generate: "Generate strong password",
    save: "Change password",
    refused: "The password was not changed.",
};

#[derive(Template)]
#[template(path = "dashboard/account.html")]
struct Account {
    page: Page,
    form: PasswordForm,
    /// Since when the second factor is on, and how many backup codes are left.
    factor: Option<(When, u64)>,
    live: Vec<Live>,
}

struct Live {
    session: LiveSession,
    since: When,
    is_this: bool,
}

/// `GET /dashboard/account`.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
) -> Result<Response, Trouble> {
    show(StatusCode::OK, &site, &visit, &staff, form(&site, &staff)).await
}

/// `POST /dashboard/account/password`.
pub(super) async fn change(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
    Signed(typed): Signed<NewPassword>,
) -> Result<Response, Trouble> {
    let (current, password) = match typed.entered(Entry::Twice) {
        Entered::Generate => {
            let form = form(&site, &staff).with_generated();
            return show(StatusCode::OK, &site, &visit, &staff, form).await;
        }
        Entered::Differ => return refused(&site, &visit, &staff, fields_differ()).await,
        // An empty current password is a wrong one.
        Entered::New { password, current } => {
            (current.unwrap_or_else(|| Secret::new(String::new())), password)
        }
    };
    let (confirmation, origin) = (Confirmation::Current(current), visit.origin(Surface::Dashboard));
    match site.authority.change_staff(&staff.session, confirmation, password, &origin, site.now()).await {
        Ok(receipt) => {
            let ended = counted(receipt.ended.iter().map(|(surface, count)| (*surface, *count)));
            let ended = ended.map_or(String::new(), |sessions| format!("Ended {sessions}. "));
            let note = Note {
                surface: Surface::Dashboard,
                about: receipt.address.to_string(),
                headline: "Password changed.".to_owned(),
                text: format!("{ended}Sign in with the new password."),
            };
            let cookie = AppendHeaders([note.cookie(&site)?]);
            Ok((cookie, signed_out(&site, Surface::Dashboard)?).into_response())
        }
        Err(ChangeError::CurrentPasswordWrong) => {
            let problem = FormProblem::new("current", "This is not your current password.");
            refused(&site, &visit, &staff, vec![problem]).await
        }
        Err(ChangeError::TooManyTries) => {
            let problem = FormProblem::new("current", "Too many tries. Wait a minute, then try again.");
            refused(&site, &visit, &staff, vec![problem]).await
        }
        Err(ChangeError::Policy(missing)) => refused(&site, &visit, &staff, policy_problems(&missing)).await,
        Err(ChangeError::ConfirmFirst) => Ok(confirm_first()),
        Err(ChangeError::SessionEnded) => signed_out(&site, Surface::Dashboard),
        Err(ChangeError::Unavailable(cause)) => Err(cause.into()),
    }
}

async fn refused(
    site: &Site,
    visit: &Visit,
    staff: &Staff,
    problems: Vec<FormProblem>,
) -> Result<Response, Trouble> {
    let form = form(site, staff).with_problems(problems);
    show(StatusCode::UNPROCESSABLE_ENTITY, site, visit, staff, form).await
}

fn form(site: &Site, staff: &Staff) -> PasswordForm {
    let action = format!("{PATH}/password");
    PasswordForm {
        current: Current::Asked,
        consequence: "Every session of yours at the dashboard ends, this one too. Mailboxes are not touched."
            .to_owned(),
        ..PasswordForm::new(site, action, staff.session.email().to_owned(), WORDS)
    }
}

async fn show(
    status: StatusCode,
    site: &Site,
    visit: &Visit,
    staff: &Staff,
    form: PasswordForm,
) -> Result<Response, Trouble> {
    let mut page = staff.page(visit, "Account security");
    PATH.clone_into(&mut page.here);
    form.mark_title(&mut page);
    let now = site.now();
    let factor = site.authority.staff_second_factor(&staff.session).await?;
    let live = site.authority.own_sessions(&*staff.session).await?.into_iter().map(|session| Live {
        since: When::new(session.since, now),
        is_this: session.id == staff.session.id(),
        session,
    });
    let factor = factor.map(|(at, left)| (When::new(at, now), left));
    Ok(html(status, &Account { page, form, factor, live: live.collect() }))
}

#[derive(Template)]
#[template(path = "dashboard/account_set_up.html")]
struct Begun {
    csrf: String,
    /// What was shown to the authenticator; none when its code was wrong, for it is shown once.
    shown: Option<(String, SetUp)>,
    problem: Option<&'static str>,
}

/// What the forms of the second factor send.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    end_others: Option<String>,
}

/// `POST /dashboard/account/two-factor`: a seed for the authenticator. Nothing is on yet.
pub(super) async fn set_up(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
    Signed(Sent {}): Signed<Sent>,
) -> Result<Response, Trouble> {
    let origin = visit.origin(Surface::Dashboard);
    let issuer = &site.brand.name;
    match site.authority.begin_second_factor(&*staff.session, None, issuer, &origin, site.now()).await {
        Ok(set_up) => {
            let picture = qr::svg(set_up.url.expose()).unwrap_or_default();
            Ok(begun(StatusCode::OK, &visit, &staff, Some((picture, set_up)), None))
        }
        // It is on already, which the page says.
        Err(SecondFactorError::CodeWrong) => Ok(see_other(PATH)),
        Err(error) => not_now(&site, error),
    }
}

fn begun(
    status: StatusCode,
    visit: &Visit,
    staff: &Staff,
    shown: Option<(String, SetUp)>,
    problem: Option<&'static str>,
) -> Response {
    let mut page = staff.page(visit, "Set up two-factor authentication");
    PATH.clone_into(&mut page.here);
    let csrf = page.csrf.clone();
    step::show(status, visit, page, back(), &Begun { csrf, shown, problem })
}

/// `POST /dashboard/account/two-factor/on`: the first code turns it on.
pub(super) async fn turn_on(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
    Signed(typed): Signed<Typed>,
) -> Result<Response, Trouble> {
    let others = if typed.end_others.is_some() { Others::End } else { Others::Stay };
    let (code, origin) = (Secret::new(typed.code), visit.origin(Surface::Dashboard));
    let turned_on =
        site.authority.turn_on_second_factor(&*staff.session, &code, others, &origin, site.now()).await;
    match turned_on {
        Ok(on) => Ok(codes(&visit, &staff, "Two-factor authentication is on", &on.backup_codes)),
        Err(SecondFactorError::CodeWrong) => {
            let problem = "This code is not right. Wait for the next one in your app and type that.";
            Ok(begun(StatusCode::UNPROCESSABLE_ENTITY, &visit, &staff, None, Some(problem)))
        }
        Err(error) => not_now(&site, error),
    }
}

#[derive(Template)]
#[template(path = "dashboard/account_codes.html")]
struct Codes {
    text: String,
    download: String,
}

fn codes(visit: &Visit, staff: &Staff, heading: &str, codes: &[Secret]) -> Response {
    let text = codes.iter().map(Secret::expose).collect::<Vec<_>>().join("\n");
    let mut page = staff.page(visit, heading);
    PATH.clone_into(&mut page.here);
    page.receipt = None;
    let whose = format!("Backup codes of {}\n\n{text}\n", staff.session.email());
    let download = format!("data:text/plain;charset=utf-8,{}", query_value(&whose));
    step::show(StatusCode::OK, visit, page, back(), &Codes { text, download })
}

/// `POST /dashboard/account/backup-codes`: ten new ones in the place of the old ones.
pub(super) async fn renew(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
    Signed(Sent {}): Signed<Sent>,
) -> Result<Response, Trouble> {
    let origin = visit.origin(Surface::Dashboard);
    match site.authority.renew_backup_codes(&staff.session, &origin, site.now()).await {
        Ok(new) => Ok(codes(&visit, &staff, "New backup codes", &new)),
        Err(error) => not_now(&site, error),
    }
}

#[derive(Template)]
#[template(path = "dashboard/account_off.html")]
struct Off {
    csrf: String,
    problem: Option<&'static str>,
}

/// `GET /dashboard/account/two-factor/off`.
pub(super) async fn confirm_off(visit: Visit, staff: Staff) -> Response {
    off(StatusCode::OK, &visit, &staff, None)
}

/// `POST /dashboard/account/two-factor/off`: with the password, and a code or backup code.
pub(super) async fn turn_off(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
    Signed(typed): Signed<Typed>,
) -> Result<Response, Trouble> {
    let (password, code) = (Secret::new(typed.password), Secret::new(typed.code));
    let (origin, now) = (visit.origin(Surface::Dashboard), site.now());
    let problem =
        match site.authority.turn_off_second_factor(&*staff.session, &password, &code, &origin, now).await {
            Ok(()) => {
                let text = "Your password alone signs you in. The backup codes are gone.";
                return told(&site, &staff, "Two-factor authentication is off.", text);
            }
            Err(SecondFactorError::PasswordWrong) => "This is not your password.",
            Err(SecondFactorError::CodeWrong) => "This code is not right, or was used before.",
            Err(SecondFactorError::TooManyTries) => "Too many tries. Wait a minute, then try again.",
            Err(error) => return not_now(&site, error),
        };
    Ok(off(StatusCode::UNPROCESSABLE_ENTITY, &visit, &staff, Some(problem)))
}

fn off(status: StatusCode, visit: &Visit, staff: &Staff, problem: Option<&'static str>) -> Response {
    let page = staff.page(visit, "Turn two-factor authentication off?");
    let csrf = page.csrf.clone();
    step::show(status, visit, page, back(), &Off { csrf, problem })
}

/// What *End*, *End others* and *End all* send: an id, `others` or `all`.
#[derive(Deserialize)]
pub(super) struct Ending {
    which: String,
}

/// `POST /dashboard/account/sessions`.
pub(super) async fn end(
    State(site): State<Arc<Site>>,
    visit: Visit,
    staff: Staff,
    Signed(Ending { which }): Signed<Ending>,
) -> Result<Response, Trouble> {
    let which = match which.as_str() {
        "all" => OwnSessions::All,
        "others" => OwnSessions::Others,
        id => OwnSessions::One(id.parse::<SessionId>().map_err(|_| Trouble::NotFound)?),
    };
    let origin = visit.origin(Surface::Dashboard);
    let ended = site.authority.end_own_sessions(&*staff.session, which, &origin, site.now()).await?;
    if matches!(which, OwnSessions::All) {
        return signed_out(&site, Surface::Dashboard);
    }
    let ended = match counted(ended.into_iter()) {
        Some(sessions) => format!("Ended {sessions}."),
        None => "No other session was open.".to_owned(),
    };
    told(&site, &staff, "Sessions ended.", &ended)
}

fn told(site: &Site, staff: &Staff, headline: &str, text: &str) -> Result<Response, Trouble> {
    let (about, surface) = (staff.session.email().to_owned(), Surface::Dashboard);
    let note = Note { surface, about, headline: headline.to_owned(), text: text.to_owned() };
    Ok((AppendHeaders([note.cookie(site)?]), see_other(PATH)).into_response())
}

/// What is left of the reasons, once the page has said its own.
fn not_now(site: &Site, error: SecondFactorError) -> Result<Response, Trouble> {
    match error {
        SecondFactorError::NotNow(NotNow::ConfirmFirst) => Ok(confirm_first()),
        SecondFactorError::NotNow(NotNow::SessionEnded) => signed_out(site, Surface::Dashboard),
        SecondFactorError::NotNow(NotNow::Unavailable(cause)) => Err(cause.into()),
        // The page itself says how things are.
        _ => Ok(see_other(PATH)),
    }
}

fn confirm_first() -> Response {
    confirm::ask(Surface::Dashboard, PATH)
}

fn back() -> Back {
    Back { path: PATH.to_owned(), name: "Account".to_owned() }
}
