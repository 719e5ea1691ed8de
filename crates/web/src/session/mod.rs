//! The sessions of browsers.
//!
//! Each request looks its cookie up in the authority, anew ([`extractors`]), and is answered only while its session
//! stands ([`response_guard`]). [`session_cookie`] begins and ends a session in the browser.

pub(crate) mod extractors;
mod response_guard;
pub(crate) mod session_cookie;

#[cfg(test)]
mod tests;
