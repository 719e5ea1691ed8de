//! Passwords of the command line: read from standard input, or generated.

use crate::command_error::CommandError;
use postward_wire::Secret;
use std::io::{BufRead, IsTerminal, Read, stdin};

/// The longest line taken. Passwords are at most 256 characters, and a character at most four bytes.
const MAX_LINE: u64 = 2048;

/// Reads a password, which is one line of standard input.
pub(crate) fn read() -> Result<Secret, CommandError> {
    let stdin = stdin();
    if stdin.is_terminal() {
        crate::output::stderr_line("Type the password and press Enter. It is shown while you type.");
    }
    // One buffer that never moves, so that dropping the secret erases the only copy of this process.
    let mut line = String::with_capacity(MAX_LINE as usize);
    let read = stdin.lock().take(MAX_LINE).read_line(&mut line);
    while line.ends_with(['\n', '\r']) {
        line.pop();
    }
    let secret = Secret::new(line);
    read.map_err(|error| {
        CommandError::new(format!("The password cannot be read from standard input: {error}."))
    })?;
    if secret.expose().is_empty() {
        return Err(CommandError::new(
            "A password is expected on standard input, and nothing came; --generate makes one instead.",
        ));
    }
    Ok(secret)
}

/// Generates a strong password.
pub(crate) fn generated() -> Secret {
    postward_authority::generate_password(&mut rand::rng())
}
