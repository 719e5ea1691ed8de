//! A folder as it stands in the list at the left: its label, its depth and its role (RFC 6154).

use super::folder_name::FolderName;
use imap_types::flag::FlagNameAttribute;
use postward_texts::text;

/// One folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    /// The name the engine knows it by.
    pub(crate) name: FolderName,
    /// The last part of its name, as people read it.
    pub(crate) label: String,
    /// How many folders it lies in.
    pub(crate) depth: usize,
    /// What it is for.
    pub(crate) role: FolderRole,
    /// Whether it can hold messages; some only hold folders.
    pub(crate) selectable: bool,
    /// How many of its messages are unread.
    pub(crate) unread: u32,
    path: Vec<String>,
}

/// What a folder is for (RFC 6154), in the order in which folders are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FolderRole {
    /// Where mail arrives.
    Inbox,
    /// Messages being written.
    Drafts,
    /// Messages that were sent.
    Sent,
    /// Messages put away.
    Archive,
    /// Messages thought to be unwanted.
    Junk,
    /// Messages thrown away.
    Trash,
    /// Nothing in particular.
    Other,
}

impl Folder {
    pub(super) fn listed(
        name: FolderName,
        attributes: &[FlagNameAttribute<'_>],
        delimiter: Option<char>,
    ) -> Self {
        let text = name.to_text();
        let path: Vec<String> = match delimiter {
            Some(delimiter) => text.split(delimiter).map(str::to_owned).collect(),
            None => vec![text],
        };
        let depth = path.len() - 1;
        let own = path.last().map_or("", String::as_str);
        let role = FolderRole::of(&name, depth, own, attributes);
        Self {
            label: role.label().map_or_else(|| own.to_owned(), str::to_owned),
            depth,
            role,
            selectable: !attributes.contains(&FlagNameAttribute::Noselect),
            unread: 0,
            name,
            path,
        }
    }
}

impl FolderRole {
    fn of(name: &FolderName, depth: usize, own: &str, attributes: &[FlagNameAttribute<'_>]) -> Self {
        if name.is_inbox() {
            return Self::Inbox;
        }
        let declared = attributes.iter().find_map(|attribute| {
            match attribute.to_string().to_ascii_lowercase().as_str() {
                "\\drafts" => Some(Self::Drafts),
                "\\sent" => Some(Self::Sent),
                "\\archive" => Some(Self::Archive),
                "\\junk" => Some(Self::Junk),
                "\\trash" => Some(Self::Trash),
                _ => None,
            }
        });
        // Engines without SPECIAL-USE still name their folders as mail apps do.
        let by_name = || match own.to_ascii_lowercase().as_str() {
            "drafts" => Self::Drafts,
            "sent" | "sent items" | "sent messages" => Self::Sent,
            "archive" | "archives" => Self::Archive,
            "junk" | "spam" => Self::Junk,
            "trash" | "deleted items" | "deleted messages" => Self::Trash,
            _ => Self::Other,
        };
        declared.unwrap_or_else(|| if depth == 0 { by_name() } else { Self::Other })
    }

    /// The name people read, where the role has one of its own.
    fn label(self) -> Option<&'static str> {
        match self {
            Self::Inbox => Some(text("folder-inbox")),
            Self::Drafts => Some(text("folder-drafts")),
            Self::Sent => Some(text("folder-sent")),
            Self::Archive => Some(text("folder-archive")),
            Self::Junk => Some(text("folder-junk")),
            Self::Trash => Some(text("folder-trash")),
            Self::Other => None,
        }
    }
}

/// Puts the folders in the order in which they are shown: by role, then by name, each before what lies in it.
pub(super) fn sort(folders: &mut [Folder]) {
    let roots: Vec<(String, FolderRole)> = folders
        .iter()
        .filter(|folder| folder.depth == 0)
        .map(|folder| (folder.path.concat(), folder.role))
        .collect();
    let root_role = |folder: &Folder| {
        let root = folder.path.first();
        roots
            .iter()
            .find(|(name, _)| root.is_some_and(|root| root.eq_ignore_ascii_case(name)))
            .map_or(folder.role, |(_, role)| *role)
    };
    folders.sort_by_cached_key(|folder| {
        let path: Vec<String> = folder.path.iter().map(|part| part.to_lowercase()).collect();
        (root_role(folder), path)
    });
}
