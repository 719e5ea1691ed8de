//! A browser without scripts.

pub(crate) mod client;
pub(crate) mod cookie_jar;
pub(crate) mod form;
pub(crate) mod page;
