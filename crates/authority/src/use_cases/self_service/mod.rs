//! What owners and staff settle of their own sign-in.

pub(crate) mod app_password;
pub(crate) mod live_updates;
pub(crate) mod second_factor;
pub(crate) mod sessions;
