//! A new password on the command line: read or made, and what is printed once it is set.

use super::{Asked, unexpected};
use crate::control::{ReceiptRow, Reply};
use crate::output::{self, Format};
use crate::password_input;
use crate::problem::Problem;
use postward_wire::Secret;
use serde::Serialize;
use std::process::ExitCode;

/// The receipt, and the password where nobody else knows it yet.
#[derive(Serialize)]
struct Changed<'a> {
    #[serde(flatten)]
    receipt: &'a ReceiptRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

/// A password on its way to whoever it is for, which is printed if it was made here.
pub(super) enum NewPassword {
    Typed(Secret),
    Made(Secret),
}

impl NewPassword {
    pub(super) fn of(generate: bool) -> Result<Self, Problem> {
        if generate {
            Ok(Self::Made(password_input::generated()))
        } else {
            password_input::from_stdin().map(Self::Typed)
        }
    }

    pub(super) fn copy(&self) -> Secret {
        let (Self::Typed(secret) | Self::Made(secret)) = self;
        Secret::new(secret.expose().to_owned())
    }

    pub(super) fn to_print(&self) -> Option<&str> {
        match self {
            Self::Typed(_) => None,
            Self::Made(secret) => Some(secret.expose()),
        }
    }

    pub(super) fn print(&self) {
        if let Some(password) = self.to_print() {
            output::line(format_args!("The password, shown only now: {password}"));
        }
    }

    /// Prints the receipt of a change, and the password if it was made here.
    pub(super) fn was_set(&self, asked: &Asked, reply: Reply) -> Result<ExitCode, Problem> {
        let Reply::Receipt(row) = reply else { return Err(unexpected()) };
        match asked.format() {
            Format::Json => output::json(&Changed { receipt: &row, password: self.to_print() }),
            Format::Text => {
                output::line(format_args!("The password of {} is changed.", row.address));
                output::line(ended(&row));
                self.print();
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What ended, in one line.
pub(super) fn ended(row: &ReceiptRow) -> String {
    let some = row.ended.iter().filter(|(_, count)| **count > 0);
    let parts: Vec<_> = some.map(|(surface, count)| format!("{count} {}", surface.label())).collect();
    if parts.is_empty() { "No session was open.".to_owned() } else { format!("Ended: {}.", parts.join(", ")) }
}
