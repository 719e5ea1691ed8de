//! A new password on the command line: read or generated, and what is printed once it is set.

use super::host_args::{HostArgs, unexpected_reply};
use crate::command_error::CommandError;
use crate::control::{ReceiptRow, Reply};
use crate::output::{self, Format};
use crate::password_input;
use postward_wire::Secret;
use serde::Serialize;
use std::process::ExitCode;

/// The receipt, and the password where it was generated.
#[derive(Serialize)]
struct Changed<'a> {
    #[serde(flatten)]
    receipt: &'a ReceiptRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

/// A new password: given on standard input, or generated here and printed once.
pub(super) enum NewPassword {
    Given(Secret),
    Generated(Secret),
}

impl NewPassword {
    /// Generates a password, or reads one from standard input.
    pub(super) fn of(generate: bool) -> Result<Self, CommandError> {
        if generate {
            Ok(Self::Generated(password_input::generated()))
        } else {
            password_input::read().map(Self::Given)
        }
    }

    /// A copy to send: `Secret` is not `Clone`.
    pub(super) fn copy(&self) -> Secret {
        let (Self::Given(secret) | Self::Generated(secret)) = self;
        Secret::new(secret.expose().to_owned())
    }

    /// The password, if it was generated.
    pub(super) fn generated(&self) -> Option<&str> {
        match self {
            Self::Given(_) => None,
            Self::Generated(secret) => Some(secret.expose()),
        }
    }

    /// Prints the password, if it was generated.
    pub(super) fn print(&self) {
        if let Some(password) = self.generated() {
            output::line(format_args!("The password, shown only now: {password}"));
        }
    }

    /// Prints the receipt of a change, and the password if it was generated.
    pub(super) fn print_changed(&self, args: &HostArgs, reply: Reply) -> Result<ExitCode, CommandError> {
        let Reply::Receipt(row) = reply else { return Err(unexpected_reply()) };
        match args.format() {
            Format::Json => output::json(&Changed { receipt: &row, password: self.generated() }),
            Format::Text => {
                output::line(format_args!("The password of {} is changed.", row.address));
                output::line(ended_sessions(&row));
                self.print();
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The sessions that ended, in one line.
pub(super) fn ended_sessions(row: &ReceiptRow) -> String {
    let some = row.ended.iter().filter(|(_, count)| **count > 0);
    let parts: Vec<_> = some.map(|(surface, count)| format!("{count} {}", surface.label())).collect();
    if parts.is_empty() { "No session was open.".to_owned() } else { format!("Ended: {}.", parts.join(", ")) }
}
