//! An SMTP submission client.

use crate::connection::{Connection, unexpected};
use crate::endpoint::Endpoint;
use crate::sign_in_outcome::SignInOutcome;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::io;

/// A connection to a submission port.
pub struct SmtpClient {
    /// The connection itself, for what this client has no method for.
    pub connection: Connection,
}

impl SmtpClient {
    /// Connects, reads the greeting and sends EHLO.
    pub async fn connect(endpoint: &Endpoint) -> io::Result<Self> {
        let mut this = Self { connection: Connection::open(endpoint).await? };
        let greeting = this.reply().await?;
        if !greeting.starts_with("220") {
            return Err(unexpected(&greeting));
        }
        this.command("EHLO client.example", "250").await?;
        Ok(this)
    }

    /// Connects and signs in.
    pub async fn sign_in(
        endpoint: &Endpoint,
        address: &str,
        password: &str,
    ) -> io::Result<SignInOutcome<Self>> {
        let mut this = Self::connect(endpoint).await?;
        let plain = BASE64_STANDARD.encode(format!("\0{address}\0{password}"));
        let answer = this.ask(&format!("AUTH PLAIN {plain}")).await?;
        Ok(SignInOutcome::of(this, answer, "235"))
    }

    /// Sends a command and reads the last line of the reply.
    pub async fn ask(&mut self, text: &str) -> io::Result<String> {
        self.connection.send(format!("{text}\r\n")).await?;
        self.reply().await
    }

    /// Executes a command; any other reply code is an error.
    pub async fn command(&mut self, text: &str, code: &str) -> io::Result<()> {
        let answer = self.ask(text).await?;
        if answer.starts_with(code) { Ok(()) } else { Err(unexpected(&answer)) }
    }

    /// Begins a message and stops in the middle of it.
    pub async fn begin(&mut self, from: &str, to: &str, message: &str) -> io::Result<()> {
        self.command(&format!("MAIL FROM:<{from}>"), "250").await?;
        self.command(&format!("RCPT TO:<{to}>"), "250").await?;
        self.command("DATA", "354").await?;
        self.connection.send(message.as_bytes()).await
    }

    async fn reply(&mut self) -> io::Result<String> {
        loop {
            let line = self.connection.line().await?;
            // RFC 5321 §4.2.1: a hyphen after the code says that more lines follow.
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(line);
            }
        }
    }
}
