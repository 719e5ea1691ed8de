//! A folder: its messages, newest first, page by page, or those that hold certain words.

use super::engine_connection;
use super::folder_list::FolderList;
use super::imap::FolderName;
use super::routes::{self, MessageQuery, View, folder_path};
use crate::http::error_page::PageError;
use crate::http::redirect::see_other;
use crate::http::request_context::RequestContext;
use crate::session::extractors::Owner;
use crate::view::filters;
use crate::view::page::{Page, html};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use postward_texts::message;

#[derive(Template)]
#[template(path = "webmail/list.html")]
struct ListPage {
    page: Page,
    list: FolderList,
}

/// `GET /webmail`: the inbox.
pub(super) async fn home() -> Response {
    see_other(&folder_path(&FolderName::inbox(), &View::default()))
}

/// `GET /webmail/folder/{folder}`.
pub(super) async fn page(
    context: RequestContext,
    owner: Owner,
    Path(folder): Path<String>,
    Query(query): Query<MessageQuery>,
) -> Result<Response, PageError> {
    let folder = routes::folder(&folder)?;
    let mut client = engine_connection::open(&context.site, &owner).await?;
    let list = FolderList::of(&mut client, &folder, &query.view(), None, context.site.now()).await?;
    let title = match list.unread() {
        0 => list.title.clone(),
        unread => {
            message("webmail-title-unread").with("folder", &list.title).with("unread", unread).to_string()
        }
    };
    Ok(html(StatusCode::OK, &ListPage { page: owner.page(&context, &title), list }))
}
