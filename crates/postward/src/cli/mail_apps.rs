//! `postward account|domain|mailbox mail-apps …`: what mail apps may sign in with.

use super::host_args::{HostArgs, unexpected_reply};
use crate::command_error::CommandError;
use crate::control::{Command as Request, MailAppsRow, MailAppsScope, Reply, RequestedMode};
use crate::output::{self, Format};
use clap::Args;
use serde_json::json;
use std::process::ExitCode;

/// What to set, if anything.
#[derive(Args)]
pub(super) struct Mode {
    /// Set it; without this it is shown
    #[arg(long, value_enum)]
    mode: Option<RequestedMode>,
    #[command(flatten)]
    args: HostArgs,
}

/// Shows what mail apps may sign in with, once it is set where that was asked for.
pub(super) async fn run(of: MailAppsScope, Mode { mode, args }: Mode) -> Result<ExitCode, CommandError> {
    let of_mailboxes = matches!(of, MailAppsScope::Mailboxes(_));
    let reply = args.ask(Request::MailApps { of, mode }).await?;
    let Reply::MailApps { mut rows, changed } = reply else { return Err(unexpected_reply()) };
    match (args.format(), of_mailboxes, rows.pop()) {
        (Format::Json, false, Some(row)) => output::json(&row),
        (Format::Json, _, last) => {
            let rows = rows.into_iter().chain(last).map(|MailAppsRow { name, mode, applies }| {
                json!({ "address": name, "mode": mode, "applies": applies })
            });
            output::json(&rows.collect::<Vec<_>>());
        }
        (Format::Text, _, last) => {
            let rows: Vec<_> = rows.into_iter().chain(last).map(cells).collect();
            if let Some(changed) = changed {
                output::line(format_args!(
                    "Changed {changed} of {}. What is signed in stays so.",
                    rows.len()
                ));
            }
            output::table(["NAME", "SET", "HOLDS"], &rows);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn cells(MailAppsRow { name, mode, applies }: MailAppsRow) -> [String; 3] {
    [name, mode, applies]
}
