//! The contract between a dialogue with the engine behind and whoever drives it.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

/// What a dialogue with the engine wants done next.
pub enum UpstreamStep {
    /// Read from the engine and hand the bytes to the dialogue. End of file here means: broken.
    Receive,
    /// Send these bytes, all of them.
    Send(Vec<u8>),
    /// The mailbox is open. The dialogue is over.
    Ready {
        /// What the engine can do from now on, to be told to the client.
        capabilities: String,
        /// What the engine sent behind its answer. It belongs to the client.
        pipelined: Vec<u8>,
    },
    /// The engine has understood and said no, with these words for the log. It is our trouble, never the stranger's:
    /// his password was right.
    Refused(String),
    /// The engine does not speak the protocol, or has gone. Close.
    Broken,
}

/// Where the person in front of the gate connected from, for the engine's own log.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The address the person connected from.
    pub ip: IpAddr,
    /// The port the person connected from.
    pub port: u16,
    /// The session's name in our log.
    pub session: String,
}
