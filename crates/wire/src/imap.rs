//! IMAP up to the sign-in: with a stranger (inside [`crate::Dialogue`]) and with the engine behind ([`Upstream`]).

mod literal;
mod pre_auth;
mod upstream;

pub(crate) use pre_auth::PreAuth;
pub use upstream::Upstream;
