//! Who may sign in, who is signed in, and what ends when a password changes.
//!
//! Every use case of Postward that touches a credential or a session exists here, exactly once; the surfaces (mail
//! protocols, web pages, command line) translate to and from it. In reading order:
//!
//! * [`principal`], [`origin`], [`scope`]: who, from where, and what they may see.
//! * [`sign_in`]: an attempt becomes a [`SessionGuard`] or a refusal. The only way in. [`resume`]: a cookie becomes one
//!   again, for one request.
//! * [`credential`]: a new password. The only place that writes one, and the place that ends what was open.
//! * [`registry`]: the sessions alive on this node; [`watch`]: the sweep that hears of changes made elsewhere.
//! * [`policy`], [`generator`], [`hasher`], [`reconnect`], [`throttle`]: what a password must be and what a try costs.
//! * [`directory`], [`sessions`], [`audit`]: accounts, domains, mailboxes and staff; what is open; what happened.
//! * [`app_password`], [`mail_app_mode`]: one for each mail app, and who may still use the mailbox's password.
//! * [`outbox`]: what people are told of it by mail, until it is on its way.
//!
//! This crate knows no HTTP, no IMAP and no socket. Its store is private: nobody else can write a credential row.

mod acting;
pub mod app_password;
pub mod audit;
pub mod authority;
mod backup_code;
mod cause;
mod code_text;
pub mod credential;
mod desk;
pub mod directory;
pub mod events;
mod first_factor;
pub mod generator;
pub mod hasher;
mod key_rotation;
pub mod keys;
pub mod link;
pub mod mail_app_mode;
mod notices;
pub mod origin;
pub mod outbox;
pub mod own;
pub mod policy;
pub mod principal;
mod proof;
pub mod reconnect;
pub mod recover;
pub mod recovery_code;
pub mod recovery_email;
pub mod registry;
pub mod resume;
pub mod scope;
pub mod second_factor;
pub mod second_step;
pub mod sessions;
pub mod sign_in;
mod staff_rescue;
mod store;
pub mod throttle;
pub mod token;
mod totp;
mod turns;
pub mod watch;

pub use acting::{Acting, ConfirmError, NotNow};
pub use authority::{Authority, Database, Figures, OpenError, Settings, Unavailable};
pub use credential::{AppPasswords, ChangeError, Confirmation, Receipt, ResetError};
pub use link::LinkKind;
pub use origin::{Network, Origin, Surface};
pub use outbox::{Letter, LetterId, Notice};
pub use policy::Policy;
pub use principal::{AccountId, AppPasswordId, DomainId, MailboxId, SessionId, StaffId};
pub use registry::{EndReason, SessionGuard};
pub use resume::{SignedOut, StaffSession};
pub use scope::{Actor, Role};
pub use sign_in::SignedIn;
pub use token::Token;
pub use totp::SetUp;

/// A moment in time. It is always an argument: nothing in this crate reads a clock.
pub type Timestamp = jiff::Timestamp;
