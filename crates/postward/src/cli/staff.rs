//! `postward staff …`: a new password, or two-factor authentication off, for staff who cannot sign in.

use super::host_args::HostArgs;
use super::new_password::NewPassword;
use crate::command_error::CommandError;
use crate::control::{Command as Request, SecretField};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Set a new password, which comes on standard input; every dashboard session of theirs ends first
    Passwd(Password),
    /// Turn two-factor authentication off, for whoever has lost phone and backup codes; the password stays
    TwoFactorOff(EmailArgs),
}

#[derive(Args)]
pub(super) struct EmailArgs {
    /// The e-mail address they sign in with at the dashboard
    email: String,
    #[command(flatten)]
    args: HostArgs,
}

#[derive(Args)]
pub(super) struct Password {
    /// The e-mail address they sign in with at the dashboard
    email: String,
    /// Make a strong password and print it, instead of reading one
    #[arg(long)]
    generate: bool,
    #[command(flatten)]
    args: HostArgs,
}

pub(super) async fn run(command: Command) -> Result<ExitCode, CommandError> {
    match command {
        Command::Passwd(Password { email, generate, args }) => {
            let password = NewPassword::of(generate)?;
            let reply =
                args.ask(Request::SetStaffPassword { email, password: SecretField(password.copy()) }).await?;
            password.print_changed(&args, reply)
        }
        Command::TwoFactorOff(EmailArgs { email, args }) => {
            let reply = args.ask(Request::StaffSecondFactorOff { email }).await?;
            args.print_done(&reply, |email| {
                format!("Two-factor authentication of {email} is off; the password alone signs in at the dashboard.")
            })
        }
    }
}
