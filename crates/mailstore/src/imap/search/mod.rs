//! The keys of SEARCH: reading those that are nested deeply, and asking messages for them.

pub(crate) mod nested_keys;
pub(crate) mod query;
pub(crate) mod text;
