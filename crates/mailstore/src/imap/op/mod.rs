//! The commands, one file for each family.

pub(crate) mod append;
pub(crate) mod copy;
pub(crate) mod expunge;
pub(crate) mod fetch;
pub(crate) mod folders;
pub(crate) mod idle;
pub(crate) mod list;
pub(crate) mod message_file;
pub(crate) mod search;
pub(crate) mod select;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod subscribe;
