//! The errors of the authority: which type is for where.
//!
//! * [`Unavailable`] is a trouble of ours, wherever it comes up: it counts against nobody, and trying again later is
//!   right. Every other error has a variant for it, and takes over whatever becomes one.
//! * [`OpenError`]: the authority could not be opened.
//! * [`ActError`], [`AddError`]: an act of staff or the operator. [`ReauthRequired`]: an act on one's own sign-in.
//!   [`SignedOut`]: a cookie. [`LinkError`]: a mailed link. What only one use case answers with stands beside it.
//! * Inside the crate: [`AuthFailure`] is a sign-in that is refused, and all that whoever made it hears; [`CodeFailure`]
//!   a code behind a right password; [`NewPasswordError`] and [`ReplaceError`] the two halves of a change.
//!
//! Variants are named by whose fault it is. What people read is not written here: pages, replies and letters have their
//! own words.

use crate::credential::hasher::HasherError;
use crate::credential::key_file::KeyError;
use crate::credential::password_policy::PasswordProblem;
use crate::model::actor::ReadOnly;
use crate::model::refusal_cause::RefusalCause;
use crate::store::StoreError;
use crate::store::db::is_taken;
use postward_wire::Refusal;
use thiserror::Error;

/// Why the authority could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The store cannot be opened.
    #[error("the store cannot be opened: {0}")]
    #[non_exhaustive]
    Store(#[from] StoreError),
    /// The configured hash cost is not one argon2 knows.
    #[error("passwords cannot be hashed as configured: {0}")]
    #[non_exhaustive]
    Hasher(#[from] HasherError),
}

/// A trouble of ours. It is never counted against anybody, and trying again later is right.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Unavailable {
    /// The store did not answer, or not in a way that makes sense.
    #[error("the store does not answer: {0}")]
    #[non_exhaustive]
    Store(#[from] StoreError),
    /// No hash could be computed.
    #[error("no password could be hashed: {0}")]
    #[non_exhaustive]
    Hasher(#[from] HasherError),
    /// What is sealed cannot be opened.
    #[error(transparent)]
    #[non_exhaustive]
    Key(#[from] KeyError),
    /// The session could not be written; the log says why, once for all sign-ins it kept out.
    #[error("the session could not be written")]
    NotWritten,
    /// This node cannot prove that it is up to date.
    #[error("this node cannot prove that it is up to date")]
    Frozen,
    /// The server is going down.
    #[error("the server is going down")]
    ShuttingDown,
}

/// Lets `?` make whatever becomes [`Unavailable`] (the store's errors, the hasher's, the key file's) an error of these
/// types at once; `#[from]` would take two steps.
macro_rules! from_unavailable {
    ($($error:ident)*) => {$(
        impl<E: Into<crate::error::Unavailable>> From<E> for $error {
            fn from(error: E) -> Self {
                Self::Unavailable(error.into())
            }
        }
    )*};
}
pub(crate) use from_unavailable;

from_unavailable! {
    ActError ReauthRequired SignedOut AuthFailure CodeFailure NewPasswordError ReplaceError LinkError
}

/// The same for an error whose trouble of ours is that of [`ReauthRequired`].
macro_rules! from_reauth_unavailable {
    ($($error:ident)*) => {$(
        impl<E: Into<crate::error::Unavailable>> From<E> for $error {
            fn from(error: E) -> Self {
                Self::ReauthRequired(crate::error::ReauthRequired::Unavailable(error.into()))
            }
        }
    )*};
}
pub(crate) use from_reauth_unavailable;

/// Lets `?` make a password that does not become the new one an error of these types.
macro_rules! from_new_password {
    ($($error:ident)*) => {$(
        impl From<crate::error::NewPasswordError> for $error {
            fn from(error: crate::error::NewPasswordError) -> Self {
                match error {
                    crate::error::NewPasswordError::Policy(problems) => Self::Policy(problems),
                    crate::error::NewPasswordError::Unavailable(unavailable) => Self::Unavailable(unavailable),
                }
            }
        }
    )*};
}
pub(crate) use from_new_password;

from_new_password! { AddError LinkError }

/// Why an act on a mailbox was not done. Nothing has changed.
#[derive(Debug, Error)]
pub enum ActError {
    /// No such thing within the actor's reach.
    #[error("no such thing within reach")]
    NotFound,
    /// The actor may look but not touch.
    #[error("only looking is allowed")]
    ReadOnly,
    /// The store could not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

impl From<ReadOnly> for ActError {
    fn from(_: ReadOnly) -> Self {
        Self::ReadOnly
    }
}

/// Why something was not added. Nothing has changed.
#[derive(Debug, Error)]
pub enum AddError {
    /// It exists already, perhaps deleted and still restorable.
    #[error("it exists already")]
    Exists,
    /// What it should stand in is not within the actor's reach.
    #[error("what it should stand in is not within reach")]
    NotFound,
    /// The actor may look but not touch.
    #[error("only looking is allowed")]
    ReadOnly,
    /// The name is not one: what to do about it.
    #[error("{0}")]
    Name(String),
    /// The password does not meet the policy: what is missing.
    #[error("the password does not meet the policy")]
    Policy(Vec<PasswordProblem>),
    /// The store could not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<ReadOnly> for AddError {
    fn from(_: ReadOnly) -> Self {
        Self::ReadOnly
    }
}

impl From<StoreError> for AddError {
    fn from(error: StoreError) -> Self {
        if is_taken(&error) { Self::Exists } else { Self::Unavailable(error.into()) }
    }
}

/// Why somebody may not act on its own sign-in now. Nothing has changed.
#[derive(Debug, Error)]
pub enum ReauthRequired {
    /// Ask for the password again, and for a code where a second factor is on.
    #[error("the password has to be given again")]
    ConfirmFirst,
    /// The session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// The store could not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

/// Why a cookie opens nothing.
#[derive(Debug, Error)]
pub enum SignedOut {
    /// There is no such session, or not any more.
    #[error("the session has ended")]
    Ended,
    /// The store could not answer: the session may well be alive, and the cookie is to be kept.
    #[error(transparent)]
    Unavailable(Unavailable),
}

/// Why nobody gets in.
#[derive(Debug, Error)]
pub(crate) enum AuthFailure {
    #[error("rejected")]
    Rejected,
    #[error("too many attempts")]
    TooManyTries,
    #[error(transparent)]
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

/// Why a right password was not enough.
#[derive(Debug, Error)]
pub(crate) enum CodeFailure {
    #[error("refused: {0}")]
    Refused(RefusalCause),
    #[error(transparent)]
    Unavailable(Unavailable),
}

/// Why a password does not become a mailbox's new one.
#[derive(Debug, Error)]
pub(crate) enum NewPasswordError {
    /// What is wrong with it.
    #[error("the new password does not meet the policy")]
    Policy(Vec<PasswordProblem>),
    #[error(transparent)]
    Unavailable(Unavailable),
}

/// Why nothing was replaced.
#[derive(Debug, Error)]
pub(crate) enum ReplaceError {
    /// The mailbox, the password or the acting session is not what it was when the act began.
    #[error("overtaken by another change")]
    Overtaken,
    /// The acting session is too old to confirm a change.
    #[error("the session is too old to confirm a change")]
    NotRecent,
    #[error(transparent)]
    Unavailable(Unavailable),
}

/// Why a link has set no new password. Nothing has changed, and nothing was spent.
#[derive(Debug, Error)]
pub enum LinkError {
    /// It was used, replaced or has expired.
    #[error("the link opens nothing any more")]
    Over,
    /// The code of the second factor is needed, which a link does not stand for.
    #[error("the code of the second factor is needed")]
    CodeMissing,
    /// The code is wrong, or was used before.
    #[error("the code is wrong")]
    CodeWrong,
    /// The new password does not meet the policy: what is missing.
    #[error("the new password does not meet the policy")]
    Policy(Vec<PasswordProblem>),
    /// It could not be decided.
    #[error(transparent)]
    Unavailable(Unavailable),
}

impl From<ReplaceError> for LinkError {
    fn from(not_replaced: ReplaceError) -> Self {
        match not_replaced {
            ReplaceError::Overtaken | ReplaceError::NotRecent => Self::Over,
            ReplaceError::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

/// Which of the codes is wrong, and how, the activity tells.
impl From<CodeFailure> for LinkError {
    fn from(failure: CodeFailure) -> Self {
        match failure {
            CodeFailure::Refused(_) => Self::CodeWrong,
            CodeFailure::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

impl From<CodeFailure> for AuthFailure {
    fn from(failure: CodeFailure) -> Self {
        match failure {
            CodeFailure::Refused(_) => Self::Rejected,
            CodeFailure::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}
