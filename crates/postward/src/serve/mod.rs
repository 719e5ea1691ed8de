//! `postward serve`: starts a server from its configuration, and stops it in order.

mod engine;
mod server;
mod signals;
mod sync_stream;

pub(crate) use server::{BoundAddresses, Server};
pub(crate) use signals::run_until_signal;

use crate::command_error::CommandError;
use crate::config::{Config, LogFormat};
use crate::output::Format;
use crate::{logs, process};
use std::process::ExitCode;
use tracing::level_filters::LevelFilter;

/// Runs a server until a signal stops it.
pub(crate) async fn run(config: Config, format: Format) -> Result<ExitCode, CommandError> {
    let log = match format {
        Format::Json => LogFormat::Json,
        Format::Text => config.log,
    };
    logs::start(log, LevelFilter::INFO);
    process::raise_file_limit();
    let server = Server::start(config).await?;
    server.announce();
    run_until_signal(server).await?;
    Ok(ExitCode::SUCCESS)
}
