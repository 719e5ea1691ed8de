//! The addresses of folders and messages, and reading them back.

use super::imap::{FolderName, Uid};
use crate::http::error_page::PageError;
use crate::http::redirect::query_value;
use serde::Deserialize;

/// How a list is looked at: which page of it, and what was searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct View {
    /// The page, counted from zero: the newest messages.
    pub(super) page: u32,
    /// What was searched for; empty for the whole folder.
    pub(super) words: String,
}

/// The query of an address, as it comes.
#[derive(Deserialize)]
pub(super) struct MessageQuery {
    #[serde(default)]
    page: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    images: String,
}

impl MessageQuery {
    /// Longer than anybody searches for.
    const MAX_WORDS: usize = 200;

    /// The view asked for; nonsense is the first page.
    pub(super) fn view(&self) -> View {
        let page = self.page.parse::<u32>().unwrap_or(1).saturating_sub(1);
        View { page, words: self.q.trim().chars().take(Self::MAX_WORDS).collect() }
    }

    /// Whether pictures from elsewhere shall be loaded.
    pub(super) fn wants_images(&self) -> bool {
        self.images == "show"
    }
}

impl View {
    /// The same view on another page of the list.
    pub(super) fn on_page(&self, page: u32) -> Self {
        Self { page, words: self.words.clone() }
    }

    /// The query that leads to it, with its question mark; empty for the first page of the whole folder.
    fn query(&self) -> String {
        let page = (self.page > 0).then(|| format!("page={}", self.page + 1));
        let words = (!self.words.is_empty()).then(|| format!("q={}", query_value(&self.words)));
        let parts: Vec<String> = words.into_iter().chain(page).collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }
}

/// The path of a folder.
pub(super) fn folder_path(folder: &FolderName, view: &View) -> String {
    format!("/webmail/folder/{}{}", query_value(folder.as_str()), view.query())
}

/// The path of a message, coming from a view of its folder.
pub(super) fn message_path(folder: &FolderName, uid: Uid, view: &View) -> String {
    format!("/webmail/folder/{}/{uid}{}", query_value(folder.as_str()), view.query())
}

/// The path of something that belongs to a message.
pub(super) fn path_below(folder: &FolderName, uid: Uid, what: &str) -> String {
    format!("/webmail/folder/{}/{uid}/{what}", query_value(folder.as_str()))
}

/// Reads a folder from a path. One that cannot be a name does not exist.
pub(super) fn folder(text: &str) -> Result<FolderName, PageError> {
    FolderName::parse(text).ok_or(PageError::NotFound)
}

/// Reads folder and message from a path.
pub(super) fn message(folder_text: &str, uid: &str) -> Result<(FolderName, Uid), PageError> {
    Ok((folder(folder_text)?, uid.parse().map_err(|_| PageError::NotFound)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_address_leads_back_to_where_it_came_from() {
        let folder = FolderName::parse("Pro/jekte & mehr").unwrap();
        let view = View { page: 2, words: "a&b?".to_owned() };
        assert_eq!(
            message_path(&folder, "7".parse().unwrap(), &view),
            "/webmail/folder/Pro%2Fjekte%20%26%20mehr/7?q=a%26b%3F&page=3"
        );
        assert_eq!(folder_path(&FolderName::inbox(), &View::default()), "/webmail/folder/INBOX");
    }

    #[test]
    fn a_nonsense_page_is_the_first() {
        for page in ["", "0", "1", "-1", "x", "99999999999999"] {
            let query = MessageQuery { page: page.to_owned(), q: String::new(), images: String::new() };
            assert_eq!(query.view().page, 0, "{page:?}");
        }
    }
}
