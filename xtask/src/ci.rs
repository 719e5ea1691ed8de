//! The integration run, started by hand.

use std::path::Path;
use std::process::Command;

use crate::Failure;

/// Runs `.ci/run`. The steps stand there and not here because that script must also work on a machine that
/// cannot link a Rust program yet.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let status = Command::new("bash")
        .arg(".ci/run")
        .current_dir(root)
        .status()
        .map_err(|error| format!("bash .ci/run could not be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!(".ci/run failed: {status}")) }
}
