//! A small IMAP client for the webmail, on a connection that is already signed in.
//!
//! Reading order: [`Client`] below is the interface; [`connection`] sends one command and reads its answer; [`framing`]
//! finds where an answer ends, within limits; [`folder`], [`folder_name`], [`summary`], [`uid`] and [`person`] are what
//! comes out; [`error`] is everything that can go wrong.
//!
//! Commands are built from typed values only, so nothing a person typed can become a second command. An answer that
//! is cut short, too large, late or not understood is an error the page shows: never an empty mailbox.

mod connection;
mod error;
mod folder;
mod folder_name;
mod framing;
mod person;
mod selected;
mod summary;
mod uid;

#[cfg(test)]
mod tests;

pub(crate) use error::ImapError;
pub(crate) use folder::{Folder, FolderRole};
pub(crate) use folder_name::FolderName;
pub(crate) use person::Person;
pub(crate) use selected::{Extent, Mark, Selected, Stored};
pub(crate) use summary::Summary;
pub(crate) use uid::Uid;

use crate::site::mail_engine::ImapStream;
use connection::Connection;
use imap_types::command::CommandBody;
use imap_types::mailbox::{ListMailbox, Mailbox};
use imap_types::response::Data;
use imap_types::status::{StatusDataItem, StatusDataItemName};

/// A mailbox of the engine, opened for one request.
pub(crate) struct Client {
    connection: Connection,
}

impl Client {
    /// More folders than anybody keeps; beyond it the answer is an error, not a page of a megabyte.
    const MAX_FOLDERS: usize = 2_000;

    /// Takes over a connection after authentication: no greeting follows.
    pub(crate) fn over(stream: Box<dyn ImapStream>) -> Self {
        Self { connection: Connection::over(stream) }
    }

    /// All folders, the ones with a role first, each with the number of its unread messages.
    pub(crate) async fn folders(&mut self) -> Result<Vec<Folder>, ImapError> {
        let all = ListMailbox::try_from("*").map_err(|_| ImapError::Unrepresentable)?;
        let root = Mailbox::try_from("").map_err(|_| ImapError::Unrepresentable)?;
        let mut folders = Vec::new();
        self.connection
            .run(CommandBody::List { reference: root, mailbox_wildcard: all }, |data| {
                if let Data::List { items, delimiter, mailbox } = data {
                    if folders.len() == Self::MAX_FOLDERS {
                        return Err(ImapError::TooLarge);
                    }
                    let name = FolderName::from_engine(&mailbox)?;
                    folders.push(Folder::listed(name, &items, delimiter.map(|d| d.inner())));
                }
                Ok(())
            })
            .await?;
        for folder in folders.iter_mut().filter(|folder| folder.selectable) {
            folder.unread = self.unread(&folder.name).await?;
        }
        folder::sort(&mut folders);
        Ok(folders)
    }

    async fn unread(&mut self, name: &FolderName) -> Result<u32, ImapError> {
        let mut unread = None;
        let command = CommandBody::Status {
            mailbox: name.to_engine()?,
            item_names: vec![StatusDataItemName::Unseen].into(),
        };
        self.connection
            .run(command, |data| {
                if let Data::Status { items, .. } = data {
                    unread = items.iter().find_map(|item| match item {
                        StatusDataItem::Unseen(count) => Some(*count),
                        _ => None,
                    });
                }
                Ok(())
            })
            .await?;
        unread.ok_or(ImapError::Malformed("a STATUS without UNSEEN"))
    }

    /// Opens a folder to look at it; nothing in it changes by that, not even `\Recent`.
    pub(crate) async fn examine(&mut self, name: &FolderName) -> Result<Selected<'_>, ImapError> {
        let command = CommandBody::Examine { mailbox: name.to_engine()? };
        Selected::open(&mut self.connection, command).await
    }

    /// Opens a folder in which flags may be set.
    pub(crate) async fn select(&mut self, name: &FolderName) -> Result<Selected<'_>, ImapError> {
        let command = CommandBody::Select { mailbox: name.to_engine()? };
        Selected::open(&mut self.connection, command).await
    }
}
