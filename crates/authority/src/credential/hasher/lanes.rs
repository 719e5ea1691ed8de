//! The hashing threads, and the lanes in which work waits for them.
//!
//! There are as many threads as hashes may be computed at once, each with a [`Memory`] of its own. A thread that is
//! done takes the next piece of work itself. Permits handed on through the runtime cost two wake-ups between one hash
//! and the next, and moved the memory from core to core; under load that was a tenth of all sign-ins.

use super::error::{HasherError, broken};
use super::memory::Memory;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use tokio::sync::oneshot;

/// Who waits for a hash, in the order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Staff or the operator, who set a password: they come first, because they may be throwing an intruder out who
    /// keeps the other lanes full.
    Staff,
    /// Signed in before from the same network, or is signed in already.
    Known,
    /// Anybody.
    Unknown,
    /// Nobody: work that can wait until the machine is idle, and is left undone when it is not.
    Background,
}

/// The threads and what waits for them. Dropping it lets each finish the hash it is at, and waits for that.
pub(super) struct Lanes {
    shared: Arc<Shared>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Lanes {
    /// Starts the threads. In each lane at most `longest` may wait.
    pub(super) fn open(threads: usize, longest: usize) -> Result<Self, HasherError> {
        let mut lanes = Self { shared: Arc::new(Shared::new(longest)), threads: Vec::new() };
        for _ in 0..threads {
            let shared = lanes.shared.clone();
            let thread = thread::Builder::new().name("hasher".to_owned()).spawn(move || shared.serve());
            lanes.threads.push(thread.map_err(broken)?);
        }
        Ok(lanes)
    }

    /// Does the work when its turn has come. Whoever stops waiting before that leaves the lane; work that has begun is
    /// finished.
    pub(super) async fn compute<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&mut Memory) -> Result<T, HasherError> + Send + 'static,
    ) -> Result<T, HasherError> {
        let (answer, outcome) = oneshot::channel();
        self.shared.queue(lane, Box::new(Asked { answer, work }))?;
        outcome.await.unwrap_or_else(|_| Err(broken("a hash was given up")))
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.shared.close();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a hashing thread has failed");
            }
        }
    }
}

/// Work in a lane.
trait Job: Send {
    /// Whether somebody still waits for it.
    fn wanted(&self) -> bool;
    fn run(self: Box<Self>, memory: &mut Memory);
}

struct Asked<T, W> {
    answer: oneshot::Sender<Result<T, HasherError>>,
    work: W,
}

impl<T, W> Job for Asked<T, W>
where
    T: Send,
    W: FnOnce(&mut Memory) -> Result<T, HasherError> + Send,
{
    fn wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    fn run(self: Box<Self>, memory: &mut Memory) {
        let Self { answer, work } = *self;
        let _gone = answer.send(work(memory));
    }
}

struct Shared {
    state: Mutex<Waiting>,
    /// Somebody has queued work, or the lanes are closed.
    changed: Condvar,
    longest: usize,
}

#[derive(Default)]
struct Waiting {
    staff: VecDeque<Box<dyn Job>>,
    known: VecDeque<Box<dyn Job>>,
    unknown: VecDeque<Box<dyn Job>>,
    background: VecDeque<Box<dyn Job>>,
    /// How many from the known lane went ahead of one that waits in the unknown lane, one after the other.
    overtaken: usize,
    /// How many threads have nothing to do.
    idle: usize,
    closed: bool,
}

impl Shared {
    fn new(longest: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), longest }
    }

    fn queue(&self, lane: Lane, job: Box<dyn Job>) -> Result<(), HasherError> {
        let mut state = self.state();
        // What an idle thread takes at once does not wait.
        let waits = state.queued() >= state.idle;
        let queue = state.lane(lane);
        queue.retain(|waiting| waiting.wanted());
        if waits && queue.len() >= self.longest {
            return Err(HasherError::Busy);
        }
        queue.push_back(job);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// A thread's life.
    fn serve(&self) {
        let mut memory = Memory::new();
        while let Some(job) = self.next() {
            // Work that panics drops its answer, which whoever asked hears; the next one writes over the memory.
            let _panic = catch_unwind(AssertUnwindSafe(|| job.run(&mut memory)));
        }
    }

    /// Waits for work; `None` when there will be no more.
    fn next(&self) -> Option<Box<dyn Job>> {
        let mut state = self.state();
        while !state.closed {
            if let Some(job) = state.next() {
                return Some(job);
            }
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
        None
    }

    fn close(&self) {
        let left = {
            let mut state = self.state();
            let idle = state.idle;
            std::mem::replace(&mut *state, Waiting { idle, closed: true, ..Waiting::default() })
        };
        // Whoever waits hears of it here, outside the lock.
        drop(left);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// After so many known ones an unknown one has a turn: it must not wait for ever.
    const OVERTAKEN_AT_MOST: usize = 4;

    fn lane(&mut self, lane: Lane) -> &mut VecDeque<Box<dyn Job>> {
        match lane {
            Lane::Staff => &mut self.staff,
            Lane::Known => &mut self.known,
            Lane::Unknown => &mut self.unknown,
            Lane::Background => &mut self.background,
        }
    }

    fn queued(&self) -> usize {
        self.staff.len() + self.known.len() + self.unknown.len() + self.background.len()
    }

    /// Whose turn it is, of those who still wait.
    fn next(&mut self) -> Option<Box<dyn Job>> {
        loop {
            let job = self.first_in_line()?;
            if job.wanted() {
                return Some(job);
            }
        }
    }

    fn first_in_line(&mut self) -> Option<Box<dyn Job>> {
        if let Some(staff) = self.staff.pop_front() {
            return Some(staff);
        }
        let unknown_first = self.overtaken >= Self::OVERTAKEN_AT_MOST && !self.unknown.is_empty();
        if !unknown_first && let Some(known) = self.known.pop_front() {
            self.overtaken = if self.unknown.is_empty() { 0 } else { self.overtaken + 1 };
            return Some(known);
        }
        self.overtaken = 0;
        self.unknown.pop_front().or_else(|| self.background.pop_front())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody who waits for a turn, and is heard to have had it.
    fn waits(shared: &Shared, lane: Lane) -> Result<oneshot::Receiver<Result<(), HasherError>>, HasherError> {
        let (answer, turn) = oneshot::channel();
        shared.queue(lane, Box::new(Asked { answer, work: |_: &mut Memory| Ok(()) }))?;
        Ok(turn)
    }

    /// Lets people wait as `lanes` says, and returns the order in which they get their turn.
    fn served(lanes: &[Lane]) -> Vec<usize> {
        let shared = Shared::new(8);
        let mut turns: Vec<_> =
            lanes.iter().map(|lane| waits(&shared, *lane).expect("there is room")).collect();
        let mut order = Vec::new();
        let mut memory = Memory::new();
        while let Some(job) = { shared.state().next() } {
            job.run(&mut memory);
            order.extend(turns.iter_mut().position(|turn| turn.try_recv().is_ok()));
        }
        order
    }

    #[test]
    fn known_people_go_first_and_strangers_still_have_their_turn() {
        use Lane::{Background, Known, Staff, Unknown};
        assert_eq!(served(&[Background, Unknown, Known, Staff]), [3, 2, 1, 0]);
        assert_eq!(served(&[Unknown, Known, Known, Known, Known, Known, Known]), [1, 2, 3, 4, 0, 5, 6]);
    }

    #[test]
    fn a_full_lane_is_our_trouble_and_other_lanes_stay_open() {
        let shared = Shared::new(1);
        let first = waits(&shared, Lane::Unknown).expect("there is room");
        assert!(matches!(waits(&shared, Lane::Unknown), Err(HasherError::Busy)));
        let _known = waits(&shared, Lane::Known).expect("another lane is open");
        // Whoever gives up makes room.
        drop(first);
        let _second = waits(&shared, Lane::Unknown).expect("there is room again");
    }

    #[test]
    fn whoever_has_given_up_costs_no_hash() {
        let shared = Shared::new(8);
        drop(waits(&shared, Lane::Known));
        assert!(shared.state().next().is_none());
    }

    #[tokio::test]
    async fn a_panic_is_told_and_the_thread_serves_on() {
        let lanes = Lanes::open(1, 8).expect("a thread");
        let panics =
            |_: &mut Memory| -> Result<(), HasherError> { panic!("a bug in a hash, made for this test") };
        assert!(matches!(lanes.compute(Lane::Known, panics).await, Err(HasherError::Broken(_))));
        assert!(matches!(lanes.compute(Lane::Known, |_| Ok(7)).await, Ok(7)));
    }

    #[tokio::test]
    async fn idle_threads_end_in_peace() {
        let mut lanes = Lanes::open(2, 8).expect("threads");
        while lanes.shared.state().idle < 2 {
            thread::yield_now();
        }
        lanes.shared.close();
        assert!(lanes.threads.drain(..).all(|thread| thread.join().is_ok()));
    }

    /// With no place to wait in, an idle thread is found all the same.
    #[tokio::test]
    async fn an_idle_thread_takes_work_that_could_not_wait() {
        let lanes = Lanes::open(1, 0).expect("a thread");
        while lanes.shared.state().idle == 0 {
            thread::yield_now();
        }
        assert!(matches!(lanes.compute(Lane::Unknown, |_| Ok(7)).await, Ok(7)));
    }
}
