//! The keys of SEARCH: parsing deeply nested ones, and evaluating them for messages.

pub(crate) mod nested_keys;
pub(crate) mod query;
pub(crate) mod text;
