//! Postward, the program: configuration, command line, assembly, signals.
//!
//! Reading order: [`cli`] is what can be asked for; [`config`] what a host is told; [`serve`] puts the house together;
//! [`control`] is how a command reaches a running server; [`mailer`] brings people letters. [`init`], [`check`], [`demo`] and [`drill`] are
//! commands of their own.
//!
//! Nothing here decides about a password or a session: that is the authority's, and this crate carries it there.

mod certificate;
mod check;
mod cli;
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
mod problem;
mod process;
mod serve;

fn main() -> std::process::ExitCode {
    cli::run()
}
