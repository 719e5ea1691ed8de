//! What attempts cost: the throttle of sign-ins, the cache of verified passwords, one change at a time, codes.

pub(crate) mod code_attempts;
pub(crate) mod principal_lock;
pub(crate) mod sign_in_throttle;
pub(crate) mod verified_password_cache;
