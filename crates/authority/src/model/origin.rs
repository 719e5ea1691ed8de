//! Where an act comes from: the surface, the network, the client.

use postward_wire::Protocol;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A surface somebody can be signed in at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Surface {
    /// An IMAP connection.
    Imap,
    /// A POP3 connection.
    Pop3,
    /// A message submission connection.
    Smtp,
    /// The webmail, in a browser.
    Webmail,
    /// The user panel, in a browser.
    Panel,
    /// The dashboard, in a browser, where staff sign in and mailboxes never do.
    Dashboard,
}

impl Surface {
    /// Every surface a mailbox can be signed in at, in the order in which receipts name them. A new surface is added
    /// here, and every test that walks the surfaces then fails until it is covered.
    pub const OF_MAILBOXES: [Self; 5] = [Self::Imap, Self::Pop3, Self::Smtp, Self::Webmail, Self::Panel];

    /// The name used in the store, in logs and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Smtp => "smtp",
            Self::Webmail => "webmail",
            Self::Panel => "panel",
            Self::Dashboard => "dashboard",
        }
    }

    /// The name people read: `IMAP`, `webmail`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Imap => "IMAP",
            Self::Pop3 => "POP3",
            Self::Smtp => "SMTP",
            Self::Webmail => "webmail",
            Self::Panel => "user panel",
            Self::Dashboard => "dashboard",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::OF_MAILBOXES.into_iter().chain([Self::Dashboard]).find(|surface| surface.name() == name)
    }
}

impl From<Protocol> for Surface {
    fn from(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Imap => Self::Imap,
            Protocol::Pop3 => Self::Pop3,
            Protocol::Smtp => Self::Smtp,
        }
    }
}

/// Where an act comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The address of the peer.
    pub ip: IpAddr,
    /// The surface.
    pub surface: Surface,
    /// What the client calls itself (IMAP ID, EHLO, user agent): shown to the owner, never trusted.
    pub client: Option<String>,
}

impl Origin {
    /// How much of a client's own name is kept.
    pub const MAX_CLIENT: usize = 200;

    /// An origin without a client name.
    pub fn new(ip: IpAddr, surface: Surface) -> Self {
        Self { ip: ip.to_canonical(), surface, client: None }
    }

    /// The same origin with what the client calls itself, cut to [`Origin::MAX_CLIENT`] characters.
    pub fn with_client(mut self, client: &str) -> Self {
        let printable: String = client.chars().filter(|c| !c.is_control()).take(Self::MAX_CLIENT).collect();
        self.client = (!printable.is_empty()).then_some(printable);
        self
    }

    pub(crate) fn network(&self) -> Network {
        Network::of(self.ip)
    }

    /// Where it was, as a letter tells it.
    pub(crate) fn as_detail(&self) -> serde_json::Value {
        let Self { ip, surface, client } = self;
        serde_json::json!({ "ip": ip, "client": client, "surface": surface })
    }
}

/// The neighbourhood of an address, as far as throttling and *seen before* are concerned: a /24 of IPv4, a /48 of
/// IPv6. An attacker owns a network more often than a single address; a person's phone moves within one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address.
    pub fn of(ip: IpAddr) -> Self {
        Self(match ip.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & !0xff)),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (!0 << 80))),
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => write!(f, "{v4}/24"),
            IpAddr::V6(v6) => write!(f, "{v6}/48"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_24_and_48() {
        let of = |text: &str| Network::of(text.parse().expect("an address")).to_string();
        assert_eq!(of("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(of("::ffff:192.0.2.77"), "192.0.2.0/24");
        assert_eq!(of("2001:db8:1:2:3::4"), "2001:db8:1::/48");
    }
}
