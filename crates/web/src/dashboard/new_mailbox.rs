//! **Add mailbox**: the form for the address and the password of a new mailbox (D1).

use super::{mailbox_paths, password_page};
use crate::http::error_page::PageError;
use crate::http::flash_cookie;
use crate::http::form::Signed;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Staff;
use crate::site::Site;
use crate::view::flash::Flash;
use crate::view::form_problem::FormProblem;
use crate::view::password_form::{
    AddressFields, Entered, Entry, NewPassword, PasswordForm, Words, fields_differ, policy_problems,
};
use crate::web_surface::WebSurface;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use postward_authority::AddError;
use postward_texts::text;
use postward_wire::Address;
use serde::Deserialize;
use std::sync::Arc;

fn words() -> Words {
    Words {
        new: text("label-password"),
        again: text("new-mailbox-words-again"),
        generate: text("password-words-generate"),
        save: text("add-mailbox"),
        refused: text("new-mailbox-refused"),
    }
}

/// The query of the page: the domain the list was narrowed to.
#[derive(Deserialize)]
pub(super) struct NewMailboxQuery {
    #[serde(default)]
    domain: String,
}

/// `GET /dashboard/mailboxes/new`.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
    Query(query): Query<NewMailboxQuery>,
) -> Result<Response, PageError> {
    let domains = site.authority.domains(staff.session.actor()).await?;
    let chosen = domains.into_iter().find(|domain| domain.id.to_string() == query.domain);
    let chosen = chosen.map(|domain| domain.name).unwrap_or_default();
    let form = form(&site, &staff, String::new(), chosen).await?;
    Ok(show(StatusCode::OK, &context, &staff, form))
}

/// The fields of the form.
#[derive(Deserialize)]
pub(super) struct NewMailboxForm {
    #[serde(default)]
    local_part: String,
    #[serde(default)]
    domain: String,
    #[serde(flatten)]
    new: NewPassword,
}

/// `POST /dashboard/mailboxes`.
pub(super) async fn add(
    State(site): State<Arc<Site>>,
    context: RequestContext,
    staff: Staff,
    Signed(NewMailboxForm { local_part, domain, new }): Signed<NewMailboxForm>,
) -> Result<Response, PageError> {
    let address = Address::parse(&format!("{}@{domain}", local_part.trim()));
    let form = form(&site, &staff, local_part, domain).await?;
    let problems = match (new.entered(Entry::Twice), address) {
        (Entered::Generate, _) => return Ok(show(StatusCode::OK, &context, &staff, form.with_generated())),
        (_, Err(error)) => vec![FormProblem::new("local_part", error.to_string())],
        (Entered::Differ, _) => fields_differ(),
        (Entered::New { password, .. }, Ok(address)) => {
            match site.authority.add_mailbox(staff.session.actor(), &address, password, site.now()).await {
                Ok(_) => return added(&site, &address),
                Err(error) => problems_of(error)?,
            }
        }
    };
    Ok(show(StatusCode::UNPROCESSABLE_ENTITY, &context, &staff, form.with_problems(problems)))
}

fn added(site: &Site, address: &Address) -> Result<Response, PageError> {
    let more = text("new-mailbox-added-more");
    let flash = Flash::new(WebSurface::Dashboard, address, text("new-mailbox-added"), more);
    flash_cookie::redirect(site, &flash, mailbox_paths::LIST)
}

fn problems_of(error: AddError) -> Result<Vec<FormProblem>, PageError> {
    let problem = match error {
        AddError::Exists => text("new-mailbox-taken").to_owned(),
        AddError::NotFound => text("new-mailbox-not-your-domain").to_owned(),
        AddError::Name(problem) => problem,
        AddError::Policy(problems) => return Ok(policy_problems(&problems)),
        AddError::ReadOnly => return Err(PageError::ReadOnly),
        AddError::Unavailable(cause) => return Err(cause.into()),
    };
    Ok(vec![FormProblem::new("local_part", problem)])
}

async fn form(
    site: &Site,
    staff: &Staff,
    local_part: String,
    chosen: String,
) -> Result<PasswordForm, PageError> {
    let domains = site.authority.domains(staff.session.actor()).await?;
    let domains = domains.into_iter().map(|domain| domain.name).collect();
    Ok(PasswordForm {
        address: Some(AddressFields { local_part, chosen, domains }),
        cancel: Some("/dashboard/mailboxes".to_owned()),
        ..PasswordForm::new(site, "/dashboard/mailboxes".to_owned(), String::new(), words())
    })
}

fn show(status: StatusCode, context: &RequestContext, staff: &Staff, form: PasswordForm) -> Response {
    let heading = text("add-mailbox");
    let mut page = staff.page(context, heading);
    page.here = "/dashboard/mailboxes/new".to_owned();
    password_page::show(status, context, page, heading, form)
}
