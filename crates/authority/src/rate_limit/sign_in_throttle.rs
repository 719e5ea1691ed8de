//! What attempts cost.
//!
//! Three promises: guessing from one network soon ends, an owner is never locked out by somebody else's guessing, and
//! a phone that repeats one stale password all night is one wrong attempt. Everything is keyed by what was typed and by
//! the network, never by what exists, so that nothing can be learnt from it.

use crate::model::Timestamp;
use crate::model::refusal_cause::Wrong;
use crate::rate_limit::verified_password_cache::Fingerprint;
use rand::Rng;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The limits of the throttle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleLimits {
    /// Every refusal is answered no sooner than this after the attempt, whatever the reason, so that the answer's time
    /// tells nothing; it also keeps one connection from trying more than about once a second.
    pub refusal_after: Duration,
    /// Distinct wrong attempts from one network within `window`, over all mailboxes, before further ones from it are
    /// turned away unhashed. An office behind one address changes passwords too.
    pub per_network: u32,
    /// Distinct wrong attempts at one mailbox from one network within `window` before further ones are turned away
    /// unhashed. From a network the mailbox was signed in from before, and from any shortly after a change of the
    /// password, one is still looked at now and then.
    pub per_mailbox: u32,
    /// How long wrong attempts are remembered, at least.
    pub window: Duration,
    /// How long an attempt waits when it is beyond the limits but comes from a known network, until one of those that
    /// have come meanwhile is admitted and looked at; and one from an unknown network when the mailbox has had ten
    /// times `per_mailbox` wrong attempts from all networks together: guessing is slow, and the owner still gets in.
    /// Zero looks at every one.
    pub under_attack_wait: Duration,
}

impl Default for ThrottleLimits {
    fn default() -> Self {
        Self {
            refusal_after: Duration::from_millis(800),
            per_network: 100,
            per_mailbox: 10,
            window: Duration::from_secs(600),
            under_attack_wait: Duration::from_secs(3),
        }
    }
}

/// How many networks' worth of wrong attempts a mailbox takes before unknown networks have to wait.
const GENEROUS: u32 = 10;

/// One attempt, before anything is verified.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// What was typed as the name, in canonical form where it has one. A new password wipes no slate: that would tell
    /// which mailboxes exist.
    pub(crate) login: String,
    /// The network it came from, as text.
    pub(crate) network: String,
    /// The address within it.
    pub(crate) ip: IpAddr,
    /// Whether the mailbox was signed in from there before.
    pub(crate) known: bool,
    /// Whether its password was changed within [`ThrottleLimits::window`]. Whoever guessed at the forgotten one until
    /// the limits were reached gets in with the new one, from wherever it is.
    pub(crate) changed: bool,
    /// The keyed hash of login and password: what is counted.
    pub(crate) counted: Fingerprint,
    /// The same with epoch and state: what is remembered as wrong.
    pub(crate) remembered: Fingerprint,
}

/// What becomes of an attempt.
pub(crate) enum Verdict<'a> {
    /// Verify it, and say what came of it.
    Verify(Reservation<'a>),
    /// This very password was wrong before: refuse it as such, nothing to verify, nothing to count.
    WrongBefore(Wrong),
    /// Turn it away.
    TooMany,
}

/// An attempt that may be verified. It counts as wrong until [`Reservation::right`] says otherwise, so that a thousand
/// guesses at once cannot slip through together. Dropped without a word (nobody could decide, or the client hung up),
/// nobody pays for it.
pub(crate) struct Reservation<'a> {
    throttle: &'a Throttle,
    this: Attempt,
    /// How long to wait before it is looked at.
    pub(crate) wait: Duration,
    /// Beyond the limits, and looked at only because it may be the owner, if it is admitted.
    ticket: Option<Box<Ticket>>,
    settled: bool,
}

/// What an attempt beyond the limits holds while it waits.
struct Ticket {
    admission: Admission,
    number: u64,
}

/// Which attempts beyond the limits compete for being looked at: those at one mailbox from one network. An address from
/// which the mailbox was signed in has an admission of its own, so that the loudest neighbour is no competitor.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Admission {
    Network(String, String),
    KnownAddress(String, IpAddr),
}

/// The memory of wrong attempts.
pub(crate) struct Throttle {
    limits: ThrottleLimits,
    memory: Mutex<Memory>,
}

struct Memory {
    wrong: Generations<Fingerprint, Wrong>,
    by_network: Generations<String, Attempts>,
    by_mailbox_and_network: Generations<(String, String), Attempts>,
    by_mailbox: Generations<String, Attempts>,
    /// Admissions that are open, and the tickets in them with what is counted of each attempt. The first of them that
    /// has waited its time closes the admission.
    admissions: HashMap<Admission, Vec<(u64, Fingerprint)>>,
    /// Tickets that were admitted while their attempt still waits.
    admitted: HashSet<u64>,
    tickets: u64,
    /// Attempts that were not admitted. Whoever comes again with the same password goes before those who only guess.
    deferred: Generations<Fingerprint, ()>,
    /// The last few addresses a mailbox was signed in from.
    known_addresses: Generations<String, VecDeque<IpAddr>>,
}

impl Throttle {
    /// Keys a table holds before it forgets its older half early: under a flood of made-up names memory stays flat.
    const KEYS_AT_MOST: usize = 50_000;
    /// Addresses a mailbox is known to be signed in from: the house, the office, the phone.
    const KNOWN_ADDRESSES: usize = 4;

    pub(crate) fn new(limits: ThrottleLimits, now: Timestamp) -> Self {
        let memory = Memory {
            wrong: Generations::new(now),
            by_network: Generations::new(now),
            by_mailbox_and_network: Generations::new(now),
            by_mailbox: Generations::new(now),
            admissions: HashMap::new(),
            admitted: HashSet::new(),
            tickets: 0,
            deferred: Generations::new(now),
            known_addresses: Generations::new(now),
        };
        Self { limits, memory: Mutex::new(memory) }
    }

    pub(crate) fn limits(&self) -> &ThrottleLimits {
        &self.limits
    }

    /// Whether an attempt is looked at.
    pub(crate) fn reserve(&self, this: Attempt, now: Timestamp) -> Verdict<'_> {
        let ThrottleLimits { per_network, per_mailbox, under_attack_wait, window, refusal_after: _ } =
            self.limits;
        let mut memory = self.memory();
        memory.age(window, now);
        if let Some(wrong) = memory.wrong.find(&this.remembered) {
            return Verdict::WrongBefore(*wrong);
        }
        // The network first: one that is over its limit makes no further entries, however many names it makes up.
        let network = memory.by_network.entry(this.network.clone());
        network.expire(window, now);
        let mut beyond = !network.has_room(this.counted, per_network);
        let pair = (this.login.clone(), this.network.clone());
        if !beyond {
            let here = memory.by_mailbox_and_network.entry(pair.clone());
            here.expire(window, now);
            beyond = !here.has_room(this.counted, per_mailbox);
        }
        if beyond {
            // Counted nowhere, whether it is looked at or not, so that what follows is the same.
            if !this.known && !this.changed {
                return Verdict::TooMany;
            }
            let ticket = memory.issue_ticket(&this);
            return Verdict::Verify(Reservation::new(self, this, under_attack_wait, Some(Box::new(ticket))));
        }
        memory.by_network.entry(this.network.clone()).distinct.insert(this.counted);
        memory.by_mailbox_and_network.entry(pair).distinct.insert(this.counted);
        let everywhere = memory.by_mailbox.entry(this.login.clone());
        everywhere.expire(window, now);
        let under_attack = !everywhere.has_room(this.counted, per_mailbox.saturating_mul(GENEROUS));
        if !under_attack {
            everywhere.distinct.insert(this.counted);
        }
        let wait = if under_attack && !this.known { under_attack_wait } else { Duration::ZERO };
        Verdict::Verify(Reservation::new(self, this, wait, None))
    }

    /// What is known of what was typed, if it was wrong before.
    pub(crate) fn wrong_before(&self, fingerprint: &Fingerprint) -> Option<Wrong> {
        self.memory().wrong.find(fingerprint).copied()
    }

    /// What is known of a wrong password, for as long as its epoch lasts.
    pub(crate) fn wrong(&self, fingerprint: Fingerprint, wrong: Wrong) {
        self.memory().wrong.insert(fingerprint, wrong);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Reservation<'a> {
    fn new(throttle: &'a Throttle, this: Attempt, wait: Duration, ticket: Option<Box<Ticket>>) -> Self {
        Self { throttle, this, wait, ticket, settled: false }
    }

    /// Whether it is beyond the limits: a wrong password then hears what is said to an attempt that is not looked at,
    /// or it would tell that the mailbox exists.
    pub(crate) fn beyond(&self) -> bool {
        self.ticket.is_some()
    }

    /// Whether the attempt, which has waited, is to be looked at. To be asked once.
    ///
    /// Of those beyond the limits one is, each time: the owner gets in past a neighbour's guessing, and guessing gets
    /// nowhere. It is any of those that came before and were not admitted; if there is none, any at all.
    pub(crate) fn is_admitted(&self, rng: &mut impl Rng) -> bool {
        let Some(Ticket { admission, number }) = self.ticket.as_deref() else { return true };
        let mut memory = self.throttle.memory();
        let is_first = memory
            .admissions
            .get(admission)
            .is_some_and(|tickets| tickets.iter().any(|(ticket, _)| ticket == number));
        if is_first && let Some(tickets) = memory.admissions.remove(admission) {
            let again = |(_, counted): &&(u64, Fingerprint)| memory.deferred.find(counted).is_some();
            let mut those: Vec<_> = tickets.iter().filter(again).collect();
            if those.is_empty() {
                those = tickets.iter().collect();
            }
            let (winner, _) = those[rng.next_u64() as usize % those.len()];
            memory.admitted.insert(*winner);
        }
        let is_admitted = memory.admitted.remove(number);
        match is_admitted {
            true => memory.deferred.remove(&self.this.counted),
            false => memory.deferred.insert(self.this.counted, ()),
        }
        is_admitted
    }

    /// The password was right.
    pub(crate) fn right(self) {
        // The place is given back by the drop.
        let mut memory = self.throttle.memory();
        let known_addresses = memory.known_addresses.entry(self.this.login.clone());
        known_addresses.retain(|home| *home != self.this.ip);
        known_addresses.push_front(self.this.ip);
        known_addresses.truncate(Throttle::KNOWN_ADDRESSES);
    }

    /// The password opened nothing, and will not for as long as this epoch and this state last.
    pub(crate) fn wrong(mut self, wrong: Wrong) {
        self.settled = true;
        // Beyond the limits nothing is remembered: guesses from unknown networks are not, there.
        if self.ticket.is_none() {
            self.throttle.wrong(self.this.remembered, wrong);
        }
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let Attempt { login, network, ip: _, known: _, changed: _, counted, remembered: _ } = &self.this;
        let mut memory = self.throttle.memory();
        if let Some(ticket) = &self.ticket {
            memory.leave(ticket);
        } else if !self.settled {
            memory.by_mailbox_and_network.entry((login.clone(), network.clone())).uncount(counted);
            memory.by_network.entry(network.clone()).uncount(counted);
            memory.by_mailbox.entry(login.clone()).uncount(counted);
        }
    }
}

/// The distinct wrong attempts of one window, which begins with the first of them.
#[derive(Default)]
struct Attempts {
    began: Option<Timestamp>,
    distinct: HashSet<Fingerprint>,
}

impl Attempts {
    fn expire(&mut self, window: Duration, now: Timestamp) {
        if self.began.is_none_or(|began| elapsed(began, now) >= window) {
            *self = Self { began: Some(now), distinct: HashSet::new() };
        }
    }

    /// Takes an attempt back. A window that holds nothing has not begun.
    fn uncount(&mut self, fingerprint: &Fingerprint) {
        self.distinct.remove(fingerprint);
        if self.distinct.is_empty() {
            self.began = None;
        }
    }

    /// Whether an attempt can be counted: it has been, or there are not as many distinct ones already.
    fn has_room(&self, fingerprint: Fingerprint, at_most: u32) -> bool {
        self.distinct.len() < at_most as usize || self.distinct.contains(&fingerprint)
    }
}

/// The time from one moment to a later one; none if the clock was set back.
fn elapsed(since: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(since).try_into().unwrap_or(Duration::ZERO)
}

impl Memory {
    fn age(&mut self, window: Duration, now: Timestamp) {
        let Self { wrong, by_network, by_mailbox_and_network, by_mailbox, .. } = self;
        wrong.age(window, now);
        by_network.age(window, now);
        by_mailbox_and_network.age(window, now);
        by_mailbox.age(window, now);
        self.deferred.age(window, now);
        // Forgotten only when there are too many.
        self.known_addresses.age(Duration::MAX, now);
    }

    /// Gives an attempt a ticket for its admission, which it opens when there is none.
    fn issue_ticket(&mut self, this: &Attempt) -> Ticket {
        let Attempt { login, network, ip, known: _, changed: _, counted, remembered: _ } = this;
        let at_home =
            self.known_addresses.find(login).is_some_and(|known_addresses| known_addresses.contains(ip));
        let admission = match at_home {
            true => Admission::KnownAddress(login.clone(), *ip),
            false => Admission::Network(login.clone(), network.clone()),
        };
        self.tickets += 1;
        self.admissions.entry(admission.clone()).or_default().push((self.tickets, *counted));
        Ticket { admission, number: self.tickets }
    }

    /// An attempt is over, or whoever made it has hung up.
    fn leave(&mut self, Ticket { admission, number }: &Ticket) {
        self.admitted.remove(number);
        if let Some(tickets) = self.admissions.get_mut(admission) {
            tickets.retain(|(ticket, _)| ticket != number);
            if tickets.is_empty() {
                self.admissions.remove(admission);
            }
        }
    }
}

/// A map that forgets by halves: entries that were not touched for two windows are gone, without a timer and without
/// looking at each.
struct Generations<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    began: Timestamp,
}

impl<K: Hash + Eq, V: Default> Generations<K, V> {
    fn entry(&mut self, key: K) -> &mut V {
        let carried = self.old.remove(&key);
        self.young.entry(key).or_insert_with(|| carried.unwrap_or_default())
    }
}

impl<K: Hash + Eq, V> Generations<K, V> {
    fn new(now: Timestamp) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), began: now }
    }

    fn find(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    fn insert(&mut self, key: K, value: V) {
        self.young.insert(key, value);
    }

    fn remove(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }

    fn age(&mut self, window: Duration, now: Timestamp) {
        let elapsed = elapsed(self.began, now);
        if elapsed < window && self.young.len() < Throttle::KEYS_AT_MOST {
            return;
        }
        let young = std::mem::take(&mut self.young);
        self.old = if elapsed < window.saturating_mul(2) { young } else { HashMap::new() };
        self.began = now;
    }
}

#[cfg(test)]
mod tests;
