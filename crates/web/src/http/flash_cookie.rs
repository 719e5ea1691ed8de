//! Answers that set or clear the cookie of a flash message, which the page that follows shows.

use crate::http::cookies::{Cookie, Life};
use crate::http::error_page::PageError;
use crate::http::redirect::see_other;
use crate::site::Site;
use crate::view::flash::{Flash, LIFE_SECONDS};
use axum::response::{AppendHeaders, IntoResponse, Response};

/// Sends the browser to a page of ours by GET, with a flash message.
pub(crate) fn redirect(site: &Site, flash: &Flash, path: &str) -> Result<Response, PageError> {
    attach(site, flash, see_other(path))
}

/// Adds a flash message to an answer.
pub(crate) fn attach(site: &Site, flash: &Flash, answer: Response) -> Result<Response, PageError> {
    let value = flash.seal(&site.key, site.now()).ok_or(PageError::Internal)?;
    set(site, &value, Life::Seconds(LIFE_SECONDS), answer)
}

/// Takes the flash message away.
pub(crate) fn clear(site: &Site, answer: Response) -> Result<Response, PageError> {
    set(site, "", Life::Over, answer)
}

fn set(site: &Site, value: &str, life: Life, answer: Response) -> Result<Response, PageError> {
    let cookie = Cookie::Flash.set(value, life, site.url.scheme()).map_err(|_| PageError::Internal)?;
    Ok((AppendHeaders([cookie]), answer).into_response())
}
