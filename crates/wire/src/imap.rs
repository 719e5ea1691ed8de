//! IMAP up to the sign-in: with a client (inside [`crate::Dialogue`]) and with a remote engine ([`Upstream`]).

mod literal;
mod pre_auth;
mod upstream;

pub(crate) use pre_auth::PreAuth;
pub use upstream::Upstream;
