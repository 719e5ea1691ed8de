//! The built-in mail engine: Maildir++ on disk, and the protocols a mailbox is used through after sign-in.
//!
//! Reading order: [`Mailstore`] finds the mailbox of an address; [`OpenMailbox`] is its folders; [`Folder`] is one of
//! them, shared by all sessions that look at it; [`View`] is what a folder looked like at one moment.
//!
//! What it never does: it knows no password and asks no authority. It is handed a stream and a proven
//! [`postward_wire::Address`], and whoever drops the future of a session ends it, at any await, with mail whole.

mod conversation;
mod crlf;
mod disk;
mod error;
mod flags;
mod folder;
mod folder_name;
pub mod imap;
mod keywords;
mod limits;
mod listing;
mod lmtp;
mod mailbox;
mod maildir;
mod pop3;
mod recipients;
mod shelf;
mod smtp;
mod store;
mod submission;
mod subscriptions;
mod uidlist;
mod uidvalidity;
mod view;

pub use error::{MailError, Result};
pub use flags::{FlagChange, Flags};
pub use folder::{Append, Appended, Copied, Folder};
pub use folder_name::{FolderName, SpecialUse};
pub use imap::serve_imap;
pub use limits::Limits;
pub use lmtp::{serve_lmtp, serve_lmtp_session};
pub use mailbox::{FolderInfo, OpenMailbox};
pub use pop3::serve_pop3;
pub use recipients::{Recipient, Recipients, Unavailable};
pub use store::Mailstore;
pub use submission::serve_submission;
pub use view::{Message, View};
