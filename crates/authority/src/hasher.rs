//! argon2id behind permits.
//!
//! A hash costs tens of milliseconds of one core and 19 MiB. As many are computed at once as there are cores, each in
//! the [`memory`] of its permit; the rest wait in two lanes, so that a flood of strangers cannot keep out people who
//! come from where they always come from.

mod memory;

use argon2::password_hash::phc::{ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Params, Version};
use memory::Memory;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;
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
    /// How many may wait for a permit in each lane. At 40 ms a hash on two cores, 256 wait five seconds: longer than
    /// that a mail app gives up, and hashing for it would be wasted.
    pub waiting: usize,
}

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
impl Default for Hashing {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, at_once: 0, waiting: 256 }
    }
}

/// Who waits for a hash, in the order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Signed in before from the same network, or is signed in already.
    Known,
    /// Anybody.
    Stranger,
    /// Nobody: work that can wait until the machine is idle, and is left undone when it is not.
    Background,
}

/// Computes and verifies password hashes.
pub(crate) struct Hasher {
    /// What new hashes cost.
    params: Params,
    /// Verified against when there is no such mailbox, so that an unknown name costs what a known one costs.
    nobody: Phc,
    permits: Arc<Permits>,
}

/// A password hash in PHC string form.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Phc(pub(crate) String);

/// Why no hash was computed.
#[derive(Debug)]
pub enum HasherError {
    /// The lane is full.
    Busy,
    /// The stored hash, or argon2 itself, is broken.
    Broken(String),
}

impl Hasher {
    pub(crate) fn new(hashing: Hashing) -> Result<Self, HasherError> {
        let params = Params::new(hashing.memory_kib, hashing.passes, 1, None).map_err(broken)?;
        // The password is random and forgotten: nothing ever verifies against it.
        let forgotten: [u8; 32] = rand::random();
        let nobody = hash(&mut Memory::new(), &params, &forgotten)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let at_once = if hashing.at_once == 0 { cores } else { hashing.at_once };
        let permits = Arc::new(Permits::new(at_once, hashing.waiting));
        Ok(Self { params, nobody, permits })
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, lane: Lane, password: Zeroizing<String>) -> Result<Phc, HasherError> {
        let params = self.params.clone();
        self.compute(lane, move |memory| hash(memory, &params, password.as_bytes())).await
    }

    /// Whether the password is the one that was hashed. Without a hash the answer is no, at the same cost.
    pub(crate) async fn verify(
        &self,
        lane: Lane,
        password: Zeroizing<String>,
        against: Option<&Phc>,
    ) -> Result<bool, HasherError> {
        let phc = against.unwrap_or(&self.nobody).0.clone();
        self.compute(lane, move |memory| {
            let hash = PasswordHash::new(&phc).map_err(broken)?;
            memory.verify(&hash, password.as_bytes())
        })
        .await
    }

    /// Whether the hash was made at another cost than new ones are.
    pub(crate) fn outdated(&self, phc: &Phc) -> bool {
        let current = PasswordHash::new(&self.nobody.0).map(|hash| (hash.algorithm, hash.params));
        let stored = PasswordHash::new(&phc.0).map(|hash| (hash.algorithm, hash.params));
        !matches!((current, stored), (Ok(current), Ok(stored)) if current == stored)
    }

    async fn compute<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&mut Memory) -> Result<T, HasherError> + Send + 'static,
    ) -> Result<T, HasherError> {
        let mut permit = Permits::take(&self.permits, lane).await?;
        // The permit lives as long as the work, not as long as whoever asked for it.
        let task = tokio::task::spawn_blocking(move || work(&mut permit.memory));
        task.await.unwrap_or_else(|panic| Err(broken(panic)))
    }
}

impl fmt::Display for HasherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("too many sign-ins are waiting"),
            Self::Broken(cause) => f.write_str(cause),
        }
    }
}

/// A new hash of a password, under a new salt.
fn hash(memory: &mut Memory, params: &Params, password: &[u8]) -> Result<Phc, HasherError> {
    // RFC 9106 §3.1: 16 bytes are what password hashing wants.
    let salt = Salt::new(&rand::random::<[u8; 16]>()).map_err(broken)?;
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

fn broken(error: impl fmt::Display) -> HasherError {
    HasherError::Broken(error.to_string())
}

/// A counting semaphore with lanes: whoever stands in a better lane goes first.
struct Permits {
    state: Mutex<Waiting>,
    longest: usize,
}

struct Waiting {
    /// The memory of each permit that nobody has.
    free: Vec<Memory>,
    known: VecDeque<oneshot::Sender<Permit>>,
    strangers: VecDeque<oneshot::Sender<Permit>>,
    background: VecDeque<oneshot::Sender<Permit>>,
    /// How many from the known lane went ahead of a waiting stranger, one after the other.
    overtaken: usize,
}

/// One hash may be computed, in this memory. Dropping it lets the next one in.
struct Permit {
    permits: Arc<Permits>,
    memory: Memory,
}

impl Permits {
    /// After so many known ones a waiting stranger has a turn: who is new in town must get in some day.
    const OVERTAKEN_AT_MOST: usize = 4;

    fn new(free: usize, longest: usize) -> Self {
        let [known, strangers, background] = [VecDeque::new(), VecDeque::new(), VecDeque::new()];
        let free = std::iter::repeat_with(Memory::new).take(free).collect();
        Self { state: Mutex::new(Waiting { free, known, strangers, background, overtaken: 0 }), longest }
    }

    async fn take(this: &Arc<Self>, lane: Lane) -> Result<Permit, HasherError> {
        let turn = {
            let mut state = this.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(memory) = state.free.pop() {
                return Ok(Permit { permits: this.clone(), memory });
            }
            let queue = state.lane(lane);
            queue.retain(|waiting| !waiting.is_closed());
            if queue.len() >= this.longest {
                return Err(HasherError::Busy);
            }
            let (sender, turn) = oneshot::channel();
            queue.push_back(sender);
            turn
        };
        turn.await.map_err(|_| HasherError::Busy)
    }

    fn give_back(this: &Arc<Self>, memory: Memory) {
        let next = {
            let mut state = this.state.lock().unwrap_or_else(PoisonError::into_inner);
            match state.next() {
                Some(next) => next,
                None => return state.free.push(memory),
            }
        };
        // Whoever has stopped waiting drops the permit, which comes back here for the next in line.
        let _gone = next.send(Permit { permits: this.clone(), memory });
    }
}

impl Waiting {
    fn lane(&mut self, lane: Lane) -> &mut VecDeque<oneshot::Sender<Permit>> {
        match lane {
            Lane::Known => &mut self.known,
            Lane::Stranger => &mut self.strangers,
            Lane::Background => &mut self.background,
        }
    }

    fn next(&mut self) -> Option<oneshot::Sender<Permit>> {
        let stranger_first = self.overtaken >= Permits::OVERTAKEN_AT_MOST && !self.strangers.is_empty();
        if !stranger_first && let Some(known) = self.known.pop_front() {
            self.overtaken = if self.strangers.is_empty() { 0 } else { self.overtaken + 1 };
            return Some(known);
        }
        self.overtaken = 0;
        self.strangers.pop_front().or_else(|| self.background.pop_front())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        Permits::give_back(&self.permits, std::mem::replace(&mut self.memory, Memory::new()));
    }
}

#[cfg(test)]
mod tests;
