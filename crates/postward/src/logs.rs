//! The log: one event a line on standard error, as text or as JSON.

use crate::config::LogFormat;
use tracing_subscriber::EnvFilter;

/// Starts the log. `RUST_LOG` decides what is written; without it, `level` and above.
pub(crate) fn start(format: LogFormat, level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let started = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    // A log that was started before (several servers in one process, in tests) stays.
    drop(started);
}
