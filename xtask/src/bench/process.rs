//! What the system counts of a process.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, Timespec, clock_gettime};

use crate::Failure;

/// Takes as many open files as the system allows: every client is one.
pub(super) fn raise_file_limit() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where it fails, opening the clients says so.
    let _refused = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// How many files may be open.
pub(super) fn file_limit() -> usize {
    getrlimit(Resource::Nofile).current.map_or(usize::MAX, |limit| limit as usize)
}

/// The memory of a process that is resident, in KiB: heap, stacks, code, all of it; not what the kernel holds for its
/// sockets.
pub(super) fn resident_kib(pid: u32) -> Result<f64, Failure> {
    let status = read(pid, "status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    number.ok_or_else(|| format!("/proc/{pid}/status names no VmRSS"))
}

/// The CPU time of a process, its own and the kernel's on its behalf.
pub(super) fn cpu(pid: u32) -> Result<Duration, Failure> {
    let stat = read(pid, "stat")?;
    // proc(5): the name stands in parentheses and may hold anything; utime and stime are fields 14 and 15.
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()))
}

/// The CPU time of this process.
pub(super) fn own_cpu() -> Duration {
    clock(ClockId::ProcessCPUTime)
}

/// The CPU time of this thread.
pub(super) fn thread_cpu() -> Duration {
    clock(ClockId::ThreadCPUTime)
}

fn clock(id: ClockId) -> Duration {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(id);
    Duration::new(tv_sec.unsigned_abs(), u32::try_from(tv_nsec).unwrap_or_default())
}

fn read(pid: u32, what: &str) -> Result<String, Failure> {
    let path = format!("/proc/{pid}/{what}");
    std::fs::read_to_string(&path).map_err(|error| format!("{path} cannot be read: {error}"))
}
