//! IMAP up to the sign-in: with a client (inside [`crate::Dialogue`]) and with a remote engine ([`Upstream`]).
//!
//! [`literal`] and [`modified_utf7`] are grammar that the mail store and the webmail need as well.

pub mod literal;
pub mod modified_utf7;
mod pre_auth;
mod upstream;

pub(crate) use pre_auth::PreAuth;
pub use upstream::Upstream;
