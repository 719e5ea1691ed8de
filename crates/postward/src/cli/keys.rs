//! `postward keys …`: rotates the key file.

use super::host_args::HostArgs;
use crate::command_error::CommandError;
use crate::control::Command as Request;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Add a key to the key file and seal every second factor anew under it; back the file up afterwards
    Rotate(HostArgs),
}

pub(super) async fn run(command: Command) -> Result<ExitCode, CommandError> {
    let Command::Rotate(args) = command;
    let reply = args.ask(Request::RotateKeys).await?;
    args.print_done(&reply, |resealed| {
        format!("A new key is in use; sealed anew: {resealed} second factors.")
    })
}
