//! The front door: a stranger's connection becomes a proven session of the mail engine, or nothing.
//!
//! One corridor, walked once by every connection: [`listener`] (a socket and what it speaks) → [`strangers`] (a slot,
//! while somebody is not yet known) → [`tls`] → [`corridor`] (the dialogue, driven up to the sign-in) → [`engine`]
//! (built in, or [`remote`] over IMAP) → [`session`] (served until either side hangs up or the session is ended).
//! [`gate`] is what the binary holds; [`limits`] is every number in it.
//!
//! Nothing is served without a [`SessionGuard`](postward_authority::SessionGuard): [`tether`] and [`splice`] ask it
//! before they hand bytes on, and it is dropped last, when both sockets are gone. [`visit`] is the way of a client
//! that is in the house already: the webmail.
//!
//! This crate knows no mail store, no web page and no password: it carries an attempt to the authority and forgets it.

mod corridor;
pub mod engine;
pub mod gate;
pub mod limits;
pub mod listener;
pub mod remote;
mod session;
mod socket;
mod splice;
mod strangers;
mod tether;
pub mod tls;
mod visit;

pub use engine::{BoxStream, Conversation, Duplex, Engine, EngineUnavailable, LocalEngine, Opened};
pub use gate::Gate;
pub use limits::Limits;
pub use listener::{Encryption, Listener, ListenerError};
pub use remote::{Master, RemoteEngine, RemoteError};
pub use tls::{TlsError, TlsHandle};
