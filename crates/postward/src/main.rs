//! Postward, the program: configuration, command line, assembly, signals.
//!
//! Reading order: [`cli`] parses commands; [`config`] reads the configuration; [`serve`] starts and stops the server;
//! [`control`] is how a command reaches a running server; [`mailer`] sends notices and mailed links. [`init`],
//! [`check`], [`demo`] and [`drill`] are commands of their own.
//!
//! Nothing here decides about a password or a session: every such decision is a use case of the authority, which this
//! crate calls.

mod certificate;
mod check;
mod cli;
mod clock;
mod command_error;
mod config;
mod control;
mod data_dir;
mod demo;
mod drill;
mod init;
mod logs;
mod mailer;
mod open;
mod output;
mod password_input;
mod private_file;

mod process;
mod serve;

fn main() -> std::process::ExitCode {
    cli::run()
}
