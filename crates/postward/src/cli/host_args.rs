//! The arguments of every command that works on a host, and sending a request to it.

use crate::command_error::CommandError;
use crate::config::{self, Config, Source};
use crate::control::{Command as Request, Reply, client::ControlClient};
use crate::output::{self, Format};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Where the configuration is.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(super) struct ConfigArgs {
    /// The directory with postward.toml in it
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Where the configuration is, and how to print.
#[derive(Args)]
pub(super) struct HostArgs {
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ConfigArgs {
    /// The directory or file that was named.
    pub(super) fn source(&self) -> Source {
        match (&self.dir, &self.config) {
            (Some(dir), _) => Source::Directory(dir.clone()),
            (None, Some(file)) => Source::File(file.clone()),
            // The group is required: clap has refused a line without either.
            (None, None) => Source::Directory(PathBuf::from(".")),
        }
    }

    /// Reads the configuration.
    pub(super) fn load(&self) -> Result<Config, CommandError> {
        Ok(config::load(&self.source())?)
    }
}

impl HostArgs {
    /// How to print the result.
    pub(super) fn format(&self) -> Format {
        if self.json { Format::Json } else { Format::Text }
    }

    /// Executes a request, by the running server or on the store.
    pub(super) async fn ask(&self, request: Request) -> Result<Reply, CommandError> {
        let client = ControlClient::open(&self.config.load()?).await?;
        let reply = client.ask(request).await;
        client.close().await;
        reply
    }

    /// Prints that a request was done.
    pub(super) fn print_done(
        &self,
        reply: &Reply,
        sentence: impl FnOnce(&str) -> String,
    ) -> Result<ExitCode, CommandError> {
        let Reply::Done { name } = reply else { return Err(unexpected_reply()) };
        match self.format() {
            Format::Text => output::line(sentence(name)),
            Format::Json => output::json(&serde_json::json!({ "name": name })),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The error for a reply of the wrong kind: the running server is of another version.
pub(super) fn unexpected_reply() -> CommandError {
    CommandError::new("The running server is of another version than this command; restart it.")
}
