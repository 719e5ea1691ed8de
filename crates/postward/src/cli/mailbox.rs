//! `postward mailbox …`

use super::new_password::{NewPassword, ended};
use super::{Asked, mail_apps, unexpected};
use crate::control::{
    Command as Request, MailAppsScope, MailboxRow, Reply, SecretField, SessionRow, client::ControlClient,
};
use crate::output::{self, Format};
use crate::problem::Problem;
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
    Suspend(One),
    /// Allow sign-in again
    Resume(One),
    /// Issue a new recovery code and print it, this once; the one before opens nothing any more
    RecoveryCode(One),
    /// Show or set what mail apps may sign in with
    MailApps(MailApps),
    /// List what is signed in
    Sessions(One),
    /// End sessions; the password stays
    Kick(Kick),
}

#[derive(Args)]
pub(super) struct One {
    /// The mailbox address
    address: String,
    #[command(flatten)]
    asked: Asked,
}

#[derive(Args)]
pub(super) struct Password {
    /// The mailbox address
    address: String,
    /// Make a strong password and print it, instead of reading one
    #[arg(long)]
    generate: bool,
    #[command(flatten)]
    asked: Asked,
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
    asked: Asked,
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
    asked: Asked,
}

pub(super) async fn run(command: Command) -> Result<ExitCode, Problem> {
    match command {
        Command::Add(password) => add(password).await,
        Command::List(options) => list(options).await,
        Command::Passwd(password) => passwd(password).await,
        Command::Suspend(One { address, asked }) => {
            let reply = asked.ask(Request::Suspend { address }).await?;
            receipt(&asked, reply, |address| format!("{address} cannot sign in until it is resumed."))
        }
        Command::Resume(One { address, asked }) => {
            let reply = asked.ask(Request::Resume { address }).await?;
            asked.done(&reply, |address| format!("{address} can sign in again."))
        }
        Command::RecoveryCode(One { address, asked }) => recovery_code(address, &asked).await,
        Command::MailApps(MailApps { addresses, mode }) => {
            mail_apps::run(MailAppsScope::Mailboxes(addresses), mode).await
        }
        Command::Sessions(One { address, asked }) => sessions(address, &asked).await,
        Command::Kick(Kick { address, session, asked }) => {
            let reply = asked.ask(Request::Kick { address, session }).await?;
            receipt(&asked, reply, |address| format!("Sessions of {address} have ended; its password stays."))
        }
    }
}

async fn add(Password { address, generate, asked }: Password) -> Result<ExitCode, Problem> {
    let password = NewPassword::of(generate)?;
    let reply = asked.ask(Request::AddMailbox { address, password: SecretField(password.copy()) }).await?;
    let Reply::Done { name } = reply else { return Err(unexpected()) };
    match asked.format() {
        Format::Json => {
            let address = &name;
            output::json(&serde_json::json!({ "address": address, "password": password.to_print() }));
        }
        Format::Text => {
            output::line(format_args!("Added the mailbox {name}."));
            password.print();
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn passwd(Password { address, generate, asked }: Password) -> Result<ExitCode, Problem> {
    let password = NewPassword::of(generate)?;
    let reply = asked.ask(Request::SetPassword { address, password: SecretField(password.copy()) }).await?;
    password.was_set(&asked, reply)
}

async fn list(List { search, domain, asked }: List) -> Result<ExitCode, Problem> {
    let client = ControlClient::open(&asked.place.load()?).await?;
    let all = pages(&client, search, domain).await;
    client.close().await;
    let all = all?;
    match asked.format() {
        Format::Json => output::json(&all),
        Format::Text => {
            let cells = |row: MailboxRow| {
                let last = row.last_sign_in.unwrap_or_else(|| "never".to_owned());
                [row.address, row.account, row.state, last]
            };
            let rows: Vec<_> = all.into_iter().map(cells).collect();
            output::table(["ADDRESS", "ACCOUNT", "STATE", "LAST SIGN-IN"], &rows);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn pages(
    client: &ControlClient,
    search: Option<String>,
    domain: Option<String>,
) -> Result<Vec<MailboxRow>, Problem> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let request = Request::Mailboxes { search: search.clone(), domain: domain.clone(), cursor };
        let Reply::Mailboxes { rows, next } = client.ask(request).await? else { return Err(unexpected()) };
        all.extend(rows);
        if next.is_none() {
            return Ok(all);
        }
        cursor = next;
    }
}

async fn recovery_code(address: String, asked: &Asked) -> Result<ExitCode, Problem> {
    let reply = asked.ask(Request::RecoveryCode { address }).await?;
    let Reply::RecoveryCode { address, code } = reply else { return Err(unexpected()) };
    let code = code.0.expose();
    match asked.format() {
        Format::Json => output::json(&serde_json::json!({ "address": address, "recovery_code": code })),
        Format::Text => output::line(format_args!("The recovery code of {address}, shown only now: {code}")),
    }
    Ok(ExitCode::SUCCESS)
}

async fn sessions(address: String, asked: &Asked) -> Result<ExitCode, Problem> {
    let reply = asked.ask(Request::Sessions { address }).await?;
    let Reply::Sessions(rows) = reply else { return Err(unexpected()) };
    match asked.format() {
        Format::Json => output::json(&rows),
        Format::Text => {
            let cells = |row: SessionRow| {
                let client = row.client.unwrap_or_default();
                [row.surface.label().to_owned(), row.ip, row.since, client, row.id]
            };
            let rows: Vec<_> = rows.into_iter().map(cells).collect();
            output::table(["DOOR", "FROM", "SINCE", "CLIENT", "ID"], &rows);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn receipt(asked: &Asked, reply: Reply, sentence: impl FnOnce(&str) -> String) -> Result<ExitCode, Problem> {
    let Reply::Receipt(row) = reply else { return Err(unexpected()) };
    match asked.format() {
        Format::Json => output::json(&row),
        Format::Text => {
            output::line(sentence(&row.address));
            output::line(ended(&row));
        }
    }
    Ok(ExitCode::SUCCESS)
}
