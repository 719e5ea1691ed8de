//! The wall clock of the program, read for each act and passed on: nothing below decides by a clock of its own.

use jiff::Timestamp;

/// The time.
#[expect(clippy::disallowed_methods, reason = "the program is the edge: here the clock is read")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
