//! Reading what a client sends: where a command ends, what it asks for, and the notations inside it.

pub(crate) mod fetch_items;
pub(crate) mod flag_list;
pub(crate) mod framing;
pub(crate) mod list_pattern;
pub(crate) mod mailbox_name;
pub(crate) mod parse;
pub(crate) mod sequence_set;
