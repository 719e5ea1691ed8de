//! A message beside the list it comes from. Looking at it marks it as read.

use super::folder_list::FolderList;
use super::imap::{Extent, FolderName, Mark, Person, Stored, Uid};
use super::letter::{Attachment, Content, Letter, RemoteImages};
use super::routes::{self, MessageQuery, View, folder_path, message_path, path_below};
use super::{body, engine_connection};
use crate::http::error_page::PageError;
use crate::http::request_context::{RenderMode, RequestContext};
use crate::session::extractors::Owner;
use crate::view::filters;
use crate::view::page::{Page, html};
use crate::view::relative_time::RelativeTime;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use postward_texts::{Message, message, text};

#[derive(Template)]
#[template(path = "webmail/message.html")]
struct MessagePage {
    page: Page,
    list: FolderList,
    pane: Pane,
}

/// The message itself, which a script may put beside the list without loading the rest again.
#[derive(Template)]
#[template(path = "webmail/pane.html")]
struct Pane {
    csrf: String,
    subject: String,
    from: Vec<Person>,
    reply_to: Vec<Person>,
    to: Vec<Person>,
    cc: Vec<Person>,
    when: Option<RelativeTime>,
    flagged: bool,
    body: MessageBody,
    attachments: Vec<AttachmentLine>,
    paths: Paths,
}

/// What there is to see of the message.
enum MessageBody {
    /// Safe markup of plain text.
    Text(String),
    /// A frame that shows the document at this path.
    Frame(String),
    /// A sentence in place of the message.
    Instead(&'static str),
}

struct AttachmentLine {
    name: String,
    size: String,
    content_type: String,
    path: String,
}

struct Paths {
    back: String,
    mark: String,
    original: String,
    /// The message with its pictures from elsewhere, where there are some that were left out.
    images: Option<String>,
    page: u32,
    words: String,
}

/// `GET /webmail/folder/{folder}/{uid}`.
pub(super) async fn page(
    context: RequestContext,
    owner: Owner,
    headers: HeaderMap,
    Path((folder, uid)): Path<(String, String)>,
    Query(query): Query<MessageQuery>,
) -> Result<Response, PageError> {
    let (folder, uid) = routes::message(&folder, &uid)?;
    let (view, now) = (query.view(), context.site.now());
    let mut client = engine_connection::open(&context.site, &owner).await?;
    let stored = {
        let mut selected = client.select(&folder).await?;
        let stored = selected.message(uid).await?.ok_or(PageError::NotFound)?;
        if !stored.seen {
            selected.mark(uid, Mark::Seen).await?;
        }
        stored
    };
    let Stored { flagged, bytes, extent, .. } = stored;
    let letter = engine_connection::run_blocking(move || match extent {
        Extent::Whole => Letter::read(&bytes),
        Extent::Header => Letter::header(&bytes),
    })
    .await?;
    let page = owner.page(&context, letter.subject.as_deref().unwrap_or_else(|| text("no-subject")));
    let body = match extent {
        Extent::Header => MessageBody::Instead(text("message-too-large")),
        Extent::Whole => MessageBody::of(&letter.content, &folder, uid, body::images(&query, &headers)),
    };
    let pane = Pane {
        csrf: page.csrf.clone(),
        paths: Paths::of(&folder, uid, &view, &letter.content, &body),
        when: letter.date.map(|date| RelativeTime::new(date, now)),
        attachments: letter
            .attachments
            .into_iter()
            .map(|one| AttachmentLine::of(one, &folder, uid))
            .collect(),
        subject: letter.subject.unwrap_or_else(|| text("no-subject").to_owned()),
        from: letter.from,
        reply_to: letter.reply_to,
        to: letter.to,
        cc: letter.cc,
        flagged,
        body,
    };
    if context.render_mode() == RenderMode::Partial {
        return Ok(html(StatusCode::OK, &pane));
    }
    let list = FolderList::of(&mut client, &folder, &view, Some(uid), now).await?;
    Ok(html(StatusCode::OK, &MessagePage { page, list, pane }))
}

impl MessageBody {
    fn of(content: &Content, folder: &FolderName, uid: Uid, images: RemoteImages) -> Self {
        match content {
            Content::Text(markup) => Self::Text(markup.clone()),
            Content::Html { .. } => Self::Frame(match images {
                RemoteImages::Blocked => path_below(folder, uid, "body"),
                RemoteImages::Shown => path_below(folder, uid, "body?images=show"),
            }),
            Content::TooComplex => Self::Instead(text("message-too-complex")),
            Content::Nothing => Self::Instead(text("message-no-text")),
        }
    }
}

impl AttachmentLine {
    fn of(attachment: Attachment, folder: &FolderName, uid: Uid) -> Self {
        Self {
            path: path_below(folder, uid, &format!("part/{}", attachment.number)),
            name: attachment.name,
            size: size(attachment.size),
            content_type: attachment.content_type,
        }
    }
}

impl Paths {
    fn of(folder: &FolderName, uid: Uid, view: &View, content: &Content, body: &MessageBody) -> Self {
        let here = message_path(folder, uid, view);
        let left_out = match (content, body) {
            (Content::Html { remote_images: 1.. }, MessageBody::Frame(path)) => {
                !path.ends_with("images=show")
            }
            _ => false,
        };
        let joint = if here.contains('?') { '&' } else { '?' };
        Self {
            back: folder_path(folder, view),
            mark: path_below(folder, uid, "mark"),
            original: path_below(folder, uid, "original"),
            images: left_out.then(|| format!("{here}{joint}images=show")),
            page: view.page + 1,
            words: view.words.clone(),
        }
    }
}

/// `1.2 MB`, as file managers say it.
fn size(bytes: usize) -> String {
    const STEPS: [fn() -> Message; 3] =
        [|| message("size-kilobytes"), || message("size-megabytes"), || message("size-gigabytes")];
    if bytes < 1_000 {
        return message("size-bytes").count("count", bytes as u64).to_string();
    }
    let mut amount = bytes as f64 / 1_000.0;
    let mut larger = STEPS[1..].iter();
    let mut unit = STEPS[0];
    while amount >= 1_000.0
        && let Some(next) = larger.next()
    {
        amount /= 1_000.0;
        unit = *next;
    }
    let amount = if amount < 10.0 { format!("{amount:.1}") } else { format!("{amount:.0}") };
    unit().with("amount", amount).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_as_people_say_them() {
        for (bytes, expected) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_200, "1.2 kB"),
            (25_000, "25 kB"),
            (3_400_000, "3.4 MB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
