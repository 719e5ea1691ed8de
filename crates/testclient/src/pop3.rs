//! A POP3 client: commands that are answered in one line.

use crate::connection::{Connection, unexpected};
use crate::endpoint::Endpoint;
use crate::sign_in_outcome::SignInOutcome;
use std::io;

/// A connection to a POP3 port.
pub struct Pop3Client {
    /// The connection itself, for what this client has no method for.
    pub connection: Connection,
}

impl Pop3Client {
    /// Connects and reads the greeting.
    pub async fn connect(endpoint: &Endpoint) -> io::Result<Self> {
        Ok(Self { connection: Connection::greeted(endpoint, "+OK").await? })
    }

    /// Connects and signs in.
    pub async fn sign_in(
        endpoint: &Endpoint,
        address: &str,
        password: &str,
    ) -> io::Result<SignInOutcome<Self>> {
        let mut this = Self::connect(endpoint).await?;
        this.command(&format!("USER {address}")).await?;
        let answer = this.ask(&format!("PASS {password}")).await?;
        Ok(SignInOutcome::of(this, answer, "+OK"))
    }

    /// Sends a command and reads one line.
    pub async fn ask(&mut self, text: &str) -> io::Result<String> {
        self.connection.ask(text).await
    }

    /// Executes a command that is answered in one line.
    pub async fn command(&mut self, text: &str) -> io::Result<String> {
        let answer = self.ask(text).await?;
        if answer.starts_with("+OK") { Ok(answer) } else { Err(unexpected(&answer)) }
    }
}
