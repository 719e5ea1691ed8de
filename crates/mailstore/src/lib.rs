//! The built-in mail engine: Maildir++ on disk, and the protocols a mailbox is used through after sign-in.
//!
//! # Reading order
//!
//! [`Mailstore`] finds the mailbox of an address, [`OpenMailbox`] is its folders, [`Folder`] is one of them, shared by
//! all sessions that have it open, and [`Snapshot`] is what a folder held at one moment. They and the files below them, in
//! the formats Dovecot reads, are in `storage`.
//!
//! Above them, `line_stream` is a bounded stream of lines to a client's [`Connection`]; [`serve_pop3`], [`serve_submission`]
//! and [`serve_lmtp`] (which share `smtp`) and [`serve_imap`] are the protocols.
//!
//! # On disk
//!
//! ```text
//! root/<domain>/<local-part>/Maildir/{cur,new,tmp}        INBOX
//! root/<domain>/<local-part>/Maildir/.Sent/{cur,new,tmp}  a folder; its levels are separated by dots
//!     …/dovecot-uidlist  dovecot-keywords  maildirfolder  of each folder
//!     …/subscriptions  dovecot-uidvalidity                of the mailbox
//!     …/deliveries/                                       what `deliver_once` has delivered, until it cannot be repeated
//! root/.shelf/<domain>/<local-part>/<time>-<random>/      the trash: deleted mailboxes, until they are purged
//! root/.spool/                                            large messages while they are received; unlinked files
//! ```
//!
//! # Promises
//!
//! * Accepted mail is never lost: contents are synced, then renamed into place, then the directory is synced, and only then
//!   the client is answered.
//! * [`Mailstore::deliver_once`] delivers once, however often it is repeated, and whenever the process died.
//! * A UID is never assigned to a second message, also not after a crash. A malformed list of UIDs changes UIDVALIDITY; the
//!   mail stays.
//! * Other programs may deliver, rename and remove files at any time; it is seen at the next [`Folder::sync`].
//! * An idle session holds no buffer, and every line, message, wait and queue has its limit in [`Limits`].
//! * When a session's future has returned, nothing the session began goes on. Dropping the future ends the session at any
//!   await, and loses no mail; work under way then ends before its next message.
//!
//! # What it never does
//!
//! It knows no password and asks no authority: it is handed a connection and a proven [`postward_wire::Address`], and looks
//! recipients up through [`Recipients`].

mod clock;
mod connection;
mod crlf;
mod error;
mod flags;
mod folder_name;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod header_end;
mod imap;
mod limits;
mod line_stream;
mod pop3;
mod recipients;
mod smtp;
mod storage;

pub use connection::{ClientStream, Connection};
pub use error::{MailError, Result};
pub use flags::{FlagChange, Flags};
pub use folder_name::{FolderName, SpecialUse};
pub use imap::capability::CAPABILITIES as IMAP_CAPABILITIES;
pub use imap::serve_imap;
pub use limits::Limits;
pub use pop3::session::serve_pop3;
pub use recipients::{Recipient, Recipients, Unavailable};
pub use smtp::lmtp::{serve_lmtp, serve_lmtp_session};
pub use smtp::submission::serve_submission;
pub use storage::append::{Append, Appended, Octets};
pub use storage::folder::Folder;
pub use storage::mailbox::{FolderInfo, OpenMailbox};
pub use storage::mailstore::Mailstore;
pub use storage::snapshot::{Message, Snapshot};
pub use storage::transfer::Copied;
