//! Who may sign in, who is signed in, and what ends when a password changes.
//!
//! Every use case of Postward that touches a credential or a session exists here, exactly once; the surfaces (mail
//! protocols, web pages, command line) translate to and from it. From the ground up, each layer naming only those
//! before it:
//!
//! * `model`: ids, kinds, states, reasons, receipts. No I/O, no clock.
//! * `credential`: what opens a mailbox, as text and as what is kept of it: password policy, hasher, TOTP, codes, key
//!   file.
//! * `rate_limit`: what attempts cost: the throttle of sign-ins, the cache of verified passwords.
//! * `store`: the one place that speaks SQL. It is private: nobody else can write a credential row.
//! * `notification`: notices to the people concerned, written in the transaction of what they tell of.
//! * `session`: the guards of the sessions alive on this node, the writer of their rows, and ending them.
//! * [`Authority`]: the handle that holds all of this.
//! * `use_cases`: the acts. `sign_in` is the only way in; `password::change` holds the one function that writes a
//!   credential and ends what was open; `cluster::sweep` hears of what other nodes have done.
//!
//! This crate knows no HTTP, no IMAP and no socket.

mod authority;
mod credential;
mod error;
mod model;
mod notification;
mod rate_limit;
mod session;
mod store;
mod use_cases;

pub use authority::{Authority, Figures, Settings};
pub use credential::hasher::{HasherError, Hashing};
pub use credential::key_file::KeyError;
pub use credential::password_generator::{PASSWORD_RECIPE, PasswordRecipe, generate_password};
pub use credential::password_policy::{PasswordPolicy, PasswordProblem, PolicyRule, Requirement};
pub use credential::token::Token;
pub use credential::totp::SetUp;
pub use error::{ActError, AddError, LinkError, OpenError, ReauthRequired, SignedOut, Unavailable};
pub use model::Timestamp;
pub use model::actor::{Actor, Role};
pub use model::audit_event::AuditEvent;
pub use model::database::Database;
pub use model::end_reason::{EndReason, SessionEnd};
pub use model::link_kind::LinkKind;
pub use model::link_owner::LinkOwner;
pub use model::mail_app_mode::{MailAppMode, ModeAt, ModeOf};
pub use model::mailbox::{
    Account, AccountKind, Cursor, Delivery, Domain, Mailbox, MailboxPage, MailboxQuery, MailboxState, Sort,
};
pub use model::notice::{LetterId, Notice};
pub use model::origin::{Network, Origin, Surface};
pub use model::principal::{AccountId, AppPasswordId, DomainId, Epoch, MailboxId, SessionId, StaffId};
pub use model::receipt::Receipt;
pub use model::refusal_cause::RefusalCause;
pub use model::request::Request;
pub use model::revoke_reason::RevokeReason;
pub use model::stored::Stored;
pub use rate_limit::sign_in_throttle::ThrottleLimits;
pub use session::change_broadcast::{ChangeSubscription, PrincipalChange};
pub use session::registry::{LiveGuard, SessionGuard};
pub use session::staff_session::StaffSession;
pub use use_cases::administration::accounts::NewAccount;
pub use use_cases::administration::audit::{AuditEntry, RefusedAttempt};
pub use use_cases::administration::mail_app_mode::ShutOut;
pub use use_cases::administration::sessions::{LiveSession, Which};
pub use use_cases::administration::staff::{FirstOwner, NewStaff};
pub use use_cases::mail_queue::outbox::{Letter, OUTBOX_LEASE};
pub use use_cases::password::change::{AppPasswords, ChangeError, ResetError};
pub use use_cases::password::recover::{OpenLink, RecoverError};
pub use use_cases::password::recovery_email::{RecoveryEmail, RecoveryEmailError};
pub use use_cases::self_service::app_password::{AppPassword, AppPasswordError, AppPasswordUse, MailApp};
pub use use_cases::self_service::second_factor::{OtherSessions, SecondFactorError, TurnedOn};
pub use use_cases::self_service::sessions::{OwnSessions, PastSession};
pub use use_cases::sign_in::SignedIn;
pub use use_cases::sign_in::confirmation::Confirmation;
pub use use_cases::sign_in::reauthentication::{OwnSession, ReauthenticationError};
pub use use_cases::sign_in::second_factor_challenge::SecondFactorChallengeError;
