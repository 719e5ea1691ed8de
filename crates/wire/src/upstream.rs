//! The contract between a dialogue with a remote mail engine and its driver.

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
    /// The engine has refused, with these words for the log. That is a fault on our side, never the client's: its
    /// password was right.
    Refused(String),
    /// The engine does not speak the protocol, or has gone. Close.
    Broken,
}

/// Where the client connected from, for the engine's own log.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The client's address.
    pub ip: IpAddr,
    /// The client's port.
    pub port: u16,
    /// The session's id in our log.
    pub session: String,
}
