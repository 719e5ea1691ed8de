//! Signing in and getting a password back: the pages of somebody who is not signed in, or has to show it once more.
//!
//! * [`sign_in`], [`second_factor_challenge`]: the one sign-in page of all surfaces, and the code after it.
//! * [`reauthenticate`]: the password once more before the own sign-in is changed.
//! * [`second_factor_settings`]: setting up a second factor, for owners and staff.
//! * [`password_reset`], [`mailed_link`]: *Forgot password?*, and what the links in our mails open.

pub(crate) mod mailed_link;
pub(crate) mod password_reset;
pub(crate) mod reauthenticate;
pub(crate) mod second_factor_challenge;
pub(crate) mod second_factor_settings;
pub(crate) mod sign_in;
