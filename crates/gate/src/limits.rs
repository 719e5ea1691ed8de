//! Every limit of the gate, with its default and its reason.

use std::time::Duration;

/// What a connection may cost before sign-in, and how long things may take. Each can be configured; the defaults suit a
/// host of 100,000 mailboxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections that have not signed in yet, over all listeners. When all slots are taken, a new connection evicts
    /// the oldest one: mail apps sign in within a second, so that one is hardly ever a mail app.
    pub pre_auth_connections: usize,
    /// The same for one network (a /24 of IPv4, a /48 of IPv6), so that one network cannot take all the slots: its new
    /// connection evicts its own oldest one.
    /// Loopback is exempt: the webmail, the monitoring and the proxies of the host itself connect from there.
    pub pre_auth_connections_per_network: usize,
    /// How long the TLS handshake may take, from the accept or from STARTTLS: three round trips over a bad line.
    pub handshake: Duration,
    /// How long a connection has from the accept to the answer to its sign-in, whatever it does meanwhile. An absolute
    /// deadline: a client that sends a byte a second cannot stretch it.
    pub sign_in: Duration,
    /// How long a client may stay silent between two commands before sign-in.
    pub pre_auth_idle: Duration,
    /// What one connection may send before sign-in: bytes, commands, bad commands, failed sign-ins.
    pub dialogue: postward_wire::Limits,
    /// The largest message submission announces, in bytes (RFC 1870). The engine enforces it.
    pub message_size: u64,
    /// How long sessions have to end when the server shuts down.
    pub drain: Duration,
    /// How long sent bytes may stay unacknowledged before the kernel drops the connection (TCP_USER_TIMEOUT).
    pub unread: Duration,
    /// How long a connection may be silent before the kernel asks whether the other end is still there. Less than
    /// what most home routers remember a silent connection for.
    pub keepalive: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pre_auth_connections: 4096,
            pre_auth_connections_per_network: 64,
            handshake: Duration::from_secs(15),
            sign_in: Duration::from_secs(60),
            pre_auth_idle: Duration::from_secs(30),
            dialogue: postward_wire::Limits::default(),
            message_size: 50 * 1024 * 1024,
            drain: Duration::from_secs(10),
            unread: Duration::from_secs(5 * 60),
            keepalive: Duration::from_secs(4 * 60),
        }
    }
}
