//! Mail on disk: Maildir++ folders with the files Dovecot keeps beside them, and the operations on mailboxes and folders.
//!
//! [`mailstore`] finds the mailbox of an address, [`mailbox`] is its folders, [`folder`] is one of them.
//! [`open_folders`] are shared by all sessions of the process; [`folder_state`] is what is known of a folder's directory,
//! [`snapshot`] what it held at one moment. Below them,
//! [`maildir`] is file names and the order of writes; [`uidlist`], [`uidvalidity`], [`keywords`] and [`subscriptions`]
//! are the small files beside the messages.

pub(crate) mod append;
pub(crate) mod cancellation;
pub(crate) mod folder;
pub(crate) mod folder_state;
pub(crate) mod idempotent_delivery;
pub(crate) mod keywords;
pub(crate) mod layout;
pub(crate) mod listing;
pub(crate) mod mailbox;
pub(crate) mod maildir;
pub(crate) mod mailstore;
pub(crate) mod open_folders;
pub(crate) mod snapshot;
pub(crate) mod spool;
pub(crate) mod subscriptions;
pub(crate) mod transfer;
pub(crate) mod trash;
pub(crate) mod uidlist;
pub(crate) mod uidvalidity;
