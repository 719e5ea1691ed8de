//! Every limit of the gate, with its name, its default and its reason.

use std::time::Duration;

/// What a stranger may cost, and how long things may take. Each can be configured; the defaults suit a host of
/// 100,000 mailboxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections that have not signed in yet, over all listeners. When they are all taken, the newcomer gets the
    /// slot of the stranger who has been standing there longest: mail apps sign in within a second, so that one is
    /// hardly ever a mail app.
    pub strangers: usize,
    /// The same for one network (a /24 of IPv4, a /48 of IPv6), so that one network cannot take all the slots: its
    /// newcomer gets the slot of its own longest-standing stranger.
    /// Loopback is exempt: there sit the webmail, the monitoring and the proxies of the host itself.
    pub strangers_per_network: usize,
    /// How long the TLS handshake may take, from the accept or from STARTTLS: three round trips over a bad line.
    pub handshake: Duration,
    /// How long a connection may stand in the corridor, from the accept to the answer to its sign-in, whatever it does
    /// meanwhile. An absolute deadline is what a client that sends a byte a second cannot stretch.
    pub sign_in: Duration,
    /// How long a stranger may stay silent between two commands.
    pub stranger_idle: Duration,
    /// How much of one connection is borne before it has signed in: bytes, commands, mistakes, failed tries.
    pub dialogue: postward_wire::Limits,
    /// The largest message submission announces (RFC 1870). The engine is who holds clients to it.
    pub message_size: u64,
    /// How long sessions have to come to an end when the server goes down.
    pub drain: Duration,
    /// How long the kernel keeps trying to hand bytes to a client that takes none, before it gives the connection up.
    pub unread: Duration,
    /// How long a connection may be silent before the kernel asks whether the other end is still there. Less than
    /// what most home routers remember a silent connection for.
    pub keepalive: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            strangers: 4096,
            strangers_per_network: 64,
            handshake: Duration::from_secs(15),
            sign_in: Duration::from_secs(60),
            stranger_idle: Duration::from_secs(30),
            dialogue: postward_wire::Limits::default(),
            message_size: 50 * 1024 * 1024,
            drain: Duration::from_secs(10),
            unread: Duration::from_secs(5 * 60),
            keepalive: Duration::from_secs(4 * 60),
        }
    }
}
