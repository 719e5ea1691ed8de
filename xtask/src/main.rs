//! The project's own chores: `cargo xtask tidy`, `cargo xtask fuzz`, `cargo xtask bench`, `cargo xtask ci`.
//!
//! In reading order: [`tidy`] keeps the drawing in ARCHITECTURE.md true, [`fuzz`] throws bytes at every parser a
//! stranger can reach, [`bench`] measures the release binary from outside, [`ci`] does what the integration run does.
//! Nothing here is part of the product.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's command speaks on the terminal"
)]

mod bench;
mod ci;
mod fuzz;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK
  tidy                           check the rules a compiler cannot: arrows, names, clocks, secrets, stale paths
  fuzz [--seconds N] [TARGET …]  build the fuzz targets and run each for N seconds (default 60)
  bench [--quick] [--only NAME] [--json FILE]
                                 measure the release binary: hashing, reconnect, idle, ending, splice
  ci                             run .ci/run, the same steps that guard a submission";

/// What went wrong, in words for the person at the terminal.
type Failure = String;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = match arguments.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("", [].as_slice()),
    };
    let root = workspace_root();
    let outcome = match (task, rest) {
        ("tidy", []) => tidy::run(&root),
        ("fuzz", options) => fuzz::Plan::parse(options).and_then(|plan| fuzz::run(&root, &plan)),
        ("bench", options) => bench::run(&root, options),
        ("ci", []) => ci::run(&root),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// The checkout this xtask was built from, so that the tasks work from any folder inside it.
fn workspace_root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}
