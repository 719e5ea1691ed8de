//! What waits in the outbox to be mailed, and the links in it.

pub(crate) mod mailed_link;
pub(crate) mod outbox;
