//! How often a test repeats its experiment: shortly in `./test`, at full length in `cargo xtask soak`.

use std::io::Write as _;

/// `quick`, or `full` where `cargo xtask soak` runs, which sets the variable and sums up the lines written here.
pub(crate) fn rounds(experiment: &str, quick: usize, full: usize) -> usize {
    if std::env::var_os("POSTWARD_SOAK").is_none() {
        return quick;
    }
    // Written past `println!`, which the test harness keeps back.
    let _closed = writeln!(std::io::stdout(), "soak: {full} rounds of {experiment}");
    full
}
