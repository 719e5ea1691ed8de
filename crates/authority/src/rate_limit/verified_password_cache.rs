//! A verified password, remembered for a mail app that reconnects.
//!
//! Mail apps sign in again all day, five connections at a time. What is remembered is a keyed hash of principal,
//! *epoch* and password; the epoch is read from the store at every sign-in, so nothing here can outlive a change.

use crate::model::Timestamp;
use crate::model::principal::{Epoch, PrincipalId};
use hmac::{Hmac, KeyInit, Mac};
use rand::RngExt as _;
use sha2::Sha256;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Keyed hashes under a key that dies with the process: what they stand for cannot be found out from a dump of
/// anything but the live process.
pub(crate) struct Fingerprints {
    key: [u8; 32],
}

/// A keyed hash of who and what, cut to 128 bits: two that collide by chance will not be seen.
pub(crate) type Fingerprint = u128;

impl Fingerprints {
    pub(crate) fn new() -> Self {
        Self { key: rand::rng().random() }
    }

    /// The fingerprint of the parts. Lengths are hashed too: no two lists of parts run into one.
    pub(crate) fn of(&self, parts: &[&[u8]]) -> Fingerprint {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        u128::from_be_bytes(std::array::from_fn(|i| digest[i]))
    }
}

/// The cache itself.
pub(crate) struct VerifiedPasswordCache {
    fingerprints: Fingerprints,
    lasts: Duration,
    verified: Mutex<HashMap<Fingerprint, Timestamp>>,
    hits: AtomicU64,
}

impl VerifiedPasswordCache {
    /// As many as a node has mailboxes that are read at the same time; 48 bytes each.
    const REMEMBERED_AT_MOST: usize = 100_000;

    /// A cache in which an entry lasts so long; zero switches it off.
    pub(crate) fn new(lasts: Duration) -> Self {
        let (verified, hits) = (Mutex::new(HashMap::new()), AtomicU64::new(0));
        Self { fingerprints: Fingerprints::new(), lasts, verified, hits }
    }

    /// Whether this password was verified for this principal in this epoch, not long ago.
    pub(crate) fn verified(
        &self,
        principal: PrincipalId,
        epoch: Epoch,
        password: &str,
        now: Timestamp,
    ) -> bool {
        if self.lasts.is_zero() {
            return false;
        }
        let fingerprint = self.fingerprint(principal, epoch, password);
        let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        let hit = verified.get(&fingerprint).is_some_and(|until| now < *until);
        self.hits.fetch_add(u64::from(hit), Ordering::Relaxed);
        hit
    }

    /// Remembers that it was.
    pub(crate) fn remember(&self, principal: PrincipalId, epoch: Epoch, password: &str, now: Timestamp) {
        if self.lasts.is_zero() {
            return;
        }
        let Ok(until) = now.checked_add(self.lasts) else { return };
        let fingerprint = self.fingerprint(principal, epoch, password);
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= Self::REMEMBERED_AT_MOST {
            verified.retain(|_, until| now < *until);
        }
        // Still full: whoever comes now pays for a hash, and nobody else does.
        if verified.len() < Self::REMEMBERED_AT_MOST {
            verified.insert(fingerprint, until);
        }
    }

    /// How many sign-ins it has saved a hash.
    pub(crate) fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    fn fingerprint(&self, principal: PrincipalId, epoch: Epoch, password: &str) -> Fingerprint {
        self.fingerprints.of(&[&principal.0.to_be_bytes(), &epoch.0.to_be_bytes(), password.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_remembered_past_its_epoch_its_time_or_its_mailbox() {
        let cache = VerifiedPasswordCache::new(Duration::from_secs(300));
        let (alice, bob) = (PrincipalId(1), PrincipalId(2));
        let at = |second: i64| Timestamp::from_second(second).expect("a time");
        cache.remember(alice, Epoch(7), "secret", at(1_000));
        assert!(cache.verified(alice, Epoch(7), "secret", at(1_299)));
        assert!(!cache.verified(alice, Epoch(8), "secret", at(1_001)));
        assert!(!cache.verified(alice, Epoch(7), "Secret", at(1_001)));
        assert!(!cache.verified(bob, Epoch(7), "secret", at(1_001)));
        assert!(!cache.verified(alice, Epoch(7), "secret", at(1_300)));
        assert_eq!(cache.hits(), 1);
    }

    #[test]
    fn switched_off_it_remembers_nothing() {
        let cache = VerifiedPasswordCache::new(Duration::ZERO);
        cache.remember(PrincipalId(1), Epoch(1), "secret", Timestamp::UNIX_EPOCH);
        assert!(!cache.verified(PrincipalId(1), Epoch(1), "secret", Timestamp::UNIX_EPOCH));
    }
}
