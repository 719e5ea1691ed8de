//! The names of folders, as clients write them.

use crate::error::{MailError, Result};
use crate::folder_name::FolderName;
use imap_types::mailbox::Mailbox;

/// The folder a client names.
pub(crate) fn folder_name(mailbox: &Mailbox<'_>) -> Result<FolderName> {
    match mailbox {
        Mailbox::Inbox => Ok(FolderName::inbox()),
        Mailbox::Other(name) => match std::str::from_utf8(name.as_ref()) {
            Ok(name) => FolderName::parse_modified_utf7(name),
            Err(_) => Err(MailError::Misuse("A folder name has a character in it that cannot be used.")),
        },
    }
}
