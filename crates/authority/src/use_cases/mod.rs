//! Every act of the authority, exactly once. Only here, and in the handle itself, `Authority` is named.

pub(crate) mod administration;
pub(crate) mod cluster;
pub(crate) mod mail_queue;
pub(crate) mod password;
pub(crate) mod self_service;
pub(crate) mod sign_in;
