//! The second factor of the person: set up, moved to another authenticator, turned off; and its ten backup codes.

use super::{PATH, back_to_account};
use crate::auth::reauthenticate;
use crate::auth::second_factor_settings::{self, Paths, SecondFactorHolder, Step};
use crate::dashboard::confirmation_step::{self, ReturnLink};
use crate::http::error_page::PageError;
use crate::http::form::{NoFields, Signed};
use crate::http::redirect::{query_value, see_other};
use crate::http::request_context::RequestContext;
use crate::session::extractors::Staff;
use crate::site::Site;
use crate::view::filters;
use crate::view::page::Page;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use postward_authority::{OwnSession, SecondFactorError, SetUp, TurnedOn};
use postward_texts::{message, text};
use postward_wire::Secret;
use std::sync::Arc;

const ON: &str = "/dashboard/account/two-factor/on";
const BACKUP_CODES: &str = "/dashboard/account/backup-codes";

/// The steps, for staff who are signed in.
pub(in crate::dashboard) fn routes() -> Router<Arc<Site>> {
    second_factor_settings::routes::<Staff>(&paths()).route(BACKUP_CODES, get(confirm_renewal).post(renew))
}

fn paths() -> Paths {
    Paths {
        overview: PATH.to_owned(),
        begin: "/dashboard/account/two-factor".to_owned(),
        replace: "/dashboard/account/two-factor/replace".to_owned(),
        on: ON.to_owned(),
        off: "/dashboard/account/two-factor/off".to_owned(),
    }
}

impl SecondFactorHolder for Staff {
    fn session(&self) -> OwnSession<'_> {
        OwnSession::from(&*self.session)
    }

    fn surface(&self) -> WebSurface {
        WebSurface::Dashboard
    }

    fn paths(&self) -> Paths {
        paths()
    }

    fn wrong_code(&self) -> &'static str {
        text("staff-code-wrong")
    }

    fn wrong_first_code(&self) -> &'static str {
        text("staff-first-code-wrong")
    }

    async fn show(&self, context: &RequestContext, step: Step) -> Result<Response, PageError> {
        let mut page = self.page(context, step.title());
        let (status, csrf) = (step.status(), page.csrf.clone());
        let email = self.session.email().to_owned();
        let (shown, problem) = match step {
            Step::Replace { problem } => return Ok(shown(status, context, page, &Replace { csrf, problem })),
            Step::TurnOff { problem } => {
                return Ok(shown(status, context, page, &Off { csrf, email, problem }));
            }
            Step::Shown { picture, set_up } => (Some((picture, set_up)), None),
            Step::FirstCode { problem } => (None, problem),
        };
        ON.clone_into(&mut page.here);
        page.flash = None;
        Ok(self::shown(status, context, page, &Begun { csrf, shown, problem }))
    }

    fn turned_on(&self, context: &RequestContext, on: TurnedOn) -> Result<Response, PageError> {
        Ok(codes(context, self, text("staff-two-factor-on-heading"), &on.backup_codes))
    }

    fn turned_off(&self, context: &RequestContext) -> Result<Response, PageError> {
        let more = text("staff-two-factor-is-off-more");
        back_to_account(&context.site, self, text("two-factor-is-off"), more)
    }
}

fn shown(status: StatusCode, context: &RequestContext, page: Page, step: &impl Template) -> Response {
    confirmation_step::show(status, context, page, return_link(), step)
}

#[derive(Template)]
#[template(path = "dashboard/account_set_up.html")]
struct Begun {
    csrf: String,
    /// What is shown to the authenticator, this once.
    shown: Option<(String, SetUp)>,
    problem: Option<&'static str>,
}

/// A current code, before another authenticator takes the place of the one that is on.
#[derive(Template)]
#[template(path = "dashboard/account_replace.html")]
struct Replace {
    csrf: String,
    problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "dashboard/account_codes.html")]
struct Codes {
    email: String,
    text: String,
    download: String,
}

/// What new backup codes do to the old ones, before they do it.
#[derive(Template)]
#[template(path = "dashboard/account_renew.html")]
struct Renew {
    csrf: String,
    /// How many of the old ones are left.
    left: u64,
}

#[derive(Template)]
#[template(path = "dashboard/account_off.html")]
struct Off {
    csrf: String,
    email: String,
    problem: Option<&'static str>,
}

fn codes(context: &RequestContext, staff: &Staff, heading: &str, codes: &[Secret]) -> Response {
    let text = codes.iter().map(Secret::expose).collect::<Vec<_>>().join("\n");
    let mut page = staff.page(context, heading);
    PATH.clone_into(&mut page.here);
    page.flash = None;
    let email = staff.session.email().to_owned();
    let whose = format!("{}\n\n{text}\n", message("backup-codes-file-heading").with("email", &email));
    let download = format!("data:text/plain;charset=utf-8,{}", query_value(&whose));
    confirmation_step::show(StatusCode::OK, context, page, return_link(), &Codes { email, text, download })
}

/// `GET /dashboard/account/backup-codes`: the safe choice first.
async fn confirm_renewal(context: RequestContext, staff: Staff) -> Result<Response, PageError> {
    let Some((_since, left)) = context.site.authority.staff_second_factor(&staff.session).await? else {
        return Ok(see_other(PATH));
    };
    let page = staff.page(&context, text("backup-codes-renew-title"));
    let csrf = page.csrf.clone();
    Ok(confirmation_step::show(StatusCode::OK, &context, page, return_link(), &Renew { csrf, left }))
}

/// `POST /dashboard/account/backup-codes`: ten new ones in the place of the old ones.
async fn renew(context: RequestContext, staff: Staff, _: Signed<NoFields>) -> Result<Response, PageError> {
    let (site, request) = (&context.site, context.request(WebSurface::Dashboard));
    match site.authority.renew_backup_codes(&staff.session, &request).await {
        Ok(new) => Ok(codes(&context, &staff, text("backup-codes-new"), &new)),
        Err(SecondFactorError::ReauthRequired(why)) => {
            reauthenticate::not_now(why, site, WebSurface::Dashboard, BACKUP_CODES)
        }
        // The page itself says how things are.
        Err(_) => Ok(see_other(PATH)),
    }
}

fn return_link() -> ReturnLink {
    ReturnLink { path: PATH.to_owned(), name: text("account").to_owned() }
}
