//! The names of folders: modified UTF-7 as the engine spells them, and the text people read.

use super::error::ImapError;
use imap_types::mailbox::Mailbox;
use postward_wire::imap::modified_utf7;

/// A folder, by the name the engine knows it by (RFC 3501 §5.1.3: modified UTF-7). It is kept as it was spelt, so
/// that the engine always gets its own spelling back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FolderName(String);

impl FolderName {
    /// Longer than any path on disk.
    const MAX_LEN: usize = 1_000;

    /// The one folder every mailbox has.
    pub(crate) fn inbox() -> Self {
        Self("INBOX".to_owned())
    }

    /// Takes what a path carried. Whether there is such a folder is for the engine to say.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text.len() > Self::MAX_LEN || text.chars().any(char::is_control) {
            return None;
        }
        // RFC 3501 §5.1: INBOX is the one name in which case does not matter.
        Some(if text.eq_ignore_ascii_case("INBOX") { Self::inbox() } else { Self(text.to_owned()) })
    }

    pub(super) fn from_engine(mailbox: &Mailbox<'_>) -> Result<Self, ImapError> {
        match mailbox {
            Mailbox::Inbox => Ok(Self::inbox()),
            Mailbox::Other(other) => std::str::from_utf8(other.as_ref())
                .ok()
                .and_then(Self::parse)
                .ok_or(ImapError::Malformed("a folder name that is no text")),
        }
    }

    pub(super) fn to_engine(&self) -> Result<Mailbox<'_>, ImapError> {
        Mailbox::try_from(self.0.as_str()).map_err(|_| ImapError::Unrepresentable)
    }

    /// The engine's spelling, for paths.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the inbox.
    pub(crate) fn is_inbox(&self) -> bool {
        self.0 == "INBOX"
    }

    /// The name as people read it; the engine's spelling where that is no modified UTF-7 of a name.
    pub(crate) fn to_text(&self) -> String {
        let name = modified_utf7::decode(&self.0).filter(|name| !name.contains(char::is_control));
        name.unwrap_or_else(|| self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn names_are_shown_as_people_wrote_them() {
        for (engine, people) in [
            ("INBOX", "INBOX"),
            ("Entw&APw-rfe", "Entwürfe"),
            ("R&-D", "R&D"),
            ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),
            ("&2D3eAA-", "😀"),
            // Not modified UTF-7: shown as it is, never lost.
            ("a&b", "a&b"),
            ("&AA-", "&AA-"),
            ("&2D0-", "&2D0-"),
            ("&AAo-", "&AAo-"),
        ] {
            assert_eq!(FolderName::parse(engine).unwrap().to_text(), people);
        }
    }

    #[test]
    fn what_cannot_be_a_name_is_no_name() {
        for text in ["", "a\r\nb", "a\0", &"x".repeat(2_000)] {
            assert_eq!(FolderName::parse(text), None);
        }
        assert!(FolderName::parse("inbox").unwrap().is_inbox());
    }
}
