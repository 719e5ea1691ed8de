//! The reverse proxies whose `X-Forwarded-For` is trusted, and how far.
//!
//! A proxy adds the address it was asked from at the right end of `X-Forwarded-For`. What stands left of that it was
//! handed: by another proxy, or by the browser, which may write what it likes. So the list is read from the right, and
//! only as long as a trusted proxy wrote it.
//!
//! Nothing else that proxies tell is read: no host, no scheme, and not `Forwarded` (RFC 7239) either. Few proxies write
//! that, and those that do not, hand on what the browser put there.

use axum::http::HeaderMap;
use ipnet::{IpNet, Ipv4Net};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The addresses of the proxies in front that are believed. By default nobody is, and a request comes from its peer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads addresses (`127.0.0.1`, `::1`) and networks (`10.0.0.0/24`, `2001:db8::/48`).
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, TrustedProxyError> {
        let read = |entry: &'a str| {
            network(entry).map_err(|fault| TrustedProxyError { entry: entry.to_owned(), fault })
        };
        entries.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where a request comes from: its peer, unless that is a trusted proxy. Then it is the last hop that is none
    /// itself, and where all are, the first. What an untrusted host wrote is never read.
    pub(crate) fn client_address(
        &self,
        peer: IpAddr,
        headers: &HeaderMap,
    ) -> Result<IpAddr, ForwardedForError> {
        let peer = peer.to_canonical();
        if !self.trust(peer) {
            return Ok(peer);
        }
        // RFC 9110 §5.3: several lines are one list, in their order.
        let lines = headers.get_all(X_FORWARDED_FOR).into_iter().rev();
        let mut first = Err(ForwardedForError::Missing);
        for hop in lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')) {
            let ip = address(hop).ok_or(ForwardedForError::Malformed)?;
            if !self.trust(ip) {
                return Ok(ip);
            }
            first = Ok(ip);
        }
        first
    }

    fn trust(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&ip))
    }
}

/// The address in one element of the list. Some proxies add the port.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop).ok()?.trim_matches([' ', '\t']);
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let ip = bare.parse().or_else(|_| hop.parse().map(|with_port: SocketAddr| with_port.ip())).ok()?;
    Some(ip.to_canonical())
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, network) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            if network.prefix_len() == network.max_prefix_len() {
                write!(f, "{comma}{}", network.addr())?;
            } else {
                write!(f, "{comma}{network}")?;
            }
        }
        Ok(())
    }
}

/// Reads an address or a network; IPv4 is taken as such, however it was written.
fn network(text: &str) -> Result<IpNet, Fault> {
    let written: IpNet =
        text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| Fault::Neither)?;
    if written != written.trunc() {
        return Err(Fault::Inside { prefix: written.prefix_len() });
    }
    let network = as_ipv4(written).unwrap_or(written);
    if network.prefix_len() == 0 { Err(Fault::Everybody) } else { Ok(network) }
}

/// How many bits come before an IPv4 address in IPv6 (RFC 4291 §2.5.5.2).
const MAPPED_PREFIX: u8 = 96;

/// The network of IPv4 addresses that was written as one in IPv6. Such an address has bits down to the 96th, and none of
/// them is beyond the prefix.
fn as_ipv4(network: IpNet) -> Option<IpNet> {
    let IpNet::V6(v6) = network else { return None };
    let prefix = v6.prefix_len().checked_sub(MAPPED_PREFIX)?;
    Ipv4Net::new(v6.addr().to_ipv4_mapped()?, prefix).ok().map(IpNet::V4)
}

/// An entry cannot be used. Its words finish the sentence *it names …, but*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedProxyError {
    entry: String,
    fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// No address and no network.
    Neither,
    /// An address inside a network of that size: one of the two is a slip, and the wrong guess trusts hosts that nobody
    /// named.
    Inside { prefix: u8 },
    /// All there are: browsers could then choose where they come from.
    Everybody,
}

impl fmt::Display for TrustedProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entry, fault } = self;
        match fault {
            Fault::Neither => write!(f, "{entry:?} is neither"),
            Fault::Inside { prefix } => write!(f, "{entry:?} has bits set after the first {prefix}"),
            Fault::Everybody => write!(f, "{entry:?} is everybody"),
        }
    }
}

impl std::error::Error for TrustedProxyError {}

/// Why a request of a trusted proxy can only be said to come from the proxy itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ForwardedForError {
    /// There is no `X-Forwarded-For`.
    Missing,
    /// What a trusted proxy wrote in it is no address.
    Malformed,
}

/// Which kinds of [`ForwardedForError`] were logged already.
#[derive(Default)]
pub(crate) struct ProxyWarnings {
    missing: AtomicBool,
    malformed: AtomicBool,
}

impl ProxyWarnings {
    /// Warns the operator, once for each kind: a proxy set up wrong does it with every request.
    pub(crate) fn warn(&self, error: ForwardedForError, proxy: IpAddr) {
        if !self.is_first(error) {
            return;
        }
        let problem = match error {
            ForwardedForError::Missing => "it sent a request without X-Forwarded-For",
            ForwardedForError::Malformed => "it sent an X-Forwarded-For that names no address",
        };
        tracing::warn!(%proxy, problem, "a trusted proxy does not tell where browsers are: they count as one, at its address");
    }

    fn is_first(&self, error: ForwardedForError) -> bool {
        let warned = match error {
            ForwardedForError::Missing => &self.missing,
            ForwardedForError::Malformed => &self.malformed,
        };
        !warned.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests;
