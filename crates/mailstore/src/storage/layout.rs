//! The directories of a mailbox: the Maildir itself is INBOX, each folder is a directory in it (Maildir++).

use crate::folder_name::{FolderName, SpecialUse};
use crate::storage::{maildir, subscriptions};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Creates a mailbox: INBOX, a folder for each special use, and subscriptions to them.
pub(crate) fn create_mailbox(maildir: &Path) -> io::Result<()> {
    maildir::create_directories(maildir)?;
    let names = SpecialUse::ALL.map(SpecialUse::folder);
    for name in &names {
        create_folder(maildir, name)?;
    }
    subscriptions::save(maildir, &names.into_iter().chain([FolderName::inbox()]).collect())?;
    // INBOX is last: if it exists, the mailbox is complete.
    create_folder(maildir, &FolderName::inbox())
}

/// The directory of a folder.
pub(crate) fn folder_directory(maildir: &Path, name: &FolderName) -> PathBuf {
    name.directory().map_or_else(|| maildir.to_owned(), |directory| maildir.join(directory))
}

/// Creates the directories of a folder.
pub(crate) fn create_folder(maildir: &Path, name: &FolderName) -> io::Result<()> {
    let directory = folder_directory(maildir, name);
    maildir::create_directories(&directory)?;
    if !name.is_inbox() {
        // Maildir++: tells delivery agents that this is a folder and not a mailbox.
        fs::File::create(directory.join("maildirfolder"))?;
    }
    maildir::create_folder(&directory)
}
