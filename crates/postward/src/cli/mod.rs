//! The command line.
//!
//! A command is three steps: parse the arguments, ask the server or the store, print the reply. Secrets come on standard
//! input, never as arguments, which every other user of the machine could read.

mod account;
mod audit;
mod domain;
mod host_args;
mod keys;
mod mail_apps;
mod mailbox;
mod new_password;
mod staff;

use crate::command_error::CommandError;
use crate::output;
use clap::{Parser, Subcommand};
use host_args::HostArgs;
use std::process::ExitCode;

/// The sign-in authority and front door of a mail host: the moment a password changes, everything opened with the old
/// one is gone.
#[derive(Parser)]
#[command(name = "postward", version, max_term_width = 100)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a whole host with sample accounts and mail, ready to click and connect
    Demo(crate::demo::Options),
    /// Make a directory for a real host: configuration, certificate, first owner
    Init(crate::init::Options),
    /// Run the host; --json writes the log in JSON
    Serve(HostArgs),
    /// Look at configuration, certificate, store and ports, and say what is wrong
    Check(HostArgs),
    /// Accounts: resellers and customers
    #[command(subcommand)]
    Account(account::Command),
    /// Domains
    #[command(subcommand)]
    Domain(domain::Command),
    /// Mailboxes, their passwords and their sessions
    #[command(subcommand)]
    Mailbox(mailbox::Command),
    /// People of the dashboard who cannot sign in any more
    #[command(subcommand)]
    Staff(staff::Command),
    /// Keys of second factors and app passwords
    #[command(subcommand)]
    Keys(keys::Command),
    /// Who did what to which mailbox, from where
    Audit(audit::Options),
    /// Prove on a running server that a password change ends everything; fails when anything survives
    Drill(crate::drill::Options),
}

/// Parses the arguments of this process and runs the command.
pub(crate) fn run() -> ExitCode {
    let line = CommandLine::parse();
    crate::process::keep_files_private();
    match dispatch(line.command) {
        Ok(code) => code,
        Err(error) => {
            output::stderr_line(format_args!("postward: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> Result<ExitCode, CommandError> {
    let runtime = runtime()?;
    match command {
        Command::Demo(options) => runtime.block_on(crate::demo::run(options)),
        Command::Init(options) => runtime.block_on(crate::init::run(options)),
        Command::Serve(args) => runtime.block_on(crate::serve::run(args.config.load()?, args.format())),
        Command::Check(args) => runtime.block_on(crate::check::run(&args.config.source(), args.format())),
        Command::Account(command) => runtime.block_on(account::run(command)),
        Command::Domain(command) => runtime.block_on(domain::run(command)),
        Command::Mailbox(command) => runtime.block_on(mailbox::run(command)),
        Command::Staff(command) => runtime.block_on(staff::run(command)),
        Command::Keys(command) => runtime.block_on(keys::run(command)),
        Command::Audit(options) => runtime.block_on(audit::run(options)),
        Command::Drill(options) => runtime.block_on(crate::drill::run(options)),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::new(format!("The system gives us no threads: {error}.")))
}
