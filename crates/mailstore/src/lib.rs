//! The built-in mail engine: Maildir++ on disk, and the protocols a mailbox is used through after sign-in.
//!
//! # Reading order
//!
//! [`Mailstore`] finds the mailbox of an address, [`OpenMailbox`] is its folders, [`Folder`] is one of them, shared by
//! all sessions that look at it, and [`Snapshot`] is what a folder looked like at one moment. They and the files
//! below them, in the forms Dovecot reads, are in `storage`.
//!
//! Above them, `line_stream` is a bounded exchange of lines; [`serve_pop3`], [`serve_submission`] and [`serve_lmtp`]
//! (which share `smtp`) and [`serve_imap`] are the protocols.
//!
//! # On disk
//!
//! ```text
//! root/<domain>/<local-part>/Maildir/{cur,new,tmp}        INBOX
//! root/<domain>/<local-part>/Maildir/.Sent/{cur,new,tmp}  a folder; levels are divided by dots
//!     …/dovecot-uidlist  dovecot-keywords  maildirfolder  of each folder
//!     …/subscriptions  dovecot-uidvalidity                of the mailbox
//!     …/deliveries/                                       what `deliver_once` has delivered, until nobody can repeat it
//! root/.shelf/<domain>/<local-part>/<when>/               deleted mailboxes, until they are purged
//! root/.spool/                                            large messages while they come in; they have no names
//! ```
//!
//! # Promises
//!
//! * What was accepted is never lost: contents are synced, then renamed into place, then the directory is synced, and
//!   only then is anything answered.
//! * [`Mailstore::deliver_once`] delivers once, however often it is repeated, and whenever the process died.
//! * A UID is never given to a second message, also not after a crash. A list of UIDs that cannot be trusted changes
//!   UIDVALIDITY; the mail stays.
//! * Other tools may deliver, rename and remove files at any time; it is seen at the next [`Folder::sync`].
//! * A session that waits holds no buffer, and every line, message, wait and queue has its limit in [`Limits`].
//! * When a session's future has returned, nothing the session began goes on. Whoever drops it ends it at any await,
//!   with mail whole; work under way then ends before its next message.
//!
//! # What it never does
//!
//! It knows no password and asks no authority: it is handed a stream and a proven [`postward_wire::Address`], and who
//! a recipient is it asks [`Recipients`].

mod connection;
mod crlf;
mod error;
mod flags;
mod folder_name;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
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
