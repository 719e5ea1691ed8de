//! Setting up a second factor, putting another authenticator in its place, turning it off (W6, D11): one flow for owners and
//! staff. Where the steps stand and how they look is each one's own.

use crate::auth::reauthenticate;
use crate::http::error_page::PageError;
use crate::http::form::{NoFields, Signed};
use crate::http::redirect::see_other;
use crate::http::request_context::RequestContext;
use crate::site::Site;
use crate::view::form_problem::too_many_tries;
use crate::view::qr;
use crate::web_surface::WebSurface;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use postward_authority::{OtherSessions, OwnSession, SecondFactorError, SetUp, TurnedOn};
use postward_texts::text;
use postward_wire::Secret;
use serde::Deserialize;
use std::sync::Arc;

/// How far somebody has come.
pub(crate) enum Step {
    /// A code of the authenticator that is on now is asked for.
    Replace { problem: Option<&'static str> },
    /// The seed, this once, and the field for its first code.
    Shown { picture: String, set_up: SetUp },
    /// The field alone: the app has the seed, which is not shown again. Its first code was not right, or the password
    /// had to be given once more in between.
    FirstCode { problem: Option<&'static str> },
    /// The password and a code are asked for.
    TurnOff { problem: Option<&'static str> },
}

impl Step {
    /// The title of its page.
    pub(crate) fn title(&self) -> &'static str {
        match self {
            Self::Replace { .. } => text("two-factor-move"),
            Self::Shown { .. } | Self::FirstCode { .. } => text("two-factor-set-up-heading"),
            Self::TurnOff { .. } => text("two-factor-off-question"),
        }
    }

    /// The status of its page: a form that was not in order is one that can be sent again.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Shown { .. }
            | Self::Replace { problem: None }
            | Self::FirstCode { problem: None }
            | Self::TurnOff { problem: None } => StatusCode::OK,
            Self::Replace { .. } | Self::FirstCode { .. } | Self::TurnOff { .. } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        }
    }
}

/// Where the steps stand.
pub(crate) struct Paths {
    /// The page that shows whether a second factor is on. Steps that have nothing to say lead back to it.
    pub(crate) overview: String,
    /// Where a seed is asked for, by POST.
    pub(crate) begin: String,
    pub(crate) replace: String,
    pub(crate) on: String,
    pub(crate) off: String,
}

/// What is each one's own: an owner of a mailbox, a person of the dashboard.
pub(crate) trait SecondFactorHolder:
    FromRequestParts<Arc<Site>, Rejection: IntoResponse> + Send + Sync + 'static
{
    fn session(&self) -> OwnSession<'_>;

    fn surface(&self) -> WebSurface;

    fn paths(&self) -> Paths;

    /// What a wrong code is told. Staff have backup codes as well.
    fn wrong_code(&self) -> &'static str;

    /// What a wrong first code is told.
    fn wrong_first_code(&self) -> &'static str;

    /// Shows a step.
    fn show(
        &self,
        context: &RequestContext,
        step: Step,
    ) -> impl Future<Output = Result<Response, PageError>> + Send;

    /// What is answered when it is on.
    fn turned_on(&self, context: &RequestContext, on: TurnedOn) -> Result<Response, PageError>;

    /// What is answered when it is off.
    fn turned_off(&self, context: &RequestContext) -> Result<Response, PageError>;
}

/// The fields of the forms.
#[derive(Deserialize)]
struct SecondFactorForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    end_others: Option<String>,
}

/// The steps at their paths. Whoever comes back from having given the password again finds each by `GET`.
pub(crate) fn routes<H: SecondFactorHolder>(paths: &Paths) -> Router<Arc<Site>> {
    Router::new()
        .route(&paths.begin, get(overview::<H>).post(set_up::<H>))
        .route(&paths.replace, get(ask_to_replace::<H>).post(replace::<H>))
        .route(&paths.on, get(go_on::<H>).post(turn_on::<H>))
        .route(&paths.off, get(ask_to_turn_off::<H>).post(turn_off::<H>))
}

async fn overview<H: SecondFactorHolder>(holder: H) -> Response {
    see_other(&holder.paths().overview)
}

/// To whoever may act now, so that nobody types a code in vain.
async fn ask_to_replace<H: SecondFactorHolder>(
    context: RequestContext,
    holder: H,
) -> Result<Response, PageError> {
    match context.site.authority.require_recent_auth(holder.session(), context.site.now()).await {
        Ok(()) => holder.show(&context, Step::Replace { problem: None }).await,
        Err(why) => {
            let next = holder.paths().replace;
            reauthenticate::not_now(why, &context.site, holder.surface(), &next)
        }
    }
}

/// Whoever had to give the password again midway goes on with the key that the app has.
async fn go_on<H: SecondFactorHolder>(context: RequestContext, holder: H) -> Result<Response, PageError> {
    holder.show(&context, Step::FirstCode { problem: None }).await
}

async fn ask_to_turn_off<H: SecondFactorHolder>(
    context: RequestContext,
    holder: H,
) -> Result<Response, PageError> {
    holder.show(&context, Step::TurnOff { problem: None }).await
}

/// A seed for the authenticator. Nothing is on yet.
async fn set_up<H: SecondFactorHolder>(
    context: RequestContext,
    holder: H,
    _: Signed<NoFields>,
) -> Result<Response, PageError> {
    begin(&context, &holder, None).await
}

/// A seed for another authenticator. Until its first code, the old one stays on.
async fn replace<H: SecondFactorHolder>(
    context: RequestContext,
    holder: H,
    Signed(form): Signed<SecondFactorForm>,
) -> Result<Response, PageError> {
    begin(&context, &holder, Some(Secret::new(form.code))).await
}

async fn begin<H: SecondFactorHolder>(
    context: &RequestContext,
    holder: &H,
    code: Option<Secret>,
) -> Result<Response, PageError> {
    let (site, request) = (&context.site, context.request(holder.surface()));
    let begun =
        site.authority.begin_second_factor(holder.session(), code.as_ref(), &site.brand.name, &request).await;
    let problem = match begun {
        Ok(set_up) => {
            let picture = qr::svg(set_up.url.expose()).unwrap_or_default();
            return holder.show(context, Step::Shown { picture, set_up }).await;
        }
        Err(SecondFactorError::CodeWrong) if code.is_some() => holder.wrong_code(),
        Err(SecondFactorError::TooManyTries) if code.is_some() => too_many_tries(),
        // It may be on already, by another page of the same person; the overview says so.
        Err(error) => return otherwise(error, context, holder, &holder.paths().overview),
    };
    holder.show(context, Step::Replace { problem: Some(problem) }).await
}

/// The first code turns it on.
async fn turn_on<H: SecondFactorHolder>(
    context: RequestContext,
    holder: H,
    Signed(form): Signed<SecondFactorForm>,
) -> Result<Response, PageError> {
    let (site, request) = (&context.site, context.request(holder.surface()));
    let others = if form.end_others.is_some() { OtherSessions::End } else { OtherSessions::Stay };
    let code = Secret::new(form.code);
    match site.authority.turn_on_second_factor(holder.session(), &code, others, &request).await {
        Ok(on) => holder.turned_on(&context, on),
        Err(SecondFactorError::CodeWrong) => {
            let problem = Some(holder.wrong_first_code());
            holder.show(&context, Step::FirstCode { problem }).await
        }
        Err(error) => otherwise(error, &context, &holder, &holder.paths().on),
    }
}

/// With the password and a code.
async fn turn_off<H: SecondFactorHolder>(
    context: RequestContext,
    holder: H,
    Signed(form): Signed<SecondFactorForm>,
) -> Result<Response, PageError> {
    let (site, request) = (&context.site, context.request(holder.surface()));
    let (password, code) = (Secret::new(form.password), Secret::new(form.code));
    let problem =
        match site.authority.turn_off_second_factor(holder.session(), &password, &code, &request).await {
            Ok(()) => return holder.turned_off(&context),
            Err(SecondFactorError::PasswordWrong) => text("password-wrong"),
            Err(SecondFactorError::CodeWrong) => holder.wrong_code(),
            Err(SecondFactorError::TooManyTries) => too_many_tries(),
            Err(error) => return otherwise(error, &context, &holder, &holder.paths().off),
        };
    holder.show(&context, Step::TurnOff { problem: Some(problem) }).await
}

/// What no form has a word of its own for. `next` is the page where somebody goes on who has to give the password
/// again.
fn otherwise<H: SecondFactorHolder>(
    error: SecondFactorError,
    context: &RequestContext,
    holder: &H,
    next: &str,
) -> Result<Response, PageError> {
    match error {
        SecondFactorError::ReauthRequired(why) => {
            reauthenticate::not_now(why, &context.site, holder.surface(), next)
        }
        SecondFactorError::BeginAgain
        | SecondFactorError::IsOff
        | SecondFactorError::CodeWrong
        | SecondFactorError::PasswordWrong
        | SecondFactorError::TooManyTries => Ok(see_other(&holder.paths().overview)),
    }
}
