//! The mail proxy: an accepted connection becomes a signed-in session of the mail engine, or is closed.
//!
//! Each connection takes one way: [`listener`] (a socket, its protocol and encryption) → [`pre_auth_limits`] (a slot,
//! for as long as nobody has signed in) → [`tls`] → [`pre_auth`] (the dialogue, driven up to the sign-in, under one
//! deadline) → [`engine`] (built in, or [`remote_imap`]) → [`session`] (served until either side hangs up or it is
//! ended). [`gate`] is what the binary holds, [`context`] what all connections share; [`limits`] has every number,
//! [`error`] every error.
//!
//! Nothing is served without a [`SessionGuard`](postward_authority::SessionGuard): [`guarded_stream`] (built-in engine)
//! and [`splice`] (remote engine) ask it before bytes pass, and it is dropped last, when both sockets are closed.
//! [`webmail_stream`] is the engine's IMAP for the webmail, which has signed its user in itself.
//!
//! This crate knows no mail store and no web page, and keeps no password: an attempt is passed to the authority.

mod context;
pub mod engine;
mod error;
pub mod gate;
mod guarded_stream;
pub mod limits;
pub mod listener;
mod pre_auth;
mod pre_auth_limits;
pub mod remote_imap;
mod session;
mod socket;
mod splice;
pub mod tls;
mod webmail_stream;

pub use engine::{BoxStream, ClientConnection, Duplex, Engine, LocalEngine, LocalSession};
pub use error::{EngineUnavailable, ListenerError, RemoteError, TlsError};
pub use gate::Gate;
pub use limits::Limits;
pub use listener::{Encryption, Listener};
pub use remote_imap::{MasterUser, RemoteEngine};
pub use tls::TlsHandle;
