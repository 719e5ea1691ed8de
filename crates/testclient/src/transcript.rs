//! Protocol transcripts, as a mail admin writes them down.

use crate::connection::Connection;
use std::io;

impl Connection {
    /// Holds the connection against a transcript.
    ///
    /// `C:` lines are sent, those that follow each other at once. Each `S:` line must be the next that comes; a `…` in it
    /// stands for anything. `S! closed` is the end of the connection. Within a `C:` line, `␍` and `␊` stand for these
    /// octets, and a `␤` at its end keeps the line from getting its own.
    ///
    /// # Errors
    /// The first line that is not as written, or that does not come.
    pub async fn play(&mut self, transcript: &str) -> io::Result<()> {
        let mut unsent = String::new();
        for step in transcript.lines().map(str::trim_start).filter(|step| !step.is_empty()) {
            if let Some(command) = behind_mark(step, "C:") {
                unsent.push_str(&command.replace('␍', "\r").replace('␊', "\n").replace('␤', ""));
                if !command.ends_with('␤') {
                    unsent.push_str("\r\n");
                }
                continue;
            }
            self.send_unsent(&mut unsent).await?;
            if step == "S! closed" {
                self.expect_end().await?;
            } else {
                let expected = behind_mark(step, "S:").ok_or_else(|| not_read(step))?;
                self.expect_line(expected).await?;
            }
        }
        self.send_unsent(&mut unsent).await
    }

    /// A connection that is over takes nothing more, also not nothing.
    async fn send_unsent(&mut self, unsent: &mut String) -> io::Result<()> {
        if unsent.is_empty() { Ok(()) } else { self.send(std::mem::take(unsent)).await }
    }

    async fn expect_line(&mut self, expected: &str) -> io::Result<()> {
        let line = self
            .raw_line()
            .await
            .map_err(|error| io::Error::new(error.kind(), format!("{error} instead of {expected:?}")))?;
        let line = String::from_utf8_lossy(&line).into_owned();
        match line.strip_suffix("\r\n") {
            Some(line) if matches(expected, line) => Ok(()),
            _ => Err(io::Error::other(format!("the server sent {line:?} instead of {expected:?}"))),
        }
    }

    async fn expect_end(&mut self) -> io::Result<()> {
        match self.drain().await? {
            0 => Ok(()),
            count => Err(io::Error::other(format!("the server sent {count} bytes instead of closing"))),
        }
    }
}

fn behind_mark<'s>(step: &'s str, mark: &str) -> Option<&'s str> {
    step.strip_prefix(mark).map(|text| text.strip_prefix(' ').unwrap_or(text))
}

fn not_read(step: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{step:?} is no line of a transcript"))
}

/// Whether a line is as expected, where `…` stands for any text.
fn matches(expected: &str, line: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    #[test]
    fn an_ellipsis_stands_for_any_text() {
        assert!(matches("a OK …", "a OK done"));
        assert!(matches("* … RECENT", "* 1 RECENT"));
        assert!(matches("a … b … c", "a 1 b 2 c"));
        assert!(!matches("a OK …", "a NO done"));
        assert!(!matches("a OK", "a OK done"));
        assert!(!matches("a … b … c", "a 1 c"));
    }

    #[tokio::test]
    async fn a_transcript_that_differs_in_one_line_fails() {
        let check = async |transcript: &str| {
            let (client, mut server) = duplex(1024);
            let mut connection = Connection::over(client);
            server.write_all(b"+OK ready\r\n+OK\r\n").await.unwrap();
            let (mut read, write) = tokio::io::split(server);
            let heard = async {
                let mut heard = vec![0; 6];
                read.read_exact(&mut heard).await.unwrap();
                drop((read, write));
                heard
            };
            let (played, heard) = tokio::join!(connection.play(transcript), heard);
            assert_eq!(heard, b"NOOP\r\n");
            played.is_ok()
        };
        assert!(check("S: +OK …\nC: NOOP\nS: +OK\nS! closed").await);
        assert!(!check("S: +OK …\nC: NOOP\nS: -ERR …").await);
        assert!(!check("S: +OK …\nC: NOOP\nS! closed").await);
        assert!(!check("S: +OK …\nC: NOOP\nS: +OK\nS: +OK").await);
    }
}
