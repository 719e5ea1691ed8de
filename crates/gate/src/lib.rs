//! The front door: a stranger's connection becomes a proven session of the mail engine, or nothing.
//!
//! One corridor, walked once by every connection: [`listener`] (a socket and what it speaks) → [`pre_auth_limits`] (a slot,
//! while somebody is not yet known) → [`tls`] → [`pre_auth`] (the dialogue, driven up to the sign-in) → [`engine`]
//! (built in, or [`remote_imap`] over IMAP) → [`session`] (served until either side hangs up or the session is ended).
//! [`gate`] is what the binary holds; [`limits`] is every number in it, [`error`] every error.
//!
//! Nothing is served without a [`SessionGuard`](postward_authority::SessionGuard): [`guarded_stream`] and [`splice`] ask it
//! before they hand bytes on, and it is dropped last, when both sockets are gone. [`webmail_stream`] is the way of a client
//! in this process: the webmail.
//!
//! This crate knows no mail store, no web page and no password: it carries an attempt to the authority and forgets it.

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
