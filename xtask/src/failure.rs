//! How a task fails.

/// What went wrong, in words for the person at the terminal.
pub(crate) type Failure = String;
