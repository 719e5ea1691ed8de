//! The developer's tasks: `cargo xtask tidy`, `fuzz`, `soak`, `docs`, `bench` and `ci`.
//!
//! In reading order: [`tidy`] checks the rules a compiler cannot, [`fuzz`] feeds bytes to every parser that is reachable
//! before sign-in, [`soak`] repeats the long tests at their full length, [`docs`] makes the pages that are generated from
//! the code, [`mod@bench`] measures the profile `dist` from outside, [`ci`] does what the integration run does.
//! Nothing here is part of the product.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's command speaks on the terminal"
)]

mod bench;
mod ci;
mod docs;
mod failure;
mod fuzz;
mod soak;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use failure::Failure;

const USAGE: &str = "\
usage: cargo xtask TASK
  tidy                           check the rules a compiler cannot: layers, names, clocks, secrets, stale paths
  fuzz [--seconds N] [TARGET …]  build the fuzz targets and run each for N seconds (default 60)
  soak [NAME|all]                run the long tests at their full length; without a name, list them
  docs                           make the pages of docs that are generated from the code
  bench [--quick] [--only NAME] [--json FILE]
                                 measure the server (profile dist): hashing, reconnect, idle, ending, splice,
                                 account-enumeration
  ci                             run .ci/run, the same steps that guard a submission";

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
        ("soak", options) => soak::run(&root, options),
        ("bench", options) => bench::run(&root, options),
        ("docs", []) => docs::run(&root),
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

/// The checkout this xtask belongs to, so that the tasks work from any folder inside it. `cargo run` names it; called by
/// hand, the program knows where it was built.
fn workspace_root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().unwrap_or(&package).to_owned()
}
