//! Folder names: as people write them, in modified UTF-7 for clients, and as directories.

use crate::error::{MailError, Result};
use postward_wire::imap::modified_utf7;
use std::fmt;

/// The name of a folder, as people read it. Levels are separated by [`FolderName::DELIMITER`].
///
/// A `FolderName` can always be a directory of a Maildir++: no empty level, no `/`, no control character, short
/// enough for a file system, and `INBOX` in its one spelling (RFC 9051 §5.1: it is case-insensitive).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FolderName(String);

impl FolderName {
    /// The hierarchy delimiter, for clients and on disk: Maildir++ has no other.
    pub const DELIMITER: char = '.';
    /// The largest length of a directory name, in octets: less than that of a file name (255).
    pub const MAX_ENCODED: usize = 240;
    const INBOX: &'static str = "INBOX";

    /// INBOX, where mail is delivered.
    pub fn inbox() -> Self {
        Self(Self::INBOX.to_owned())
    }

    /// Parses a name as people write it, in UTF-8.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.strip_suffix(Self::DELIMITER).unwrap_or(text);
        if text.eq_ignore_ascii_case(Self::INBOX) {
            return Ok(Self::inbox());
        }
        let mut levels = text.split(Self::DELIMITER);
        if levels.clone().any(str::is_empty) {
            return Err(MailError::Misuse("A folder name has an empty level."));
        }
        if levels.next().is_some_and(|top| top.eq_ignore_ascii_case(Self::INBOX)) {
            return Err(MailError::Misuse("There are no folders below INBOX."));
        }
        // `~` first would be expanded by shells and by some tools; it is refused as Dovecot refuses it.
        if text.starts_with('~') || text.chars().any(|c| c == '/' || c.is_control()) {
            return Err(MailError::Misuse("A folder name has a character in it that cannot be used."));
        }
        if modified_utf7::encode(text).len() > Self::MAX_ENCODED {
            return Err(MailError::Misuse("The folder name is too long."));
        }
        Ok(Self(text.to_owned()))
    }

    /// Parses a name as IMAP4rev1 clients send it (RFC 3501 §5.1.3, modified UTF-7).
    pub fn parse_modified_utf7(text: &str) -> Result<Self> {
        let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let text = modified_utf7::decode(text)
            .filter(|_| printable)
            .ok_or(MailError::Misuse("The folder name is not modified UTF-7."))?;
        Self::parse(&text)
    }

    /// The name as people read it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as IMAP4rev1 clients read it.
    pub fn to_modified_utf7(&self) -> String {
        modified_utf7::encode(&self.0)
    }

    /// Whether this is INBOX.
    pub fn is_inbox(&self) -> bool {
        self.0 == Self::INBOX
    }

    /// The last level.
    pub fn leaf(&self) -> &str {
        self.0.rsplit(Self::DELIMITER).next().unwrap_or(&self.0)
    }

    /// The folder above, if there is one.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once(Self::DELIMITER).map(|(above, _)| Self(above.to_owned()))
    }

    /// Whether the folder is somewhere below `above`.
    pub fn is_below(&self, above: &Self) -> bool {
        self.0.strip_prefix(&above.0).is_some_and(|rest| rest.starts_with(Self::DELIMITER))
    }

    /// The name of the folder after `from`, which is this folder or one above it, is renamed to `to`.
    pub(crate) fn renamed(&self, from: &Self, to: &Self) -> Result<Self> {
        let rest = self.0.strip_prefix(&from.0).unwrap_or_default();
        Self::parse(&format!("{}{rest}", to.0))
    }

    /// The directory inside the Maildir; `None` for INBOX, which is the Maildir itself.
    pub(crate) fn directory(&self) -> Option<String> {
        (!self.is_inbox()).then(|| format!(".{}", modified_utf7::encode(&self.0)))
    }

    /// Parses the name of a directory; `None` if it is no folder (`cur`, `..trash`).
    pub(crate) fn from_directory(directory: &str) -> Option<Self> {
        let name = Self::parse_modified_utf7(directory.strip_prefix('.')?).ok()?;
        // Two encodings of one name would be two folders with one name.
        (name.directory().as_deref() == Some(directory)).then_some(name)
    }
}

/// What a folder is for (RFC 6154).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpecialUse {
    /// `\Sent`
    Sent,
    /// `\Drafts`
    Drafts,
    /// `\Trash`
    Trash,
    /// `\Junk`
    Junk,
    /// `\Archive`
    Archive,
}

impl SpecialUse {
    /// Every use. A new mailbox has a folder for each.
    pub const ALL: [Self; 5] = [Self::Sent, Self::Drafts, Self::Trash, Self::Junk, Self::Archive];

    /// The name of its folder; its attribute is this name behind a backslash.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sent => "Sent",
            Self::Drafts => "Drafts",
            Self::Trash => "Trash",
            Self::Junk => "Junk",
            Self::Archive => "Archive",
        }
    }

    /// The folder that has this use.
    pub fn folder(self) -> FolderName {
        FolderName(self.name().to_owned())
    }

    /// The use of a folder, if it has one.
    pub fn of(name: &FolderName) -> Option<Self> {
        Self::ALL.into_iter().find(|special| special.name() == name.as_str())
    }
}

impl fmt::Display for FolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks a name and the directory it becomes; nothing where the name must be refused.
    #[track_caller]
    fn check(text: &str, directory: Option<&str>) {
        let name = FolderName::parse(text).ok();
        assert_eq!(name.as_ref().and_then(FolderName::directory).as_deref(), directory, "{text:?}");
        if let Some(directory) = directory {
            assert_eq!(FolderName::from_directory(directory), name, "{text:?}");
        }
    }

    #[test]
    fn a_folder_is_called_on_disk_as_dovecot_calls_it() {
        check("Sent", Some(".Sent"));
        check("Archive.2026", Some(".Archive.2026"));
        check("Entwürfe", Some(".Entw&APw-rfe"));
        check("R&D", Some(".R&-D"));
        check("日本語", Some(".&ZeVnLIqe-"));
        check("a😀", Some(".a&2D3eAA-"));
    }

    #[test]
    fn a_name_cannot_leave_the_mailbox() {
        for text in ["", ".", "..", "a..b", ".a", "a/b", "../x", "a\0b", "a\r\nb", "~root", "inbox.x"] {
            check(text, None);
        }
        check(&"x".repeat(300), None);
        assert_eq!(FolderName::parse("iNbOx").ok(), Some(FolderName::inbox()));
    }

    #[test]
    fn a_directory_that_is_no_folder_is_passed_over() {
        for directory in ["cur", "..postward-trash-1", ".", "..", ".&bad", ".&AGE-"] {
            assert_eq!(FolderName::from_directory(directory), None, "{directory:?}");
        }
    }
}
