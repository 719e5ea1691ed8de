//! `postward mailbox …`: mailboxes, their passwords, recovery codes and sessions.

use super::host_args::{HostArgs, unexpected_reply};
use super::mail_apps;
use super::new_password::{NewPassword, ended_sessions};
use crate::command_error::CommandError;
use crate::control::{
    Command as Request, MailAppsScope, MailboxRow, Reply, SecretField, SessionRow, client::ControlClient,
};
use crate::output::{self, Format};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Add a mailbox; its password comes on standard input
    Add(Password),
    /// List mailboxes
    List(List),
    /// Set a new password, which comes on standard input; every session opened with the old one ends first
    Passwd(Password),
    /// Refuse every sign-in and end every session; mail is still delivered
    Suspend(AddressArgs),
    /// Allow sign-in again
    Resume(AddressArgs),
    /// Issue a new recovery code and print it, this once; the one before opens nothing any more
    RecoveryCode(AddressArgs),
    /// Show or set what mail apps may sign in with
    MailApps(MailApps),
    /// List what is signed in
    Sessions(AddressArgs),
    /// End sessions; the password stays
    Kick(Kick),
}

#[derive(Args)]
pub(super) struct AddressArgs {
    /// The mailbox address
    address: String,
    #[command(flatten)]
    args: HostArgs,
}

#[derive(Args)]
pub(super) struct Password {
    /// The mailbox address
    address: String,
    /// Make a strong password and print it, instead of reading one
    #[arg(long)]
    generate: bool,
    #[command(flatten)]
    args: HostArgs,
}

#[derive(Args)]
pub(super) struct List {
    /// Only addresses that contain this
    #[arg(long)]
    search: Option<String>,
    /// Only this domain
    #[arg(long)]
    domain: Option<String>,
    #[command(flatten)]
    args: HostArgs,
}

#[derive(Args)]
pub(super) struct MailApps {
    /// The mailbox addresses; a mode is set for all of them or for none
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    #[command(flatten)]
    mode: mail_apps::Mode,
}

#[derive(Args)]
pub(super) struct Kick {
    /// The mailbox address
    address: String,
    /// Only this session
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    #[command(flatten)]
    args: HostArgs,
}

pub(super) async fn run(command: Command) -> Result<ExitCode, CommandError> {
    match command {
        Command::Add(password) => add(password).await,
        Command::List(options) => list(options).await,
        Command::Passwd(password) => passwd(password).await,
        Command::Suspend(AddressArgs { address, args }) => {
            let reply = args.ask(Request::Suspend { address }).await?;
            receipt(&args, reply, |address| format!("{address} cannot sign in until it is resumed."))
        }
        Command::Resume(AddressArgs { address, args }) => {
            let reply = args.ask(Request::Resume { address }).await?;
            args.print_done(&reply, |address| format!("{address} can sign in again."))
        }
        Command::RecoveryCode(AddressArgs { address, args }) => recovery_code(address, &args).await,
        Command::MailApps(MailApps { addresses, mode }) => {
            mail_apps::run(MailAppsScope::Mailboxes(addresses), mode).await
        }
        Command::Sessions(AddressArgs { address, args }) => sessions(address, &args).await,
        Command::Kick(Kick { address, session, args }) => {
            let reply = args.ask(Request::Kick { address, session }).await?;
            receipt(&args, reply, |address| format!("Sessions of {address} have ended; its password stays."))
        }
    }
}

async fn add(Password { address, generate, args }: Password) -> Result<ExitCode, CommandError> {
    let password = NewPassword::of(generate)?;
    let reply = args.ask(Request::AddMailbox { address, password: SecretField(password.copy()) }).await?;
    let Reply::Done { name } = reply else { return Err(unexpected_reply()) };
    match args.format() {
        Format::Json => {
            let address = &name;
            output::json(&serde_json::json!({ "address": address, "password": password.generated() }));
        }
        Format::Text => {
            output::line(format_args!("Added the mailbox {name}."));
            password.print();
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn passwd(Password { address, generate, args }: Password) -> Result<ExitCode, CommandError> {
    let password = NewPassword::of(generate)?;
    let reply = args.ask(Request::SetPassword { address, password: SecretField(password.copy()) }).await?;
    password.print_changed(&args, reply)
}

async fn list(List { search, domain, args }: List) -> Result<ExitCode, CommandError> {
    let client = ControlClient::open(&args.config.load()?).await?;
    let all = pages(&client, search, domain).await;
    client.close().await;
    let all = all?;
    let cells = |row: MailboxRow| {
        let last = row.last_sign_in.unwrap_or_else(|| "never".to_owned());
        [row.address, row.account, row.state, last]
    };
    output::list(args.format(), ["ADDRESS", "ACCOUNT", "STATE", "LAST SIGN-IN"], all, cells);
    Ok(ExitCode::SUCCESS)
}

async fn pages(
    client: &ControlClient,
    search: Option<String>,
    domain: Option<String>,
) -> Result<Vec<MailboxRow>, CommandError> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let request = Request::Mailboxes { search: search.clone(), domain: domain.clone(), cursor };
        let Reply::Mailboxes { rows, next } = client.ask(request).await? else {
            return Err(unexpected_reply());
        };
        all.extend(rows);
        if next.is_none() {
            return Ok(all);
        }
        cursor = next;
    }
}

async fn recovery_code(address: String, args: &HostArgs) -> Result<ExitCode, CommandError> {
    let reply = args.ask(Request::RecoveryCode { address }).await?;
    let Reply::RecoveryCode { address, code } = reply else { return Err(unexpected_reply()) };
    let code = code.0.expose();
    match args.format() {
        Format::Json => output::json(&serde_json::json!({ "address": address, "recovery_code": code })),
        Format::Text => output::line(format_args!("The recovery code of {address}, shown only now: {code}")),
    }
    Ok(ExitCode::SUCCESS)
}

async fn sessions(address: String, args: &HostArgs) -> Result<ExitCode, CommandError> {
    let reply = args.ask(Request::Sessions { address }).await?;
    let Reply::Sessions(rows) = reply else { return Err(unexpected_reply()) };
    let cells = |row: SessionRow| {
        let client = row.client.unwrap_or_default();
        [row.surface.label().to_owned(), row.ip, row.since, client, row.id]
    };
    output::list(args.format(), ["DOOR", "FROM", "SINCE", "CLIENT", "ID"], rows, cells);
    Ok(ExitCode::SUCCESS)
}

fn receipt(
    args: &HostArgs,
    reply: Reply,
    sentence: impl FnOnce(&str) -> String,
) -> Result<ExitCode, CommandError> {
    let Reply::Receipt(row) = reply else { return Err(unexpected_reply()) };
    match args.format() {
        Format::Json => output::json(&row),
        Format::Text => {
            output::line(sentence(&row.address));
            output::line(ended_sessions(&row));
        }
    }
    Ok(ExitCode::SUCCESS)
}
