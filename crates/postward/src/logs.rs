//! The log: one event a line on standard error, as text or as JSON.

use crate::config::LogFormat;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

/// Starts the log. `RUST_LOG` decides what is written (`info`, or `warn,postward_gate=debug`); without it, `level` and
/// above.
pub(crate) fn start(format: LogFormat, level: LevelFilter) {
    let asked = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = asked.unwrap_or_else(|| Targets::new().with_default(level));
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let started = match format {
        LogFormat::Text => registry().with(lines.with_ansi(false).with_filter(filter)).try_init(),
        LogFormat::Json => registry().with(lines.json().flatten_event(true).with_filter(filter)).try_init(),
    };
    // A log that was started before (several servers in one process, in tests) stays.
    drop(started);
}
