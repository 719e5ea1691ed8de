//! `postward audit`: the newest lines of the audit.

use super::host_args::{HostArgs, unexpected_reply};
use crate::command_error::CommandError;
use crate::control::{AuditRow, Command as Request, Reply};
use crate::output;
use clap::Args;
use std::process::ExitCode;

#[derive(Args)]
pub(super) struct Options {
    /// Only what happened to this mailbox
    #[arg(value_name = "ADDRESS")]
    address: Option<String>,
    /// How many of the newest lines
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    #[command(flatten)]
    args: HostArgs,
}

pub(super) async fn run(Options { address, limit, args }: Options) -> Result<ExitCode, CommandError> {
    let reply = args.ask(Request::Audit { address, limit }).await?;
    let Reply::Audit(rows) = reply else { return Err(unexpected_reply()) };
    output::list(args.format(), ["AT", "WHO", "WHAT", "TO", "FROM", "MORE"], rows, cells);
    Ok(ExitCode::SUCCESS)
}

fn cells(row: AuditRow) -> [String; 6] {
    [row.at, row.actor, row.event, row.subject, row.ip.unwrap_or_default(), row.detail]
}
