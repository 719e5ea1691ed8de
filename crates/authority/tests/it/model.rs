//! The race between a sign-in, a resumed browser session and a change of password, modelled: every interleaving, by
//! loom. What the rows and transactions of a store do is one lock around the epoch; the registry is another.
//!
//! The model also shows that it can fail: with any step out of its place, some interleaving leaves a session behind.

use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;

/// When a sign-in registers its guard.
#[derive(Clone, Copy)]
enum Guard {
    /// While it holds the principal's row, as the session writer does.
    BeforeCommit,
    /// After its transaction.
    AfterCommit,
}

/// How a sign-in makes sure that the password it verified is still the one.
#[derive(Clone, Copy)]
enum Row {
    /// It takes the row at the verified epoch and holds it.
    Taken,
    /// It looks at it, as `INSERT … WHERE epoch = ?` does.
    LookedAt,
}

/// How often a resumed session is looked up.
#[derive(Clone, Copy)]
enum Look {
    /// Before and after its guard is registered, as `resume` does.
    Twice,
    Once,
}

struct Store {
    epoch: Mutex<u64>,
    registry: Mutex<Vec<Arc<AtomicBool>>>,
}

impl Store {
    fn new() -> Arc<Self> {
        Arc::new(Self { epoch: Mutex::new(1), registry: Mutex::new(Vec::new()) })
    }

    fn epoch(&self) -> u64 {
        *self.epoch.lock().unwrap()
    }

    fn register(&self) -> Arc<AtomicBool> {
        let killed = Arc::new(AtomicBool::new(false));
        self.registry.lock().unwrap().push(killed.clone());
        killed
    }

    /// Commit, then kill, then answer.
    fn change(&self) {
        *self.epoch.lock().unwrap() += 1;
        for killed in self.registry.lock().unwrap().iter() {
            killed.store(true, Ordering::SeqCst);
        }
    }

    /// Verify at some epoch, then enter at that epoch or not at all.
    fn sign_in(&self, guard: Guard, row: Row) -> Option<(u64, Arc<AtomicBool>)> {
        let verified = self.epoch();
        let taken = self.epoch.lock().unwrap();
        if *taken != verified {
            return None;
        }
        let killed = match (guard, row) {
            (Guard::BeforeCommit, Row::Taken) => self.register(),
            (Guard::AfterCommit, Row::Taken) | (_, Row::LookedAt) => {
                drop(taken);
                return Some((verified, self.register()));
            }
        };
        drop(taken);
        Some((verified, killed))
    }

    fn resume(&self, opened_at: u64, look: Look) -> Option<(u64, Arc<AtomicBool>)> {
        if self.epoch() != opened_at {
            return None;
        }
        let killed = self.register();
        match look {
            Look::Twice if self.epoch() != opened_at => None,
            Look::Twice | Look::Once => Some((opened_at, killed)),
        }
    }
}

/// Runs an entry against a change: what is open at the end under an old epoch must have been killed.
fn check(entry: impl Fn(&Store) -> Option<(u64, Arc<AtomicBool>)> + Copy + Send + Sync + 'static) {
    loom::model(move || {
        let store = Store::new();
        let entering = {
            let store = store.clone();
            thread::spawn(move || entry(&store))
        };
        store.change();
        if let Some((epoch, killed)) = entering.join().unwrap() {
            let survives = epoch < store.epoch() && !killed.load(Ordering::SeqCst);
            assert!(!survives, "a session of an old epoch is alive after the answer");
        }
    });
}

#[test]
fn g3_no_interleaving_lets_a_sign_in_straddle_a_change() {
    check(|store| store.sign_in(Guard::BeforeCommit, Row::Taken));
}

#[test]
fn g3_no_interleaving_lets_a_request_straddle_a_change() {
    check(|store| store.resume(1, Look::Twice));
}

#[test]
#[should_panic(expected = "alive after the answer")]
fn a_guard_registered_after_the_commit_would_leak() {
    check(|store| store.sign_in(Guard::AfterCommit, Row::Taken));
}

#[test]
#[should_panic(expected = "alive after the answer")]
fn a_row_that_is_only_looked_at_would_leak() {
    check(|store| store.sign_in(Guard::BeforeCommit, Row::LookedAt));
}

#[test]
#[should_panic(expected = "alive after the answer")]
fn a_resumed_session_looked_up_once_would_leak() {
    check(|store| store.resume(1, Look::Once));
}
