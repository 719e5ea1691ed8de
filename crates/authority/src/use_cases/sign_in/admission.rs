//! Admission of an attempt by the throttle: what it is told, and what it makes the attempt wait for.

use crate::authority::Authority;
use crate::error::AuthFailure;
use crate::model::Timestamp;
use crate::model::refusal_cause::{RefusalCause, Wrong};
use crate::rate_limit::sign_in_throttle::{Attempt as ThrottledAttempt, Reservation, Verdict};
use thiserror::Error;

/// Why an attempt is not looked at.
#[derive(Debug, Error)]
pub(crate) enum NotAdmitted {
    /// The same was wrong before, for this reason.
    #[error("wrong before")]
    WrongBefore(Wrong),
    /// There were too many.
    #[error("too many attempts")]
    TooMany,
}

impl NotAdmitted {
    /// What the activity tells of a password that was not looked at.
    pub(crate) fn cause(&self) -> RefusalCause {
        match self {
            Self::WrongBefore(wrong) => RefusalCause::from(*wrong),
            Self::TooMany => RefusalCause::Throttled,
        }
    }
}

impl From<NotAdmitted> for AuthFailure {
    fn from(refused: NotAdmitted) -> Self {
        match refused {
            NotAdmitted::WrongBefore(_) => Self::Rejected,
            NotAdmitted::TooMany => Self::TooManyTries,
        }
    }
}

impl Authority {
    /// Waits until the attempt may be looked at. Whoever is admitted settles the reservation as right or wrong.
    pub(crate) async fn admit_attempt(
        &self,
        attempt: ThrottledAttempt,
        now: Timestamp,
    ) -> Result<Reservation<'_>, NotAdmitted> {
        let reservation = match self.throttle().reserve(attempt, now) {
            Verdict::Verify(reservation) => reservation,
            Verdict::WrongBefore(wrong) => return Err(NotAdmitted::WrongBefore(wrong)),
            Verdict::TooMany => return Err(NotAdmitted::TooMany),
        };
        // Even a sleep of no time at all waits for the next tick of the clock.
        if !reservation.wait.is_zero() {
            tokio::time::sleep(reservation.wait).await;
        }
        match reservation.is_admitted(&mut rand::rng()) {
            true => Ok(reservation),
            false => Err(NotAdmitted::TooMany),
        }
    }
}
