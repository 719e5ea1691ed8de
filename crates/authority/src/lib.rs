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
mod change;
mod credential;
mod directory;
mod error;
mod events;
mod first_factor;
mod key_rotation;
mod link;
mod mail_app_mode;
mod model;
mod notification;
mod outbox;
mod own;
mod rate_limit;
mod recover;
mod recovery_code;
mod recovery_email;
mod resume;
mod second_factor;
mod second_step;
mod session;
mod sessions;
mod sign_in;
mod staff_rescue;
mod store;
mod watch;

pub use crate::acting::{Acting, ConfirmError};
pub use crate::app_password::{AppPassword, AppPasswordError, AppPasswordUse, MailApp};
pub use crate::audit::{AuditEntry, RefusedTry};
pub use crate::authority::{Authority, Figures, Settings};
pub use crate::change::{AppPasswords, ChangeError, Confirmation, ResetError};
pub use crate::credential::hasher::{HasherError, Hashing};
pub use crate::credential::key_file::KeyError;
pub use crate::credential::password_generator::{PASSWORD_RECIPE, PasswordRecipe, generate_password};
pub use crate::credential::password_policy::{PasswordPolicy, PasswordProblem, PolicyRule, Requirement};
pub use crate::credential::token::Token;
pub use crate::credential::totp::SetUp;
pub use crate::directory::NewStaff;
pub use crate::error::{ActError, AddError, NotNow, OpenError, SignedOut, Unavailable};
pub use crate::mail_app_mode::ShutOut;
pub use crate::model::Timestamp;
pub use crate::model::actor::{Actor, Role};
pub use crate::model::database::Database;
pub use crate::model::end_reason::EndReason;
pub use crate::model::link_kind::LinkKind;
pub use crate::model::mail_app_mode::{MailAppMode, ModeAt, ModeOf};
pub use crate::model::mailbox::{
    Account, AccountKind, Cursor, Delivery, Domain, Mailbox, MailboxPage, MailboxQuery, MailboxState, Sort,
};
pub use crate::model::notice::{LetterId, Notice};
pub use crate::model::origin::{Origin, Surface};
pub use crate::model::principal::{AccountId, AppPasswordId, DomainId, Epoch, MailboxId, SessionId, StaffId};
pub use crate::model::receipt::Receipt;
pub use crate::outbox::{Letter, OUTBOX_LEASE};
pub use crate::own::{OwnSessions, PastSession};
pub use crate::rate_limit::sign_in_throttle::ThrottleLimits;
pub use crate::recover::{LinkError, OpenLink, RecoverError};
pub use crate::recovery_email::{RecoveryEmail, RecoveryEmailError};
pub use crate::second_factor::{OtherSessions, SecondFactorError, TurnedOn};
pub use crate::second_step::SecondStepError;
pub use crate::session::change_broadcast::{ChangeSubscription, PrincipalChange};
pub use crate::session::registry::SessionGuard;
pub use crate::session::staff_session::StaffSession;
pub use crate::sessions::{LiveSession, Which};
pub use crate::sign_in::SignedIn;
