//! The wall clock of the mail store: names of files, INTERNALDATEs and Date fields come from here.

use jiff::Timestamp;
use std::time::Duration;

/// The time.
#[expect(
    clippy::disallowed_methods,
    reason = "a message is received when it is received; nothing is decided by it"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The time since 1970; none on a clock that is set before it.
pub(crate) fn since_epoch() -> Duration {
    now().as_duration().try_into().unwrap_or_default()
}
