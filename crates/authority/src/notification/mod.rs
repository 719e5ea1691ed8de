//! Notices to the people concerned, written in the transaction of what they tell of.

pub(crate) mod link_token;
pub(crate) mod notify;
