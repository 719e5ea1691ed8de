//! A new password, by every way there is, and the ways back in.

pub(crate) mod change;
pub(crate) mod recover;
pub(crate) mod recovery_code;
pub(crate) mod recovery_email;
