//! A session of POP3 after sign-in: the TRANSACTION and UPDATE states of RFC 1939.

use super::command::{Command, MAX_LINE};
use super::dot_stuffing::{Amount, DotStuffing};
use crate::connection::{ClientStream, Connection};
use crate::error::MailError;
use crate::folder_name::FolderName;
use crate::line_stream::{Line, LineStream, StreamEnd, Timeouts};
use crate::storage::folder::Folder;
use crate::storage::mailbox::OpenMailbox;
use crate::storage::snapshot::{Message, Snapshot};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// Serves a POP3 client that has signed in, until it quits, is idle for too long or the connection's `stop` fires.
///
/// Deleted messages are removed at QUIT and at no other end (RFC 1939 §6). When `stop` fires, or the future is dropped,
/// while they are removed, the rest of them stays; when this has returned, nothing goes on.
pub async fn serve_pop3<S: ClientStream>(mailbox: OpenMailbox, connection: Connection<S>) -> io::Result<()> {
    let (connection, _guard) = connection.until_dropped();
    let mailbox = mailbox.until(connection.stop.clone());
    let limits = mailbox.limits();
    let timeouts = Timeouts { idle: limits.pop3_idle, write_stall: limits.write_stall };
    let max_bad_commands = limits.bad_commands;
    let mut client = LineStream::new(connection, timeouts, MAX_LINE);
    let end = match Box::pin(Maildrop::open(&mailbox)).await {
        Ok(maildrop) => Session { maildrop, client: &mut client, max_bad_commands }.run().await,
        Err(cause) => {
            client.write_line(&error_reply(&cause));
            client.flush().await.err().unwrap_or(StreamEnd::Done)
        }
    };
    if matches!(end, StreamEnd::Done) {
        client.close().await;
    }
    end.into_result()
}

/// The maildrop, with its messages as they were at sign-in: POP3 message numbers do not change during a session.
struct Maildrop {
    inbox: Folder,
    snapshot: Arc<Snapshot>,
    /// By index, not by number.
    deleted: HashSet<usize>,
}

struct Session<'a, S> {
    maildrop: Maildrop,
    client: &'a mut LineStream<S>,
    max_bad_commands: u32,
}

enum Next {
    Command,
    Quit,
}

impl<S: ClientStream> Session<'_, S> {
    async fn run(mut self) -> StreamEnd {
        // In a row.
        let mut bad_commands = 0;
        loop {
            let line = match self.client.line().await {
                Ok(Line::Whole(line)) => line,
                Ok(Line::TooLong) => Vec::new(),
                Err(end) => return end,
            };
            let Some(command) = Command::parse(&line) else {
                self.client.write_line("-ERR This is not a command.");
                bad_commands += 1;
                if bad_commands >= self.max_bad_commands {
                    return self.client.flush().await.err().unwrap_or(StreamEnd::Done);
                }
                continue;
            };
            bad_commands = 0;
            match self.execute(command).await {
                Ok(Next::Command) => {}
                Ok(Next::Quit) => return self.client.flush().await.err().unwrap_or(StreamEnd::Done),
                Err(end) => return end,
            }
        }
    }

    async fn execute(&mut self, command: Command) -> Result<Next, StreamEnd> {
        match command {
            Command::Stat => {
                let (count, octets) = self.maildrop.totals();
                self.client.write_line(&format!("+OK {count} {octets}"));
            }
            Command::List(None) => self.scan(|m| m.size.to_string()).await?,
            Command::Uidl(None) => {
                let uid_validity = self.maildrop.snapshot.uid_validity;
                self.scan(|m| unique_id(m, uid_validity)).await?;
            }
            Command::List(Some(number)) => self.scan_one(number, |m| m.size.to_string()),
            Command::Uidl(Some(number)) => {
                let uid_validity = self.maildrop.snapshot.uid_validity;
                self.scan_one(number, |m| unique_id(m, uid_validity));
            }
            Command::Retr(number) => Box::pin(self.retrieve(number, Amount::Whole)).await?,
            Command::Top(number, lines) => Box::pin(self.retrieve(number, Amount::Top(lines))).await?,
            Command::Dele(number) => match self.maildrop.message(number) {
                Some((index, _)) => {
                    self.maildrop.deleted.insert(index);
                    self.client.write_line("+OK");
                }
                None => self.client.write_line(NO_SUCH),
            },
            Command::Rset => {
                self.maildrop.deleted.clear();
                self.client.write_line("+OK");
            }
            Command::Noop => self.client.write_line("+OK"),
            Command::Capa => CAPABILITIES.iter().for_each(|line| self.client.write_line(line)),
            Command::Quit => {
                self.client.write_line(&Box::pin(self.maildrop.update()).await);
                return Ok(Next::Quit);
            }
        }
        Ok(Next::Command)
    }

    /// LIST and UIDL of all messages.
    async fn scan(&mut self, value: impl Fn(&Message) -> String) -> Result<(), StreamEnd> {
        self.client.write_line("+OK");
        let snapshot = Arc::clone(&self.maildrop.snapshot);
        for (index, message) in snapshot.messages.iter().enumerate() {
            if !self.maildrop.deleted.contains(&index) {
                self.client.send(format!("{} {}\r\n", index + 1, value(message)).as_bytes()).await?;
            }
        }
        self.client.write_line(".");
        Ok(())
    }

    fn scan_one(&mut self, number: usize, value: impl Fn(&Message) -> String) {
        let line = match self.maildrop.message(number) {
            Some((_, message)) => format!("+OK {number} {}", value(message)),
            None => NO_SUCH.to_owned(),
        };
        self.client.write_line(&line);
    }

    /// Sends a message piece by piece, so that a large one costs no more memory than a small one.
    async fn retrieve(&mut self, number: usize, amount: Amount) -> Result<(), StreamEnd> {
        let Some((_, message)) = self.maildrop.message(number) else {
            self.client.write_line(NO_SUCH);
            return Ok(());
        };
        let (uid, size) = (message.uid, message.size);
        let mut file = match self.maildrop.inbox.open_message(uid).await {
            Ok(file) => file,
            Err(MailError::NotFound) => {
                self.client.write_line("-ERR This message was removed by another session.");
                return Ok(());
            }
            Err(cause) => {
                self.client.write_line(&error_reply(&cause));
                return Ok(());
            }
        };
        self.client.write_line(&format!("+OK {size} octets"));
        let mut stuffing = DotStuffing::new(amount);
        let mut out = Vec::new();
        while !stuffing.is_finished() {
            // A read that fails in the middle cannot be reported any more: the client must see a broken connection, and
            // not a short message that looks complete.
            let (rest, piece) = read_piece(file).await.map_err(StreamEnd::Broken)?;
            file = rest;
            if piece.is_empty() {
                break;
            }
            stuffing.push(&piece, &mut out);
            self.client.send(&out).await?;
            out.clear();
        }
        stuffing.finish(&mut out);
        self.client.send(&out).await
    }
}

/// The capabilities after sign-in (RFC 2449, RFC 3206).
const CAPABILITIES: [&str; 8] =
    ["+OK", "TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE NEVER", "."];

const NO_SUCH: &str = "-ERR There is no such message.";

/// The answer to a failure of ours. RFC 3206 §4: the client keeps its password and tries again later.
fn error_reply(cause: &MailError) -> String {
    tracing::warn!(%cause, "a POP3 session could not be served");
    format!("-ERR [SYS/TEMP] {cause}")
}

/// The unique-id of UIDL in the form Dovecot uses (`%08Xu%08Xv`), so that clients fetch nothing twice after a migration from
/// or to it.
fn unique_id(message: &Message, uid_validity: u32) -> String {
    match message.pop3_uidl() {
        Some(given) => given.to_owned(),
        None => format!("{:08x}{uid_validity:08x}", message.uid),
    }
}

async fn read_piece(mut file: File) -> io::Result<(File, Vec<u8>)> {
    let read = move || {
        let mut piece = vec![0; 64 * 1024];
        let length = file.read(&mut piece)?;
        piece.truncate(length);
        Ok((file, piece))
    };
    tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
}

impl Maildrop {
    async fn open(mailbox: &OpenMailbox) -> Result<Self, MailError> {
        let inbox = mailbox.open(&FolderName::inbox()).await?;
        Ok(Self { snapshot: inbox.snapshot(), inbox, deleted: HashSet::new() })
    }

    fn message(&self, number: usize) -> Option<(usize, &Message)> {
        let index = number.checked_sub(1).filter(|index| !self.deleted.contains(index))?;
        Some((index, self.snapshot.messages.get(index)?))
    }

    fn totals(&self) -> (usize, u64) {
        let left =
            self.snapshot.messages.iter().enumerate().filter(|(index, _)| !self.deleted.contains(index));
        left.fold((0, 0), |(count, octets), (_, m)| (count + 1, octets + m.size))
    }

    /// The UPDATE state: removes the deleted messages. Returns the answer to QUIT.
    async fn update(&mut self) -> String {
        let uids: Vec<u32> = self
            .deleted
            .iter()
            .filter_map(|index| self.snapshot.messages.get(*index))
            .map(|m| m.uid)
            .collect();
        if uids.is_empty() {
            return "+OK".to_owned();
        }
        match self.inbox.expunge(uids).await {
            Ok(_) => "+OK".to_owned(),
            Err(cause) => error_reply(&cause),
        }
    }
}
