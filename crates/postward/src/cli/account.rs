//! `postward account …`: adds and lists accounts, and sets what their mail apps may sign in with.

use super::host_args::{HostArgs, unexpected_reply};
use super::mail_apps;
use crate::command_error::CommandError;
use crate::control::{
    AccountRow, Command as Request, MailAppsScope, NewOwner, Reply, RequestedKind, SecretField,
};
use crate::output;
use crate::password_input;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Add an account; with --owner, the owner's password comes on standard input
    Add(Add),
    /// List the accounts
    List(HostArgs),
    /// Show or set what mail apps may sign in with, where neither domain nor mailbox says anything else
    MailApps(MailApps),
}

#[derive(Args)]
pub(super) struct MailApps {
    /// Its name, or its id
    account: String,
    #[command(flatten)]
    mode: mail_apps::Mode,
}

#[derive(Args)]
pub(super) struct Add {
    /// Its name
    name: String,
    /// What it is
    #[arg(long, value_enum, default_value = "customer")]
    kind: RequestedKind,
    /// The account above it; the host unless it is named
    #[arg(long, value_name = "ACCOUNT")]
    parent: Option<String>,
    /// The e-mail address of the first person who may sign in at the dashboard for it
    #[arg(long, value_name = "EMAIL")]
    owner: Option<String>,
    #[command(flatten)]
    args: HostArgs,
}

pub(super) async fn run(command: Command) -> Result<ExitCode, CommandError> {
    match command {
        Command::Add(Add { name, kind, parent, owner, args }) => {
            let owner = match owner {
                Some(email) => Some(NewOwner { email, password: SecretField(password_input::read()?) }),
                None => None,
            };
            let reply = args.ask(Request::AddAccount { name, kind, parent, owner }).await?;
            args.print_done(&reply, |name| format!("Added the account {name}."))
        }
        Command::MailApps(MailApps { account, mode }) => {
            mail_apps::run(MailAppsScope::Account(account), mode).await
        }
        Command::List(args) => {
            let Reply::Accounts(rows) = args.ask(Request::Accounts).await? else {
                return Err(unexpected_reply());
            };
            output::list(args.format(), ["NAME", "KIND", "UNDER", "ID"], rows, cells);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn cells(row: AccountRow) -> [String; 4] {
    [row.name, row.kind, row.parent.unwrap_or_default(), row.id]
}
