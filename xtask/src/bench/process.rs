//! What the system counts of a process.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, Timespec, clock_gettime};

use crate::Failure;

/// A program that the kernel ends when this one is gone, however that came.
pub(super) fn ending_with_this(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--"]).arg(program);
    command
}

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

/// The resident memory of some processes, in KiB: heap, stacks, code, all of it; not what the kernel holds for their
/// sockets.
pub(super) fn resident_kib(pids: &[u32]) -> Result<f64, Failure> {
    pids.iter().map(|pid| resident_kib_of(*pid)).sum()
}

fn resident_kib_of(pid: u32) -> Result<f64, Failure> {
    let status = read(pid, "status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    number.ok_or_else(|| format!("/proc/{pid}/status names no VmRSS"))
}

/// The CPU time of some processes, their own and the kernel's on their behalf.
pub(super) fn cpu(pids: &[u32]) -> Result<Duration, Failure> {
    pids.iter().map(|pid| cpu_of(*pid)).sum()
}

/// The processes a process has started.
pub(super) fn children(pid: u32) -> Result<Vec<u32>, Failure> {
    let children = read(pid, &format!("task/{pid}/children"))?;
    Ok(children.split_ascii_whitespace().filter_map(|child| child.parse().ok()).collect())
}

fn cpu_of(pid: u32) -> Result<Duration, Failure> {
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
