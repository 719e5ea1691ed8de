//! `cargo xtask bench`: what the binary of the profile `dist` does, measured from outside.
//!
//! A real `postward serve` with a configuration of its own is driven over loopback. No figure stands alone: each is
//! printed beside what this machine could do at best, measured in the same minute, because a figure from a shared
//! machine means nothing by itself.
//!
//! In reading order: [`plan`] is what is asked for, [`host`] the server under test, [`engine`] a mail engine to put
//! behind it, [`sessions`] the mail apps, [`nginx`] another mail proxy to compare with; then one module for each benchmark,
//! [`hashing`], [`reconnect`], [`idle`], [`ending`], [`splice`] and [`account_enumeration`]; [`figure`] prints a result.
//!
//! What the bench needs is compiled with the feature `bench` only. Without it, [`run`] builds and calls the xtask
//! that has it.

#[cfg(feature = "bench")]
mod account_enumeration;
#[cfg(feature = "bench")]
mod background;
#[cfg(feature = "bench")]
mod cores;
#[cfg(feature = "bench")]
mod ending;
#[cfg(feature = "bench")]
mod engine;
#[cfg(feature = "bench")]
mod figure;
#[cfg(feature = "bench")]
mod hashing;
#[cfg(feature = "bench")]
mod host;
#[cfg(feature = "bench")]
mod idle;
#[cfg(feature = "bench")]
mod nginx;
#[cfg(feature = "bench")]
mod plan;
#[cfg(feature = "bench")]
mod process;
#[cfg(feature = "bench")]
mod reconnect;
#[cfg(feature = "bench")]
mod scale;
#[cfg(feature = "bench")]
mod sessions;
#[cfg(feature = "bench")]
mod sign_ins;
#[cfg(feature = "bench")]
mod splice;
#[cfg(feature = "bench")]
mod throughput;

use std::path::Path;
use std::process::Command;

use crate::Failure;

/// Builds this program for measuring and lets it measure.
#[cfg(not(feature = "bench"))]
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), Failure> {
    // What measures has to be as fast as what is measured.
    cargo(
        root,
        &["run", "--quiet", "--profile", "dist", "--package", "xtask", "--features", "bench", "--", "bench"],
        arguments,
    )
}

/// Builds the server and measures it.
#[cfg(feature = "bench")]
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), Failure> {
    let plan = plan::Plan::parse(arguments)?;
    let binary = match plan.binary() {
        Some(binary) => binary.to_owned(),
        None => {
            cargo(root, &["build", "--quiet", "--profile", "dist", "--package", "postward"], &[])?;
            plan::built_beside_this()?
        }
    };
    plan.run(&binary)
}

fn cargo(root: &Path, task: &[&str], arguments: &[String]) -> Result<(), Failure> {
    let status = Command::new("cargo")
        .args(task)
        .args(arguments)
        .current_dir(root)
        .status()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    let task = task.first().copied().unwrap_or_default();
    if status.success() { Ok(()) } else { Err(format!("cargo {task} failed: {status}")) }
}
