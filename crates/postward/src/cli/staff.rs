//! `postward staff …`: for a person of the dashboard who cannot come in any more.

use super::Asked;
use super::new_password::NewPassword;
use crate::control::{Command as Request, SecretField};
use crate::problem::Problem;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Set a new password, which comes on standard input; every dashboard session of theirs ends first
    Passwd(Password),
    /// Turn two-factor authentication off, for whoever has lost phone and backup codes; the password stays
    TwoFactorOff(One),
}

#[derive(Args)]
pub(super) struct One {
    /// The e-mail address they sign in with at the dashboard
    email: String,
    #[command(flatten)]
    asked: Asked,
}

#[derive(Args)]
pub(super) struct Password {
    /// The e-mail address they sign in with at the dashboard
    email: String,
    /// Make a strong password and print it, instead of reading one
    #[arg(long)]
    generate: bool,
    #[command(flatten)]
    asked: Asked,
}

pub(super) async fn run(command: Command) -> Result<ExitCode, Problem> {
    match command {
        Command::Passwd(Password { email, generate, asked }) => {
            let password = NewPassword::of(generate)?;
            let reply = asked
                .ask(Request::SetStaffPassword { email, password: SecretField(password.copy()) })
                .await?;
            password.was_set(&asked, reply)
        }
        Command::TwoFactorOff(One { email, asked }) => {
            let reply = asked.ask(Request::StaffSecondFactorOff { email }).await?;
            asked.done(&reply, |email| {
                format!("Two-factor authentication of {email} is off; the password alone signs in at the dashboard.")
            })
        }
    }
}
