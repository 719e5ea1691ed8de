//! Flags of a message: a star, or that it has not been read.

use super::engine_connection;
use super::imap::Mark;
use super::routes::{self, MessageQuery, folder_path, message_path};
use crate::http::error_page::PageError;
use crate::http::form::Signed;
use crate::http::redirect::see_other;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

/// The form behind the buttons of a message.
#[derive(Deserialize)]
pub(super) struct MarkForm {
    mark: String,
    #[serde(flatten)]
    view: MessageQuery,
}

/// `POST /webmail/folder/{folder}/{uid}/mark`.
pub(super) async fn mark(
    context: RequestContext,
    owner: Owner,
    Path((folder, uid)): Path<(String, String)>,
    Signed(form): Signed<MarkForm>,
) -> Result<Response, PageError> {
    let (folder, uid) = routes::message(&folder, &uid)?;
    let view = form.view.view();
    let (mark, next) = match form.mark.as_str() {
        // Looking at it again would mark it as read.
        "unread" => (Mark::Unseen, folder_path(&folder, &view)),
        "star" => (Mark::Flagged, message_path(&folder, uid, &view)),
        "unstar" => (Mark::Unflagged, message_path(&folder, uid, &view)),
        _ => return Err(PageError::Malformed),
    };
    let mut client = engine_connection::open(&context.site, &owner).await?;
    client.select(&folder).await?.mark(uid, mark).await?;
    Ok(see_other(&next))
}
