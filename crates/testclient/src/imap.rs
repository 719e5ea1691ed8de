//! An IMAP client: commands, literals, IDLE and APPEND.

use crate::connection::{Connection, unexpected};
use crate::endpoint::Endpoint;
use crate::sign_in_outcome::SignInOutcome;
use std::io;

/// A connection to an IMAP port.
pub struct ImapClient {
    /// The connection itself, for what this client has no method for.
    pub connection: Connection,
    commands: u32,
}

impl ImapClient {
    /// Connects and reads the greeting.
    pub async fn connect(endpoint: &Endpoint) -> io::Result<Self> {
        Ok(Self { connection: Connection::greeted(endpoint, "* OK").await?, commands: 0 })
    }

    /// Connects and signs in.
    pub async fn sign_in(
        endpoint: &Endpoint,
        address: &str,
        password: &str,
    ) -> io::Result<SignInOutcome<Self>> {
        let mut this = Self::connect(endpoint).await?;
        let (_, answer) = this.ask(&format!("LOGIN {} {}", quoted(address), quoted(password))).await?;
        Ok(SignInOutcome::of(this, answer, "OK"))
    }

    /// Executes a command and returns all untagged responses.
    pub async fn command(&mut self, text: &str) -> io::Result<Vec<u8>> {
        let (said, answer) = self.ask(text).await?;
        if answer.starts_with("OK") { Ok(said) } else { Err(unexpected(&answer)) }
    }

    /// Sends a command; returns the untagged responses, and the tagged one without its tag.
    pub async fn ask(&mut self, text: &str) -> io::Result<(Vec<u8>, String)> {
        let tag = self.send(text).await?;
        self.answer(&tag).await
    }

    /// Sends a command and returns its tag.
    pub async fn send(&mut self, text: &str) -> io::Result<String> {
        self.commands += 1;
        let tag = format!("d{}", self.commands);
        self.connection.send(format!("{tag} {text}\r\n")).await?;
        Ok(tag)
    }

    async fn answer(&mut self, tag: &str) -> io::Result<(Vec<u8>, String)> {
        let mut said = Vec::new();
        loop {
            let line = self.connection.raw_line().await?;
            let of_tag = line.strip_prefix(tag.as_bytes()).and_then(|rest| rest.strip_prefix(b" "));
            if let Some(answer) = of_tag {
                return Ok((said, String::from_utf8_lossy(answer.trim_ascii_end()).into_owned()));
            }
            let literal = literal(&line);
            said.extend_from_slice(&line);
            if let Some(count) = literal {
                said.extend(self.connection.bytes(count).await?);
            }
        }
    }

    /// Starts IDLE (RFC 2177).
    pub async fn idle(&mut self) -> io::Result<()> {
        self.send("IDLE").await?;
        let answer = self.connection.line().await?;
        if answer.starts_with('+') { Ok(()) } else { Err(unexpected(&answer)) }
    }

    /// Stores a message.
    pub async fn append(&mut self, folder: &str, message: &[u8]) -> io::Result<()> {
        let tag = self.send(&format!("APPEND {} {{{}}}", quoted(folder), message.len())).await?;
        let go_on = self.connection.line().await?;
        if !go_on.starts_with('+') {
            return Err(unexpected(&go_on));
        }
        self.connection.send(message).await?;
        self.connection.send(b"\r\n").await?;
        let (_, answer) = self.answer(&tag).await?;
        if answer.starts_with("OK") { Ok(()) } else { Err(unexpected(&answer)) }
    }
}

/// A quoted string (RFC 3501 §4.3).
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The size of the literal that a line announces at its end. The server's own reading of it is not asked: a client that
/// checks a server must not share its mistakes.
pub fn literal(line: &[u8]) -> Option<usize> {
    let inner = line.trim_ascii_end().strip_suffix(b"}")?;
    let at = inner.iter().rposition(|byte| *byte == b'{')?;
    std::str::from_utf8(inner.get(at + 1..)?).ok()?.parse().ok()
}
