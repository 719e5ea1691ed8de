//! The errors that more than one use case answers with.
//!
//! [`Unavailable`] is a trouble of ours: it counts against nobody, and trying again later is right. Each use case has a
//! public error of its own beside it; those that several share stand here.

use crate::credential::hasher::HasherError;
use crate::credential::key_file::KeyError;
use crate::credential::password_policy::PasswordProblem;
use crate::model::actor::ReadOnly;
use crate::model::refusal_cause::RefusalCause;
use crate::store::StoreError;
use crate::store::db::is_taken;
use postward_wire::Refusal;
use std::fmt;

/// Why the authority could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The store cannot be opened.
    #[non_exhaustive]
    Store(StoreError),
    /// The configured hash cost is not one argon2 knows.
    #[non_exhaustive]
    Hasher(HasherError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "the store cannot be opened: {error}"),
            Self::Hasher(error) => write!(f, "passwords cannot be hashed as configured: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}

/// A trouble of ours. It is never counted against anybody, and trying again later is right.
#[derive(Debug)]
#[non_exhaustive]
pub enum Unavailable {
    /// The store did not answer, or not in a way that makes sense.
    #[non_exhaustive]
    Store(StoreError),
    /// No hash could be computed.
    #[non_exhaustive]
    Hasher(HasherError),
    /// What is sealed cannot be opened.
    #[non_exhaustive]
    Key(KeyError),
    /// The session could not be written; the log says why, once for all sign-ins it kept out.
    NotWritten,
    /// This node cannot prove that it is up to date.
    Frozen,
    /// The server is going down.
    ShuttingDown,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "the store does not answer: {error}"),
            Self::Hasher(error) => write!(f, "no password could be hashed: {error}"),
            Self::Key(error) => error.fmt(f),
            Self::NotWritten => f.write_str("the session could not be written"),
            Self::Frozen => f.write_str("this node cannot prove that it is up to date"),
            Self::ShuttingDown => f.write_str("the server is going down"),
        }
    }
}

impl std::error::Error for Unavailable {}

impl From<StoreError> for Unavailable {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<KeyError> for Unavailable {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<HasherError> for Unavailable {
    fn from(error: HasherError) -> Self {
        Self::Hasher(error)
    }
}

/// Why an act on a mailbox was not done. Nothing has changed.
#[derive(Debug)]
pub enum ActError {
    /// No such thing within the actor's reach.
    NotFound,
    /// The actor may look but not touch.
    ReadOnly,
    /// The store could not answer.
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for ActError {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<ReadOnly> for ActError {
    fn from(_: ReadOnly) -> Self {
        Self::ReadOnly
    }
}

/// Why something was not added. Nothing has changed.
#[derive(Debug)]
pub enum AddError {
    /// It exists already, perhaps deleted and still restorable.
    Exists,
    /// What it should stand in is not within the actor's reach.
    NotFound,
    /// The actor may look but not touch.
    ReadOnly,
    /// The name is not one: what to do about it.
    Name(String),
    /// The password does not meet the policy: what is missing.
    Policy(Vec<PasswordProblem>),
    /// The store could not answer.
    Unavailable(Unavailable),
}

impl From<ReadOnly> for AddError {
    fn from(_: ReadOnly) -> Self {
        Self::ReadOnly
    }
}

impl From<Unavailable> for AddError {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

impl From<StoreError> for AddError {
    fn from(error: StoreError) -> Self {
        if is_taken(&error) { Self::Exists } else { Self::Unavailable(error.into()) }
    }
}

/// Why somebody may not act on its own sign-in now. Nothing has changed.
#[derive(Debug)]
pub enum ReauthRequired {
    /// Ask for the password again, and for a code where a second factor is on.
    ConfirmFirst,
    /// The session has ended.
    SessionEnded,
    /// The store could not answer.
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for ReauthRequired {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Why a cookie opens nothing.
#[derive(Debug)]
pub enum SignedOut {
    /// There is no such session, or not any more.
    Ended,
    /// The store could not answer: the session may well be alive, and the cookie is to be kept.
    Unavailable(Unavailable),
}

impl From<Unavailable> for SignedOut {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

/// Why nobody gets in.
#[derive(Debug)]
pub(crate) enum AuthFailure {
    Rejected,
    TooManyTries,
    Unavailable(Unavailable),
}

impl AuthFailure {
    pub(crate) fn refusal(&self) -> Refusal {
        match self {
            Self::Rejected => Refusal::Rejected,
            Self::TooManyTries => Refusal::TooManyTries,
            Self::Unavailable(_) => Refusal::Unavailable,
        }
    }
}

impl From<Unavailable> for AuthFailure {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

/// Why a right password was not enough.
pub(crate) enum CodeFailure {
    Refused(RefusalCause),
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for CodeFailure {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Why a password does not become a mailbox's new one.
pub(crate) enum NewPasswordError {
    /// What is wrong with it.
    Policy(Vec<PasswordProblem>),
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for NewPasswordError {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Why nothing was replaced.
pub(crate) enum ReplaceError {
    /// The mailbox, the password or the acting session is not what it was when the act began.
    Overtaken,
    /// The acting session is too old to confirm a change.
    NotRecent,
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for ReplaceError {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Why a link has set no new password. Nothing has changed, and nothing was spent.
#[derive(Debug)]
pub enum LinkError {
    /// It was used, replaced or has expired.
    Over,
    /// The code of the second factor is needed, which a link does not stand for.
    CodeMissing,
    /// The code is wrong, or was used before.
    CodeWrong,
    /// The new password does not meet the policy: what is missing.
    Policy(Vec<PasswordProblem>),
    /// It could not be decided.
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for LinkError {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<NewPasswordError> for LinkError {
    fn from(unfit: NewPasswordError) -> Self {
        match unfit {
            NewPasswordError::Policy(problems) => Self::Policy(problems),
            NewPasswordError::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

impl From<ReplaceError> for LinkError {
    fn from(not_replaced: ReplaceError) -> Self {
        match not_replaced {
            ReplaceError::Overtaken | ReplaceError::NotRecent => Self::Over,
            ReplaceError::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}
