//! Light or dark: a cookie, so that the first byte of a page is already right.

use crate::cookies::{Cookie, Life};
use crate::form::Plain;
use crate::page::{Theme, own_path, see_other};
use crate::site::Site;
use crate::trouble::Trouble;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

/// The form of the switch.
#[derive(Deserialize)]
pub(crate) struct Choice {
    theme: String,
    next: String,
}

const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

/// `POST /theme`.
pub(crate) async fn switch(
    State(site): State<Arc<Site>>,
    Plain(choice): Plain<Choice>,
) -> Result<Response, Trouble> {
    let theme = Theme::from_name(&choice.theme);
    let cookie = Cookie::Theme
        .set(theme.name(), Life::Seconds(YEAR_SECONDS), site.url.scheme())
        .map_err(|_| Trouble::Fault)?;
    Ok((AppendHeaders([cookie]), see_other(own_path(&choice.next).unwrap_or("/"))).into_response())
}
