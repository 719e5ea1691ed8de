//! The folders at the left and one page of the open folder's messages, as they stand beside a message.

use super::imap::{Client, Folder, FolderName, FolderRole, Person, Summary, Uid};
use super::routes::{View, folder_path, message_path};
use crate::http::error_page::PageError;
use crate::view::digit_groups::grouped;
use crate::view::relative_time::RelativeTime;
use postward_authority::Timestamp;
use postward_texts::{Message, message, text};

/// Folders and list, ready to be shown.
pub(super) struct FolderList {
    /// All folders.
    pub(super) folders: Vec<FolderLine>,
    /// The name of the open one.
    pub(super) title: String,
    /// Its path, without a view.
    pub(super) home: String,
    /// What was searched for in it.
    pub(super) words: String,
    /// One page of its messages.
    pub(super) lines: Vec<Line>,
    /// Which messages these are: `1–50 of 10,000`.
    pub(super) range: String,
    /// Where newer ones are.
    pub(super) newer: Option<String>,
    /// Where older ones are.
    pub(super) older: Option<String>,
}

/// A folder in the list at the left.
pub(super) struct FolderLine {
    pub(super) label: String,
    /// None for one that only holds folders.
    pub(super) path: Option<String>,
    pub(super) depth: usize,
    pub(super) unread: u32,
    pub(super) role: FolderRole,
    pub(super) open: bool,
}

/// A message in the list.
pub(super) struct Line {
    pub(super) path: String,
    pub(super) who: String,
    pub(super) subject: String,
    pub(super) when: Option<RelativeTime>,
    /// The moment in as few letters as it takes: `5 h`, `31 Oct`.
    pub(super) short: String,
    pub(super) seen: bool,
    pub(super) flagged: bool,
    pub(super) answered: bool,
    pub(super) attachment: bool,
    pub(super) open: bool,
}

/// How many messages a page of the list has.
const PAGE: u32 = 50;

impl FolderList {
    /// Looks at a folder; `open` is the message that stands beside the list, if one does.
    pub(super) async fn of(
        client: &mut Client,
        name: &FolderName,
        view: &View,
        open: Option<Uid>,
        now: Timestamp,
    ) -> Result<Self, PageError> {
        let folders = client.folders().await?;
        let folder = folders.iter().find(|folder| folder.name == *name && folder.selectable);
        let folder = folder.ok_or(PageError::NotFound)?.clone();
        let (total, summaries) = page_of(client, name, view).await?;
        let known_by = KnownBy::of(folder.role);
        let lines: Vec<Line> = summaries
            .into_iter()
            .map(|summary| Line::of(summary, known_by, |uid| message_path(name, uid, view), open, now))
            .collect();
        let skipped = view.page.saturating_mul(PAGE);
        let last = skipped.saturating_add(PAGE).min(total);
        Ok(Self {
            title: folder.label.clone(),
            home: folder_path(name, &View::default()),
            words: view.words.clone(),
            range: range(skipped, last, total),
            newer: (view.page > 0).then(|| folder_path(name, &view.on_page(view.page - 1))),
            older: (last < total).then(|| folder_path(name, &view.on_page(view.page + 1))),
            folders: folders.into_iter().map(|folder| FolderLine::of(folder, name)).collect(),
            lines,
        })
    }

    /// How many unread messages the open folder has.
    pub(super) fn unread(&self) -> u32 {
        self.folders.iter().find(|folder| folder.open).map_or(0, |folder| folder.unread)
    }
}

/// One page of a folder, and how many messages there are in all of it.
async fn page_of(
    client: &mut Client,
    name: &FolderName,
    view: &View,
) -> Result<(u32, Vec<Summary>), PageError> {
    let mut folder = client.examine(name).await?;
    let skip = view.page.saturating_mul(PAGE);
    if view.words.is_empty() {
        return Ok((folder.messages, folder.newest(skip, PAGE).await?));
    }
    let found = folder.search(&view.words).await?;
    let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let shown: Vec<Uid> = found.into_iter().skip(skip as usize).take(PAGE as usize).collect();
    Ok((total, folder.these(&shown).await?))
}

impl FolderLine {
    fn of(folder: Folder, open: &FolderName) -> Self {
        Self {
            path: folder.selectable.then(|| folder_path(&folder.name, &View::default())),
            open: folder.name == *open,
            label: folder.label,
            depth: folder.depth.min(4),
            unread: folder.unread,
            role: folder.role,
        }
    }

    /// How many unread messages it has, as people read numbers.
    pub(super) fn count(&self) -> String {
        grouped(self.unread.into())
    }

    /// The name of its picture.
    pub(super) fn icon(&self) -> &'static str {
        match self.role {
            FolderRole::Inbox => "inbox",
            FolderRole::Drafts => "draft",
            FolderRole::Sent => "sent",
            FolderRole::Archive => "archive",
            FolderRole::Junk => "junk",
            FolderRole::Trash => "trash",
            FolderRole::Other => "folder",
        }
    }
}

/// Whom a list names in its lines.
#[derive(Clone, Copy)]
enum KnownBy {
    /// Who wrote.
    Writer,
    /// To whom it goes: in the folders of what one wrote oneself.
    Reader,
}

impl KnownBy {
    fn of(role: FolderRole) -> Self {
        match role {
            FolderRole::Sent | FolderRole::Drafts => Self::Reader,
            _ => Self::Writer,
        }
    }
}

impl Line {
    fn of(
        summary: Summary,
        known_by: KnownBy,
        path: impl Fn(Uid) -> String,
        open: Option<Uid>,
        now: Timestamp,
    ) -> Self {
        Self {
            path: path(summary.uid),
            who: match known_by {
                KnownBy::Writer => names(&summary.from, text("unknown-sender")),
                KnownBy::Reader => {
                    let recipients = names(&summary.to, text("webmail-to-nobody"));
                    message("webmail-line-to").with("recipients", recipients).to_string()
                }
            },
            subject: summary.subject.unwrap_or_else(|| text("no-subject").to_owned()),
            short: summary.date.map(|date| short(date, now)).unwrap_or_default(),
            when: summary.date.map(|date| RelativeTime::new(date, now)),
            seen: summary.seen,
            flagged: summary.flagged,
            answered: summary.answered,
            attachment: summary.attachment,
            open: open == Some(summary.uid),
        }
    }
}

fn names(people: &[Person], nobody: &str) -> String {
    match people {
        [] => nobody.to_owned(),
        [one] => one.label().to_owned(),
        [first, others @ ..] => message("list-and-more")
            .with("first", first.label())
            .count("count", others.len() as u64)
            .to_string(),
    }
}

/// A moment in as few letters as it takes; the page has the exact one beside it.
fn short(moment: Timestamp, now: Timestamp) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let ago = |message: Message, count: i64| message.count("count", count.unsigned_abs()).to_string();
    match now.as_second() - moment.as_second() {
        ..MINUTE => text("short-now").to_owned(),
        seconds if seconds < HOUR => ago(message("short-minutes"), seconds / MINUTE),
        seconds if seconds < DAY => ago(message("short-hours"), seconds / HOUR),
        seconds if seconds < 7 * DAY => ago(message("short-days"), seconds / DAY),
        seconds if seconds < 300 * DAY => moment.strftime("%-d %b").to_string(),
        _ => moment.strftime("%-d %b %Y").to_string(),
    }
}

fn range(skipped: u32, last: u32, total: u32) -> String {
    match total {
        0 => String::new(),
        // All of them, or a page beyond the last.
        _ if total == 1 || skipped == 0 && last == total || skipped >= total => message("webmail-messages")
            .count("count", total.into())
            .with("grouped", grouped(total.into()))
            .to_string(),
        _ => message("webmail-range")
            .with("first", grouped(u64::from(skipped) + 1))
            .with("last", grouped(last.into()))
            .with("total", grouped(total.into()))
            .to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn moments_take_as_few_letters_as_they_need() {
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        for (moment, expected) in [
            ("2026-11-21T09:05:00Z", "now"),
            ("2026-11-21T08:48:00Z", "12 min"),
            ("2026-11-20T10:00:00Z", "23 h"),
            ("2026-11-18T09:00:00Z", "3 d"),
            ("2026-10-31T09:00:00Z", "31 Oct"),
            ("2025-10-31T09:00:00Z", "31 Oct 2025"),
        ] {
            assert_eq!(short(moment.parse().unwrap(), now), expected);
        }
    }

    #[test]
    fn a_list_says_where_one_is_in_it() {
        assert_eq!(range(0, 0, 0), "");
        assert_eq!(range(0, 12, 12), "12 messages");
        assert_eq!(range(249_950, 10_000, 10_000), "10,000 messages");
        assert_eq!(range(9_950, 10_000, 10_000), "9,951–10,000 of 10,000");
    }
}
