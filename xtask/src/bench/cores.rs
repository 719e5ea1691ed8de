//! Who runs on which core.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Failure;

/// A core of this machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Core(usize);

/// Two cores: one for what is measured, one for what measures.
pub(super) fn two() -> Result<(Core, Core), Failure> {
    let allowed = sched_getaffinity(None).map_err(|error| format!("cores cannot be listed: {error}"))?;
    let mut cores = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).map(Core);
    match (cores.next(), cores.next()) {
        (Some(one), Some(other)) => Ok((one, other)),
        _ => Err("two cores are needed: one for the client, one for the gate".to_owned()),
    }
}

impl Core {
    /// Does something on this core. Threads and processes that are started meanwhile stay there.
    pub(super) fn run<T>(self, act: impl FnOnce() -> T) -> Result<T, Failure> {
        let failed = |error| format!("a thread cannot be bound to a core: {error}");
        let before = sched_getaffinity(None).map_err(failed)?;
        let mut only = CpuSet::new();
        only.set(self.0);
        sched_setaffinity(None, &only).map_err(failed)?;
        let done = act();
        sched_setaffinity(None, &before).map_err(failed)?;
        Ok(done)
    }
}
