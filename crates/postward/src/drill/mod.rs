//! `postward drill`: proves on a running server that a password change ends everything (O4).
//!
//! The drill acts as a user. It opens real sessions over real sockets, changes the password by every path there is, and
//! finds out what became of each session, of the old password, of the mail and of other mailboxes. In reading order:
//! [`plan`] goes through all change paths, [`trial`] through one; [`change_path`] and [`session`] list what there is to
//! try; [`prober`] observes; [`second_factor`] is on for some of it; [`mail`] proves that no mail
//! was touched; [`report`] prints. [`host`] knows where each protocol is reached. The mail and web clients are those of
//! [`postward_testclient`].

mod change_path;
mod credentials;
mod host;
mod mail;
mod participants;
mod password_change;
mod plan;
mod prober;
mod report;
mod second_factor;
mod session;
mod signed_in_client;
mod trial;

use crate::command_error::CommandError;
use crate::config::{self, Config, Source};
use crate::control::{Command, SecretField, client::ControlClient};
use crate::demo::Demo;
use crate::output::{self, Format};
use crate::password_input;
use crate::serve::BoundAddresses;
use crate::{logs, process};
use clap::Args;
use credentials::Credentials;
use host::Host;
use participants::Participants;
use plan::{Plan, Target};
use postward_authority::PasswordProblem as Missing;
use postward_wire::{Address, Secret};
use report::Report;
use std::io::{IsTerminal, stdin};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tracing::level_filters::LevelFilter;

/// The arguments of `drill`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    target: TargetArgs,
    /// The mailbox to work on; its password comes on standard input, and is in force again at the end
    #[arg(long, value_name = "ADDRESS", conflicts_with = "demo", required_unless_present = "demo")]
    address: Option<String>,
    /// Another mailbox, whose sessions must go on; its password is the next line of standard input
    #[arg(long, value_name = "ADDRESS", conflicts_with = "demo")]
    bystander: Option<String>,
    /// Somebody who may change the mailbox's password in the dashboard; the password is the next line
    #[arg(long, value_name = "EMAIL", conflicts_with = "demo")]
    owner: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The host to work on.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct TargetArgs {
    /// Start a demo on free ports, and work on that
    #[arg(long)]
    demo: bool,
    /// The directory of a running server
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The configuration file of a running server
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Drills a host and prints the report. The exit code is a failure when a promise was broken.
pub(crate) async fn run(options: Options) -> Result<ExitCode, CommandError> {
    logs::start(config::LogFormat::Text, LevelFilter::WARN);
    process::raise_file_limit();
    let format = if options.json { Format::Json } else { Format::Text };
    let report = match (&options.target.dir, &options.target.config) {
        (Some(dir), _) => on_host(&Source::Directory(dir.clone()), &options).await?,
        (None, Some(file)) => on_host(&Source::File(file.clone()), &options).await?,
        (None, None) => on_demo().await?,
    };
    report.print(format);
    Ok(if report.passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Drills a demo that is started for it.
async fn on_demo() -> Result<Report, CommandError> {
    let demo = Demo::start_ephemeral().await?;
    let source = Source::Directory(demo.path().to_owned());
    let config = config::load(&source)?;
    let host = Host::of(&config, demo.bound(), &source)?;
    let [owner, mailbox, bystander] = Demo::logins().map(|(name, password)| Credentials {
        name: name.to_owned(),
        password: Secret::new(password.to_owned()),
    });
    let participants =
        Participants { mailbox, second_factor: None, bystander: Some(bystander), owner: Some(owner) };
    let plan = Plan { host: Arc::new(host), target: Target::Demo, participants };
    let report = until_interrupted(Box::pin(plan.run())).await;
    demo.stop().await;
    report
}

/// Drills a running host, and restores the password afterwards.
async fn on_host(source: &Source, options: &Options) -> Result<Report, CommandError> {
    let config = config::load(source)?;
    let read_credentials = |name: &Option<String>| match name {
        Some(name) => {
            if stdin().is_terminal() {
                output::stderr_line(format_args!("The password of {name}:"));
            }
            password_input::read().map(|password| Some(Credentials { name: name.clone(), password }))
        }
        None => Ok(None),
    };
    let mailbox =
        read_credentials(&options.address)?.ok_or_else(|| CommandError::new("The drill needs --address."))?;
    let mailbox = Credentials { name: canonical_address(&mailbox.name)?, ..mailbox };
    let (bystander, owner) = (read_credentials(&options.bystander)?, read_credentials(&options.owner)?);
    let missing = config.policy.problems(mailbox.password.expose());
    if !missing.is_empty() {
        let why: Vec<_> = missing.iter().map(Missing::sentence).collect();
        return Err(CommandError::new(format!(
            "The password of {} could not be set again at the end, so nothing was done. {}",
            mailbox.name,
            why.join(" ")
        )));
    }
    let client = ControlClient::open(&config).await?;
    let server_runs = matches!(client, ControlClient::Server(_));
    client.close().await;
    if !server_runs {
        return Err(CommandError::new("No server runs there; start one with `postward serve`."));
    }
    let host = Arc::new(Host::of(&config, &listening(&config), source)?);
    let restored = mailbox.copy();
    let participants = Participants { mailbox, second_factor: None, bystander, owner };
    let plan = Plan { host: Arc::clone(&host), target: Target::RealHost, participants };
    let report = until_interrupted(Box::pin(plan.run())).await;
    restore(&config, &host, restored).await?;
    report
}

/// The addresses a running server listens on, from its configuration.
fn listening(config: &Config) -> BoundAddresses {
    BoundAddresses {
        imap: config.imap.clone(),
        pop3: config.pop3.clone(),
        smtp: config.smtp.clone(),
        http: config.web.http.clone(),
        https: config.web.tls.clone(),
        lmtp: config.lmtp.clone(),
    }
}

/// Sets the password that was there before, and removes the drill's folder.
async fn restore(config: &Config, host: &Host, credentials: Credentials) -> Result<(), CommandError> {
    let password = SecretField(Secret::new(credentials.password.expose().to_owned()));
    let set = Command::SetPassword { address: credentials.name.clone(), password };
    let client = ControlClient::open(config).await?;
    let set = client.ask(set).await;
    client.close().await;
    set?;
    if let Err(error) = plan::remove_folder(host, &credentials).await {
        output::stderr_line(format_args!("The folder of the drill could not be removed: {error}."));
    }
    Ok(())
}

async fn until_interrupted(
    plan: impl Future<Output = Result<Report, CommandError>>,
) -> Result<Report, CommandError> {
    tokio::select! {
        report = plan => report,
        _ = tokio::signal::ctrl_c() => Err(CommandError::new("The drill was interrupted.")),
    }
}

/// The address in its canonical form.
fn canonical_address(address: &str) -> Result<String, CommandError> {
    let address =
        Address::parse(address).map_err(|error| CommandError::new(format!("{address:?}: {error}.")))?;
    Ok(address.to_string())
}
