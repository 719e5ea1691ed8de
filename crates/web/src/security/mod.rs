//! What owners settle of their own sign-in, the same pages in the user panel and in the webmail (P2). One file per page.

mod app_passwords;
mod recovery;
mod sessions;
mod two_factor;

use crate::confirm;
use crate::page::Page;
use crate::session::{Owner, signed_out};
use crate::site::Site;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::web_surface::WebSurface;
use axum::Router;
use axum::response::Response;
use postward_authority::NotNow;
use serde::Deserialize;
use std::sync::Arc;

/// Every page of this room, at one surface, to be put behind its door.
pub(crate) fn routes(surface: WebSurface) -> Router<Arc<Site>> {
    two_factor::routes(surface)
        .merge(app_passwords::routes(surface))
        .merge(recovery::routes(surface))
        .merge(sessions::routes(surface))
}

/// A form that is one button.
#[derive(Deserialize)]
struct Pressed {}

/// The frame of a page, come back to at `here`.
fn page(visit: &Visit, owner: &Owner, title: &str, here: String) -> Page {
    Page { here, ..owner.page(visit, title) }
}

/// What follows when somebody may not act now; `next` is come back to once the password was given again.
fn not_now(why: NotNow, site: &Site, surface: WebSurface, next: &str) -> Result<Response, Trouble> {
    match why {
        NotNow::ConfirmFirst => Ok(confirm::ask(surface, next)),
        NotNow::SessionEnded => signed_out(site, surface),
        NotNow::Unavailable(cause) => Err(cause.into()),
    }
}
