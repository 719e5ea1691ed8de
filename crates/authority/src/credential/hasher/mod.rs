//! argon2id on threads of its own.
//!
//! A hash costs tens of milliseconds of one core and 19 MiB. As many are computed at once as there are cores, each in
//! the [`memory`] of its thread; the rest wait in [`lanes`], so that a flood from unknown networks cannot keep out
//! people who come from where they always come from.

mod error;
mod lanes;
mod memory;

pub use error::HasherError;
pub(crate) use lanes::Lane;

use argon2::password_hash::phc::{ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Params, Version};
use error::broken;
use lanes::Lanes;
use memory::Memory;
use rand::RngExt as _;
use zeroize::Zeroizing;

/// What a hash costs and how many are computed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashing {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Hashes computed at once; zero means one for each core.
    pub at_once: usize,
    /// How many may wait in each lane. At 40 ms a hash on two cores, 256 wait five seconds: longer than
    /// that a mail app gives up, and hashing for it would be wasted.
    pub waiting: usize,
}

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
impl Default for Hashing {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, at_once: 0, waiting: 256 }
    }
}

/// Computes and verifies password hashes.
pub(crate) struct Hasher {
    /// What new hashes cost.
    params: Params,
    /// Verified against when there is no such mailbox, so that an unknown name costs what a known one costs.
    nobody: Phc,
    lanes: Lanes,
}

/// A password hash in PHC string form.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Phc(pub(crate) String);

impl Hasher {
    pub(crate) fn new(hashing: Hashing) -> Result<Self, HasherError> {
        let params = Params::new(hashing.memory_kib, hashing.passes, 1, None).map_err(broken)?;
        // The password is random and forgotten: nothing ever verifies against it.
        let forgotten: [u8; 32] = rand::rng().random();
        let nobody = hash(&mut Memory::new(), &params, &forgotten)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let at_once = if hashing.at_once == 0 { cores } else { hashing.at_once };
        Ok(Self { params, nobody, lanes: Lanes::open(at_once, hashing.waiting)? })
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, lane: Lane, password: Zeroizing<String>) -> Result<Phc, HasherError> {
        let params = self.params.clone();
        self.lanes.compute(lane, move |memory| hash(memory, &params, password.as_bytes())).await
    }

    /// Whether the password is the one that was hashed. Without a hash the answer is no, at the same cost.
    pub(crate) async fn verify(
        &self,
        lane: Lane,
        password: Zeroizing<String>,
        against: Option<&Phc>,
    ) -> Result<bool, HasherError> {
        let phc = against.unwrap_or(&self.nobody).0.clone();
        let verify = move |memory: &mut Memory| {
            let hash = PasswordHash::new(&phc).map_err(broken)?;
            memory.verify(&hash, password.as_bytes())
        };
        self.lanes.compute(lane, verify).await
    }

    /// Whether the hash was made at another cost than new ones are.
    pub(crate) fn outdated(&self, phc: &Phc) -> bool {
        let current = PasswordHash::new(&self.nobody.0).map(|hash| (hash.algorithm, hash.params));
        let stored = PasswordHash::new(&phc.0).map(|hash| (hash.algorithm, hash.params));
        !matches!((current, stored), (Ok(current), Ok(stored)) if current == stored)
    }
}

/// A new hash of a password, under a new salt.
fn hash(memory: &mut Memory, params: &Params, password: &[u8]) -> Result<Phc, HasherError> {
    // RFC 9106 §3.1: 16 bytes are what password hashing wants.
    let salt = Salt::new(&rand::rng().random::<[u8; 16]>()).map_err(broken)?;
    let output = memory.hash(params, password, &salt)?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(broken)?,
        salt: Some(salt),
        hash: Some(output),
    };
    Ok(Phc(hash.to_string()))
}

#[cfg(test)]
mod tests;
