//! How the person behind a session shows, at the moment of an act, that it is still the one who signed in.

use crate::model::principal::Epoch;
use jiff::SignedDuration;
use postward_wire::Secret;

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
    pub const RECENT: SignedDuration = SignedDuration::from_mins(10);
}

/// How a change was confirmed.
pub(crate) enum Confirmed {
    /// The current password was right at this epoch: it must still be the current one.
    At(Epoch),
    /// By the age of the acting session, which is read in the transaction.
    Recently,
}
