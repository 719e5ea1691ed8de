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
//! * [`outbox`]: what people are told of it by mail, until it is on its way.
//!
//! This crate knows no HTTP, no IMAP and no socket. Its store is private: nobody else can write a credential row.

pub mod audit;
pub mod authority;
pub mod credential;
mod desk;
pub mod directory;
pub mod generator;
pub mod hasher;
pub mod origin;
pub mod outbox;
pub mod policy;
pub mod principal;
pub mod reconnect;
pub mod registry;
pub mod resume;
pub mod scope;
pub mod sessions;
pub mod sign_in;
mod store;
pub mod throttle;
pub mod token;
mod turns;
pub mod watch;

pub use authority::{Authority, Database, Figures, OpenError, Settings, Unavailable};
pub use credential::{ChangeError, Confirmation, Receipt, ResetError};
pub use origin::{Origin, Surface};
pub use outbox::{Letter, LetterId, Notice};
pub use policy::Policy;
pub use principal::{AccountId, DomainId, MailboxId, SessionId, StaffId};
pub use registry::{EndReason, SessionGuard};
pub use resume::{SignedOut, StaffSession};
pub use scope::{Actor, Role};
pub use token::Token;

/// A moment in time. It is always an argument: nothing in this crate reads a clock.
pub type Timestamp = jiff::Timestamp;
