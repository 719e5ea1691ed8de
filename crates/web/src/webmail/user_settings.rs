//! *User Settings*: over into the user panel, signed in as strongly as here and not more (W3).

use crate::form::Signed;
use crate::second_step;
use crate::session::{Owner, home_path, signed_in, signed_out};
use crate::trouble::Trouble;
use crate::visit::Visit;
use axum::response::Response;
use postward_authority::{SignedIn, SignedOut, Surface};
use serde::Deserialize;

/// The button and nothing else.
#[derive(Deserialize)]
pub(super) struct Pressed {}

/// `POST /webmail/user-settings`.
pub(super) async fn hop(
    visit: Visit,
    owner: Owner,
    Signed(Pressed {}): Signed<Pressed>,
) -> Result<Response, Trouble> {
    let (site, to) = (&visit.site, Surface::Panel);
    match site.authority.hop(&owner.guard, to, &visit.origin(Surface::Webmail), site.now()).await {
        Ok(SignedIn::Session(token, _guard)) => signed_in(site, to, &token, home_path(to)),
        Ok(SignedIn::CodeOwed(token)) => second_step::ask(site, to, &token, home_path(to)),
        Err(SignedOut::Ended) => signed_out(site, Surface::Webmail),
        Err(SignedOut::Unavailable(cause)) => Err(cause.into()),
    }
}
