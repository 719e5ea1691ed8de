//! Drives a dialogue by hand: the terminal is the client, and this program does each step the dialogue asks for.
//!
//! ```sh
//! cargo run -p postward-wire --example dialogue -- imap
//! a LOGIN ada@example.org correct-horse
//! ```

#![allow(clippy::print_stderr, reason = "an example speaks on the terminal")]

use postward_wire::{Attempt, Channel, Dialogue, DialogueConfig, Limits, Protocol, Refusal, Step};
use std::io::{self, BufRead as _, Write as _};

fn main() -> io::Result<()> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "imap".to_owned());
    let Some(protocol) = Protocol::ALL.into_iter().find(|protocol| protocol.name() == name) else {
        return Err(io::Error::other("the protocols are imap, pop3 and smtp"));
    };
    let mut dialogue = Dialogue::new(
        protocol,
        DialogueConfig {
            hostname: "mail.example.org".to_owned(),
            message_size: 50 * 1024 * 1024,
            // There is no certificate here, so STARTTLS is not offered.
            channel: Channel::PlainText,
            limits: Limits::default(),
        },
    );
    loop {
        match dialogue.step() {
            Step::Send(reply) => io::stdout().write_all(&reply)?,
            Step::Receive => match next_line()? {
                Some(line) => dialogue.receive(line.as_bytes()),
                None => return Ok(()),
            },
            Step::SignIn(attempt) if is_right(&attempt) => dialogue.accepted("IMAP4rev1"),
            Step::SignIn(_) => dialogue.refused(Refusal::Rejected),
            Step::Splice { reply, pipelined } => {
                io::stdout().write_all(&reply)?;
                eprintln!(
                    "-- signed in; {} bytes were sent ahead, and a mail engine takes over",
                    pipelined.len()
                );
                return Ok(());
            }
            // A plain-text channel offers no STARTTLS.
            Step::StartTls | Step::Close => return Ok(()),
        }
        io::stdout().flush()?;
    }
}

/// In a server this is the authority. `expose` is called where the secret is compared, and nowhere else.
fn is_right(attempt: &Attempt) -> bool {
    attempt.authcid == "ada@example.org" && attempt.secret.expose() == "correct-horse"
}

/// One line as a mail client would send it, with CRLF.
fn next_line() -> io::Result<Option<String>> {
    let mut line = String::new();
    let is_end = io::stdin().lock().read_line(&mut line)? == 0;
    Ok((!is_end).then(|| format!("{}\r\n", line.trim_end())))
}
