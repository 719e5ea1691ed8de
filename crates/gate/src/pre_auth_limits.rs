//! Those who stand at the door and are not known yet: how many, and who has to make room.

use crate::limits::Limits;
use std::collections::{BTreeMap, BTreeSet, HashMap};
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
    by_network: HashMap<Network, BTreeSet<u64>>,
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

    /// Finds a place for somebody new. Where his network has taken all of its own, whoever of it has been standing there
    /// longest has to leave; where there is no place at all, whoever has of all.
    pub(crate) fn admit(self: &Arc<Self>, ip: IpAddr) -> Stranger {
        let network = Network::of(ip);
        let mut crowd = self.crowd();
        if let Some(oldest) = network.and_then(|network| crowd.oldest_of(network, self.most_per_network)) {
            crowd.send_away(oldest);
        } else if crowd.standing.len() >= self.most
            && let Some(oldest) = crowd.standing.keys().next().copied()
        {
            crowd.send_away(oldest);
        }
        let leave = Arc::new(Notify::new());
        let number = crowd.arrivals;
        crowd.arrivals += 1;
        if let Some(network) = network {
            crowd.by_network.entry(network).or_default().insert(number);
        }
        crowd.standing.insert(number, Standing { network, leave: Arc::clone(&leave) });
        drop(crowd);
        Stranger { strangers: Arc::clone(self), number, leave }
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
    /// Who of a network has been standing there longest, if it has as many as it may have.
    fn oldest_of(&self, network: Network, most: usize) -> Option<u64> {
        self.by_network.get(&network).filter(|standing| standing.len() >= most)?.first().copied()
    }

    fn send_away(&mut self, number: u64) {
        if let Some(standing) = self.remove(number) {
            standing.leave.notify_one();
        }
    }

    /// Somebody who was sent away is gone already when his place is dropped.
    fn remove(&mut self, number: u64) -> Option<Standing> {
        let standing = self.standing.remove(&number)?;
        if let Some(network) = standing.network
            && let Some(numbers) = self.by_network.get_mut(&network)
        {
            numbers.remove(&number);
            if numbers.is_empty() {
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

    fn is_sent_away(stranger: &Stranger) -> bool {
        stranger.asked_to_leave().now_or_never().is_some()
    }

    #[test]
    fn one_network_cannot_take_all_places_nor_shut_its_own_people_out() {
        let strangers = strangers(10, 2);
        let other = strangers.admit(ip("198.51.100.1"));
        let silent = strangers.admit(ip("192.0.2.1"));
        let second = strangers.admit(ip("::ffff:192.0.2.200"));
        let newcomer = strangers.admit(ip("192.0.2.3"));
        assert_eq!([&other, &silent, &second, &newcomer].map(is_sent_away), [false, true, false, false]);
        // Its place is given back once, not twice.
        drop(silent);
        let _next = strangers.admit(ip("192.0.2.4"));
        assert_eq!([&other, &second, &newcomer].map(is_sent_away), [false, true, false]);
    }

    #[test]
    fn the_hosts_own_programs_share_no_network() {
        let strangers = strangers(10, 1);
        let places: Vec<_> = (0..5).map(|_| strangers.admit(ip("127.0.0.1"))).collect();
        assert!(!places.iter().any(is_sent_away));
    }

    #[test]
    fn the_newcomer_gets_the_place_of_the_oldest_stranger() {
        let strangers = strangers(2, 2);
        let oldest = strangers.admit(ip("192.0.2.1"));
        let second = strangers.admit(ip("198.51.100.1"));
        let newcomer = strangers.admit(ip("203.0.113.1"));
        assert_eq!([&oldest, &second, &newcomer].map(is_sent_away), [true, false, false]);
        drop((oldest, second, newcomer));
        assert!(strangers.crowd().standing.is_empty());
        assert!(strangers.crowd().by_network.is_empty());
    }
}
