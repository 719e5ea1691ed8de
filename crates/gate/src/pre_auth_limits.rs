//! Limits on connections that have not signed in: a slot for each, in all and by network; the oldest is evicted.

use crate::limits::Limits;
use postward_authority::Network;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The slots for connections that have not signed in, bounded in total and by network.
pub(crate) struct ConnectionLimiter {
    max: usize,
    max_per_network: usize,
    table: Mutex<SlotTable>,
}

#[derive(Default)]
struct SlotTable {
    /// By order of accept: the first is the oldest.
    slots: BTreeMap<u64, SlotEntry>,
    by_network: HashMap<Network, BTreeSet<u64>>,
    next: u64,
}

struct SlotEntry {
    network: Option<Network>,
    evicted: Arc<Notify>,
}

/// The slot of one connection, given back when it is dropped.
pub(crate) struct Slot {
    limiter: Arc<ConnectionLimiter>,
    number: u64,
    evicted: Arc<Notify>,
}

impl ConnectionLimiter {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            max: limits.pre_auth_connections.max(1),
            max_per_network: limits.pre_auth_connections_per_network.max(1),
            table: Mutex::default(),
        })
    }

    /// Takes a slot for a new connection; never refuses. Where its network has taken all of its own, the oldest slot of
    /// that network is evicted; where all are taken, the oldest of all.
    pub(crate) fn admit(self: &Arc<Self>, ip: IpAddr) -> Slot {
        let network = limited_network(ip);
        let mut table = self.table();
        if let Some(oldest) = network.and_then(|network| table.oldest_of(network, self.max_per_network)) {
            table.evict(oldest);
        } else if table.slots.len() >= self.max
            && let Some(oldest) = table.slots.keys().next().copied()
        {
            table.evict(oldest);
        }
        let evicted = Arc::new(Notify::new());
        let number = table.next;
        table.next += 1;
        if let Some(network) = network {
            table.by_network.entry(network).or_default().insert(number);
        }
        table.slots.insert(number, SlotEntry { network, evicted: Arc::clone(&evicted) });
        drop(table);
        Slot { limiter: Arc::clone(self), number, evicted }
    }

    fn table(&self) -> MutexGuard<'_, SlotTable> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Resolves when the slot was given to another connection.
    pub(crate) async fn evicted(&self) {
        self.evicted.notified().await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.limiter.table().remove(self.number);
    }
}

impl SlotTable {
    /// The oldest slot of a network, if it has as many as it may have.
    fn oldest_of(&self, network: Network, max: usize) -> Option<u64> {
        self.by_network.get(&network).filter(|slots| slots.len() >= max)?.first().copied()
    }

    fn evict(&mut self, number: u64) {
        if let Some(entry) = self.remove(number) {
            entry.evicted.notify_one();
        }
    }

    /// None where the slot was evicted before.
    fn remove(&mut self, number: u64) -> Option<SlotEntry> {
        let entry = self.slots.remove(&number)?;
        if let Some(network) = entry.network
            && let Some(numbers) = self.by_network.get_mut(&network)
        {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.by_network.remove(&network);
            }
        }
        Some(entry)
    }
}

/// The network whose slots a connection takes. None for loopback, which has no limit of its own.
fn limited_network(ip: IpAddr) -> Option<Network> {
    (!ip.to_canonical().is_loopback()).then(|| Network::of(ip))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;
    use futures_util::FutureExt;

    fn limiter(max: usize, max_per_network: usize) -> Arc<ConnectionLimiter> {
        let limits = Limits {
            pre_auth_connections: max,
            pre_auth_connections_per_network: max_per_network,
            ..Limits::default()
        };
        ConnectionLimiter::new(&limits)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn is_evicted(slot: &Slot) -> bool {
        slot.evicted().now_or_never().is_some()
    }

    #[test]
    fn one_network_cannot_take_all_places_nor_shut_its_own_people_out() {
        let limiter = limiter(10, 2);
        let other = limiter.admit(ip("198.51.100.1"));
        let silent = limiter.admit(ip("192.0.2.1"));
        let second = limiter.admit(ip("::ffff:192.0.2.200"));
        let newcomer = limiter.admit(ip("192.0.2.3"));
        assert_eq!([&other, &silent, &second, &newcomer].map(is_evicted), [false, true, false, false]);
        // Its slot is given back once, not twice.
        drop(silent);
        let _next = limiter.admit(ip("192.0.2.4"));
        assert_eq!([&other, &second, &newcomer].map(is_evicted), [false, true, false]);
    }

    #[test]
    fn the_hosts_own_programs_share_no_network() {
        let limiter = limiter(10, 1);
        let slots: Vec<_> = (0..5).map(|_| limiter.admit(ip("127.0.0.1"))).collect();
        assert!(!slots.iter().any(is_evicted));
    }

    #[test]
    fn a_new_connection_gets_the_slot_of_the_oldest() {
        let limiter = limiter(2, 2);
        let oldest = limiter.admit(ip("192.0.2.1"));
        let second = limiter.admit(ip("198.51.100.1"));
        let newcomer = limiter.admit(ip("203.0.113.1"));
        assert_eq!([&oldest, &second, &newcomer].map(is_evicted), [true, false, false]);
        drop((oldest, second, newcomer));
        assert!(limiter.table().slots.is_empty());
        assert!(limiter.table().by_network.is_empty());
    }
}
