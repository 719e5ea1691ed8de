//! Those who stand at the door and are not known yet: how many, and who has to make room.

use crate::limits::Limits;
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The crowd before the door, bounded in total and by network.
pub(crate) struct Strangers {
    most: usize,
    most_per_network: usize,
    crowd: Mutex<Crowd>,
}

#[derive(Default)]
struct Crowd {
    /// By number of arrival, so that the first is the one who has been standing there longest.
    standing: BTreeMap<u64, Standing>,
    by_network: HashMap<Network, usize>,
    arrivals: u64,
}

struct Standing {
    network: Option<Network>,
    leave: Arc<Notify>,
}

/// A place in the crowd, given back when it is dropped.
pub(crate) struct Stranger {
    strangers: Arc<Strangers>,
    number: u64,
    leave: Arc<Notify>,
}

impl Strangers {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            most: limits.strangers.max(1),
            most_per_network: limits.strangers_per_network.max(1),
            crowd: Mutex::default(),
        })
    }

    /// Finds a place for somebody new, or nothing if his network has taken all of its own. Where there is no place
    /// at all, whoever has been standing there longest has to leave.
    pub(crate) fn admit(self: &Arc<Self>, ip: IpAddr) -> Option<Stranger> {
        let network = Network::of(ip);
        let mut crowd = self.crowd();
        if network.is_some_and(|network| crowd.of(network) >= self.most_per_network) {
            return None;
        }
        if crowd.standing.len() >= self.most {
            crowd.send_oldest_away();
        }
        let leave = Arc::new(Notify::new());
        let number = crowd.arrivals;
        crowd.arrivals += 1;
        if let Some(network) = network {
            *crowd.by_network.entry(network).or_default() += 1;
        }
        crowd.standing.insert(number, Standing { network, leave: Arc::clone(&leave) });
        drop(crowd);
        Some(Stranger { strangers: Arc::clone(self), number, leave })
    }

    fn crowd(&self) -> MutexGuard<'_, Crowd> {
        self.crowd.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stranger {
    /// Resolves when the place is needed for somebody else.
    pub(crate) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.strangers.crowd().remove(self.number);
    }
}

impl Crowd {
    fn of(&self, network: Network) -> usize {
        self.by_network.get(&network).copied().unwrap_or_default()
    }

    fn send_oldest_away(&mut self) {
        let Some(oldest) = self.standing.keys().next().copied() else {
            return;
        };
        if let Some(standing) = self.remove(oldest) {
            standing.leave.notify_one();
        }
    }

    /// Somebody who was sent away is gone already when his place is dropped.
    fn remove(&mut self, number: u64) -> Option<Standing> {
        let standing = self.standing.remove(&number)?;
        if let Some(network) = standing.network
            && let Some(count) = self.by_network.get_mut(&network)
        {
            *count -= 1;
            if *count == 0 {
                self.by_network.remove(&network);
            }
        }
        Some(standing)
    }
}

/// A /24 of IPv4 or a /48 of IPv6: what one customer of a provider can have of addresses. Loopback is no network.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Network(IpAddr);

impl Network {
    fn of(ip: IpAddr) -> Option<Self> {
        let ip = ip.to_canonical();
        if ip.is_loopback() {
            return None;
        }
        Some(Self(match ip {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & !0xff)),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (!0 << 80))),
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;
    use futures_util::FutureExt;

    fn strangers(most: usize, most_per_network: usize) -> Arc<Strangers> {
        let limits = Limits { strangers: most, strangers_per_network: most_per_network, ..Limits::default() };
        Strangers::new(&limits)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_network_cannot_take_all_places() {
        let strangers = strangers(10, 2);
        let first = strangers.admit(ip("192.0.2.1")).unwrap();
        let _second = strangers.admit(ip("::ffff:192.0.2.200")).unwrap();
        assert!(strangers.admit(ip("192.0.2.3")).is_none());
        let _other = strangers.admit(ip("198.51.100.1")).unwrap();
        drop(first);
        assert!(strangers.admit(ip("192.0.2.3")).is_some());
    }

    #[test]
    fn the_hosts_own_programs_share_no_network() {
        let strangers = strangers(10, 1);
        let places: Vec<_> = (0..5).map(|_| strangers.admit(ip("127.0.0.1"))).collect();
        assert!(places.iter().all(Option::is_some));
    }

    #[test]
    fn the_newcomer_gets_the_place_of_the_oldest_stranger() {
        let strangers = strangers(2, 2);
        let oldest = strangers.admit(ip("192.0.2.1")).unwrap();
        let second = strangers.admit(ip("198.51.100.1")).unwrap();
        let newcomer = strangers.admit(ip("203.0.113.1")).unwrap();
        assert!(oldest.asked_to_leave().now_or_never().is_some());
        assert!(second.asked_to_leave().now_or_never().is_none());
        assert!(newcomer.asked_to_leave().now_or_never().is_none());
        drop((oldest, second, newcomer));
        assert!(strangers.crowd().standing.is_empty());
        assert!(strangers.crowd().by_network.is_empty());
    }
}
