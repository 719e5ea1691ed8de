//! `postward domain …`: adds and lists domains, and sets what their mail apps may sign in with.

use super::host_args::{HostArgs, unexpected_reply};
use super::mail_apps;
use crate::command_error::CommandError;
use crate::control::{Command as Request, DomainRow, MailAppsScope, Reply};
use crate::output;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Add a domain
    Add(Add),
    /// List the domains
    List(HostArgs),
    /// Show or set what mail apps may sign in with, where the mailbox says nothing else
    MailApps(MailApps),
}

#[derive(Args)]
pub(super) struct MailApps {
    /// Its name
    domain: String,
    #[command(flatten)]
    mode: mail_apps::Mode,
}

#[derive(Args)]
pub(super) struct Add {
    /// Its name, like example.com
    name: String,
    /// The account it belongs to; the host unless it is named
    #[arg(long)]
    account: Option<String>,
    #[command(flatten)]
    args: HostArgs,
}

pub(super) async fn run(command: Command) -> Result<ExitCode, CommandError> {
    match command {
        Command::Add(Add { name, account, args }) => {
            let reply = args.ask(Request::AddDomain { name, account }).await?;
            args.print_done(&reply, |name| format!("Added the domain {name}."))
        }
        Command::MailApps(MailApps { domain, mode }) => {
            mail_apps::run(MailAppsScope::Domain(domain), mode).await
        }
        Command::List(args) => {
            let Reply::Domains(rows) = args.ask(Request::Domains).await? else {
                return Err(unexpected_reply());
            };
            let cells = |row: DomainRow| [row.name, row.account];
            output::list(args.format(), ["DOMAIN", "ACCOUNT"], rows, cells);
            Ok(ExitCode::SUCCESS)
        }
    }
}
