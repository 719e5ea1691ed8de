//! IMAP up to the sign-in: with a stranger (inside [`crate::Dialogue`]) and with the engine behind ([`Upstream`]).

mod literal;
mod preauth;
mod upstream;

pub(crate) use preauth::PreAuth;
pub use upstream::Upstream;
