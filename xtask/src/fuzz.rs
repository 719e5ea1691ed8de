//! Builds every target of `fuzz/` with the stable compiler and runs each for a while; a crash fails the run.
//!
//! cargo-fuzz asks for a nightly compiler because it adds a sanitizer. The parsers under test hold no `unsafe`, so
//! what we want of it is only the coverage feedback, and those flags exist in stable rustc.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::Failure;

/// What libFuzzer needs to see which branches an input took.
const COVERAGE_FLAGS: [&str; 6] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Which targets to run, and for how long each.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    seconds: u32,
    /// Empty means all of them.
    targets: Vec<String>,
}

impl Plan {
    /// Reads `[--seconds N] [TARGET …]`.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let mut plan = Self { seconds: 60, targets: Vec::new() };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            if argument == "--seconds" {
                plan.seconds = match rest.next().map(|number| number.parse()) {
                    // libFuzzer takes 0 for "until somebody stops it", which a script never wants.
                    Some(Ok(seconds)) if seconds > 0 => seconds,
                    _ => return Err("--seconds wants a whole number above 0".to_owned()),
                };
            } else if argument.starts_with('-') {
                return Err(format!("fuzz knows --seconds only, not {argument}"));
            } else {
                plan.targets.push(argument.clone());
            }
        }
        Ok(plan)
    }
}

/// Builds, then runs the targets, one on each core at a time. New inputs and crashes land under `target/fuzz`, never in the
/// repository's corpus: what belongs there is chosen by a person.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let known = target_names(root)?;
    if let Some(unknown) = plan.targets.iter().find(|name| !known.contains(name)) {
        return Err(format!("no fuzz target {unknown}; there are: {}", known.join(", ")));
    }
    let chosen = if plan.targets.is_empty() { &known } else { &plan.targets };
    let fuzzer = Fuzzer::open(root)?;
    fuzzer.build()?;
    fuzzer.fuzz_all(chosen, plan.seconds)?;
    println!("fuzz: {} targets, {} s each, no crash", chosen.len(), plan.seconds);
    Ok(())
}

/// The binaries that `fuzz/Cargo.toml` declares.
fn target_names(root: &Path) -> Result<Vec<String>, Failure> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        targets: Vec<Target>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
        kind: Vec<String>,
    }
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--offline", "--format-version=1", "--manifest-path=fuzz/Cargo.toml"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo metadata could not be started: {error}"))?;
    let metadata: Metadata = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata of fuzz/Cargo.toml is not readable: {error}"))?;
    let targets = metadata.packages.into_iter().flat_map(|package| package.targets);
    let names: Vec<String> = targets
        .filter(|target| target.kind.iter().any(|kind| kind == "bin"))
        .map(|target| target.name)
        .collect();
    if names.is_empty() { Err("fuzz/Cargo.toml declares no target".to_owned()) } else { Ok(names) }
}

/// Builds and runs the targets, with the folders it needs.
struct Fuzzer {
    manifest: PathBuf,
    corpus: PathBuf,
    /// Builds, found inputs, logs and crashes: everything that may be thrown away.
    scratch: PathBuf,
    triple: String,
}

impl Fuzzer {
    fn open(root: &Path) -> Result<Self, Failure> {
        let cargo_target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        Ok(Self {
            manifest: root.join("fuzz/Cargo.toml"),
            corpus: root.join("fuzz/corpus"),
            scratch: cargo_target.join("fuzz"),
            triple: host_triple()?,
        })
    }

    fn build(&self) -> Result<(), Failure> {
        let status = Command::new("cargo")
            // The release profile of fuzz/Cargo.toml keeps debug assertions and overflow checks: they are half of
            // what a fuzzer can find.
            .args(["build", "--release", "--manifest-path"])
            .arg(&self.manifest)
            // Naming the target, even though it is this machine, keeps the flags away from build scripts.
            .args(["--target", &self.triple])
            .env("CARGO_TARGET_DIR", &self.scratch)
            .env("CARGO_ENCODED_RUSTFLAGS", COVERAGE_FLAGS.join("\u{1f}"))
            // The linker merges the coverage sections of one crate only when they come from one unit.
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
            .status()
            .map_err(|error| format!("cargo build could not be started: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("the fuzz targets do not build: {status}")) }
    }

    /// A target is one thread. The first crash ends the run of whoever found it; the others end their targets.
    fn fuzz_all(&self, targets: &[String], seconds: u32) -> Result<(), Failure> {
        let waiting = Mutex::new(targets.iter());
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || -> Result<(), Failure> {
            while let Some(target) = next() {
                self.fuzz(target, seconds)?;
            }
            Ok(())
        };
        let cores = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
            let outcomes = workers.into_iter().map(|worker| {
                worker.join().unwrap_or_else(|_| Err("a thread that fuzzed has panicked".to_owned()))
            });
            // All of them are waited for before the first failure is told.
            outcomes.collect::<Vec<_>>().into_iter().collect()
        })
    }

    fn fuzz(&self, target: &str, seconds: u32) -> Result<(), Failure> {
        let binary = self.scratch.join(&self.triple).join("release").join(target);
        let found = self.scratch.join("found").join(target);
        let crashes = self.scratch.join("crashes").join(target);
        let log_path = self.scratch.join(format!("{target}.log"));
        let mut seeds = vec![found.clone(), self.corpus.join(target)];
        seeds.retain(|folder| *folder == found || folder.is_dir());
        let log = fs::create_dir_all(&found)
            .and_then(|()| fs::create_dir_all(&crashes))
            .and_then(|()| File::create(&log_path))
            .map_err(|error| format!("{} cannot be written: {error}", self.scratch.display()))?;

        let start = Instant::now();
        let status = Command::new(&binary)
            // libFuzzer writes to the first folder and only reads the others.
            .args(&seeds)
            .arg(format!("-max_total_time={seconds}"))
            // A parser that thinks for 5 s over one input is a way to stop the server.
            .args(["-timeout=5", "-rss_limit_mb=1024"])
            .arg(format!("-artifact_prefix={}/", crashes.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .status()
            .map_err(|error| format!("{} could not be started: {error}", binary.display()))?;
        if status.success() {
            println!("fuzz: {target}: {}, no crash in {}", runs(&log_path), spent(start.elapsed()));
            return Ok(());
        }
        Err(format!(
            "{}\nfuzz: {target} crashed ({status}); the input lies in {}, replay it with: {} FILE",
            tail(&log_path),
            crashes.display(),
            binary.display(),
        ))
    }
}

/// The compiler's own name for this machine.
fn host_triple() -> Result<String, Failure> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .map_err(|error| format!("rustc could not be started: {error}"))?;
    let answer = String::from_utf8_lossy(&output.stdout);
    let host = answer.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc -vV names no host".to_owned())
}

/// How many inputs a run tried, in libFuzzer's words: `Done 16777216 runs in 5 second(s)`.
fn runs(log: &Path) -> String {
    let log = fs::read_to_string(log).unwrap_or_default();
    let done = log.lines().rev().find_map(|line| line.strip_prefix("Done "));
    done.and_then(|line| line.split(" in ").next()).unwrap_or("? runs").to_owned()
}

fn spent(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f32())
}

/// The last lines of a log: the panic and the input stand there.
fn tail(log: &Path) -> String {
    let log = fs::read(log).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().collect();
    lines.get(lines.len().saturating_sub(60)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(line: &str) -> Result<Plan, Failure> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Plan::parse(&arguments)
    }

    #[test]
    fn seconds_and_targets_are_read_in_any_order() {
        let expected = Plan { seconds: 5, targets: vec!["imap".to_owned(), "pop3".to_owned()] };
        assert_eq!(plan("imap --seconds 5 pop3"), Ok(expected));
    }

    #[test]
    fn an_endless_run_cannot_be_asked_for() {
        assert!(plan("--seconds 0").is_err());
        assert!(plan("--seconds").is_err());
        assert!(plan("--minutes 5").is_err());
    }
}
