//! A new password.
use crate::{
    Actor, Authority, MailboxId, SessionGuard, Surface, Timestamp, Unavailable, policy::Problem,
    principal::Epoch,
};
use postward_wire::{Address, Secret};
use std::collections::BTreeMap;

impl Authority {
    /// The owner changes the password. The acting session is ended in the store like all others, but its guard does not
    /// resolve `ended`, so that the request can still answer with the receipt.
    pub async fn change(
        &self,
        _session: &SessionGuard,
        _confirmation: Confirmation,
        _new: Secret,
        _now: Timestamp,
    ) -> Result<Receipt, ChangeError> {
        todo!()
    }
    /// Staff or the operator sets a password; no current one is asked.
    pub async fn reset(
        &self,
        _actor: &Actor,
        _mailbox: MailboxId,
        _new: Secret,
        _now: Timestamp,
    ) -> Result<Receipt, ResetError> {
        todo!()
    }
}

/// How an owner shows, at the moment of the change, that it is still the owner who sits there.
pub enum Confirmation {
    /// The current password, verified against the live store with the sign-in throttle.
    Current(Secret),
    /// The session itself was opened with the password at most [`Confirmation::RECENT`] ago.
    RecentSignIn,
}

impl Confirmation {
    /// How old a sign-in may be to stand for the current password: long enough to walk to the form, too short for a
    /// browser somebody left open.
    pub const RECENT: std::time::Duration = std::time::Duration::from_secs(10 * 60);
}

/// What a change of password did.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The mailbox.
    pub address: Address,
    /// The epoch that began.
    pub epoch: Epoch,
    /// How many sessions ended, for every surface a mailbox can be signed in at (zero included).
    pub ended: BTreeMap<Surface, u64>,
    /// How many app passwords were revoked.
    pub app_passwords_revoked: u64,
}

/// Why an owner's change was not made. Nothing has changed.
#[derive(Debug)]
pub enum ChangeError {
    /// The current password is wrong.
    CurrentPasswordWrong,
    /// The sign-in is too old to stand for the current password: ask for it.
    ConfirmFirst,
    /// Too many wrong tries; wait.
    TooManyTries,
    /// The new password does not meet the policy: what is missing.
    Policy(Vec<Problem>),
    /// The session has ended meanwhile.
    SessionEnded,
    /// The store could not answer.
    Unavailable(Unavailable),
}

/// Why a reset was not made. Nothing has changed.
#[derive(Debug)]
pub enum ResetError {
    /// There is no such mailbox within the actor's reach.
    NotFound,
    /// The actor may look but not touch.
    ReadOnly,
    /// The new password does not meet the policy: what is missing.
    Policy(Vec<Problem>),
    /// The store could not answer.
    Unavailable(Unavailable),
}
