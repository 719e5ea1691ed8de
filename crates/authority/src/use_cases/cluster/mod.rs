//! Hearing what other nodes have done.

pub(crate) mod sweep;
