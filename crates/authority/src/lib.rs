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
mod app_password;
mod audit;
mod authority;
mod backup_code;
mod cause;
mod code_text;
mod credential;
mod desk;
mod directory;
mod events;
mod first_factor;
mod generator;
mod hasher;
mod key_rotation;
mod keys;
mod link;
mod mail_app_mode;
mod notices;
mod origin;
mod outbox;
mod own;
mod policy;
mod principal;
mod proof;
mod reconnect;
mod recover;
mod recovery_code;
mod recovery_email;
mod registry;
mod resume;
mod scope;
mod second_factor;
mod second_step;
mod sessions;
mod sign_in;
mod staff_rescue;
mod store;
mod throttle;
mod token;
mod totp;
mod turns;
mod watch;

pub use crate::acting::{Acting, ConfirmError, NotNow};
pub use crate::app_password::{AppPassword, AppPasswordError, AppPasswordUse, MailApp, MailAppMode};
pub use crate::audit::{AuditEntry, RefusedTry};
pub use crate::authority::{Authority, Database, Figures, OpenError, Settings, Unavailable};
pub use crate::credential::{AppPasswords, ChangeError, Confirmation, Receipt, ResetError};
pub use crate::directory::{
    Account, AccountKind, AddError, Cursor, Delivery, Domain, Mailbox, MailboxPage, MailboxQuery,
    MailboxState, NewStaff, Sort,
};
pub use crate::events::{ChangeSubscription, PrincipalChange};
pub use crate::generator::{PASSWORD_RECIPE, PasswordRecipe, generate_password};
pub use crate::hasher::{HasherError, Hashing};
pub use crate::keys::KeyError;
pub use crate::link::LinkKind;
pub use crate::mail_app_mode::{ModeAt, ModeOf, ShutOut};
pub use crate::origin::{Origin, Surface};
pub use crate::outbox::{Letter, LetterId, Notice, OUTBOX_LEASE};
pub use crate::own::{OwnSessions, PastSession};
pub use crate::policy::{PasswordPolicy, PasswordProblem, PolicyRule, Requirement};
pub use crate::principal::{AccountId, AppPasswordId, DomainId, Epoch, MailboxId, SessionId, StaffId};
pub use crate::recover::{LinkError, OpenLink, RecoverError};
pub use crate::recovery_email::{RecoveryEmail, RecoveryEmailError};
pub use crate::registry::{EndReason, SessionGuard};
pub use crate::resume::{SignedOut, StaffSession};
pub use crate::scope::{Actor, Role};
pub use crate::second_factor::{OtherSessions, SecondFactorError, TurnedOn};
pub use crate::second_step::SecondStepError;
pub use crate::sessions::{ActError, LiveSession, Which};
pub use crate::sign_in::SignedIn;
pub use crate::throttle::ThrottleLimits;
pub use crate::token::Token;
pub use crate::totp::SetUp;

/// A moment in time. It is always an argument: nothing in this crate reads a clock.
pub type Timestamp = jiff::Timestamp;
