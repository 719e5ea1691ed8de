//! A session of SMTP after sign-in or of LMTP: the transaction from MAIL to the end of DATA (RFC 5321 §3.3).

use super::command::{Command, Mail, NO_RECIPIENT};
use super::header;
use super::path::{ForwardPath, ReversePath};
use super::receive::{NO_ROOM, receive};
use super::received_message::{Letter, Trace};
use super::role::Role;
use crate::connection::{ClientStream, Connection};
use crate::error::MailError;
use crate::line_stream::{Line, LineStream, StreamEnd, Timeouts};
use crate::recipients::Recipient;
use crate::storage::cancellation::Cancellation;
use crate::storage::mailstore::{Mailstore, Prepared, Published};
use crate::storage::spool::is_out_of_space;
use postward_wire::Address;
use smtp_proto::Request;
use std::io;
use std::sync::Arc;

/// Serves the client to the end, or until the connection's `stop` fires; no delivery goes on when this has returned.
pub(crate) async fn serve<S: ClientStream>(
    store: Mailstore,
    role: Role,
    connection: Connection<S>,
) -> io::Result<()> {
    let (connection, _guard) = connection.until_dropped();
    let cancellation = Cancellation::from_token(connection.stop.clone());
    let limits = store.limits();
    let timeouts = Timeouts { idle: limits.smtp_idle, write_stall: limits.write_stall };
    let mut client = LineStream::new(connection, timeouts, limits.command_line);
    if let Role::Lmtp = role {
        client.write_line(&format!("220 {} LMTP Postward", store.hostname()));
    }
    let mut session =
        Session { store, role, cancellation, greeted: None, envelope: None, wrong: 0, client: &mut client };
    let end = session.run().await;
    match &end {
        StreamEnd::Done => client.close().await,
        StreamEnd::Stopped => client.write_last_line("421 4.3.2 The service is closing the connection."),
        StreamEnd::TimedOut => client.write_last_line("421 4.4.2 You were silent for too long."),
        StreamEnd::Closed | StreamEnd::Broken(_) => {}
    }
    end.into_result()
}

struct Session<'a, S> {
    store: Mailstore,
    role: Role,
    /// Ends deliveries with the session.
    cancellation: Cancellation,
    /// What the client called itself in EHLO or LHLO.
    greeted: Option<String>,
    envelope: Option<Envelope>,
    /// Errors in a row.
    wrong: u32,
    client: &'a mut LineStream<S>,
}

/// What MAIL and RCPT have said.
struct Envelope {
    /// Empty for a bounce.
    sender: String,
    /// The mailboxes, one for each accepted RCPT; aliases may lead to the same one twice.
    mailboxes: Vec<Address>,
}

enum Next {
    Command,
    Quit,
}

impl<S: ClientStream> Session<'_, S> {
    async fn run(&mut self) -> StreamEnd {
        loop {
            let line = match self.client.line().await {
                Ok(line) => line,
                Err(end) => return end,
            };
            let reply_or_end = match line {
                Line::TooLong => Err("500 5.5.2 The line is too long."),
                Line::Whole(mut line) => {
                    line.extend_from_slice(b"\r\n");
                    match Command::parse(&line, &self.role) {
                        Err(reply) => Err(reply),
                        Ok(command) => match Box::pin(self.obey(command)).await {
                            Ok(Next::Quit) => {
                                return self.client.flush().await.err().unwrap_or(StreamEnd::Done);
                            }
                            Ok(Next::Command) => Ok(()),
                            Err(end) => return end,
                        },
                    }
                }
            };
            match reply_or_end {
                Ok(()) => self.wrong = 0,
                Err(reply) => {
                    self.client.write_line(reply);
                    self.wrong += 1;
                }
            }
            if self.wrong >= self.store.limits().bad_commands {
                self.client.write_line("421 4.7.0 Too many errors.");
                return self.client.flush().await.err().unwrap_or(StreamEnd::Done);
            }
        }
    }

    async fn obey(&mut self, command: Command<'_>) -> Result<Next, StreamEnd> {
        let request = match command {
            Command::Mail(mail) => {
                self.mail(&mail);
                return Ok(Next::Command);
            }
            Command::Rcpt(to) => {
                let reply = self.recipient(&to).await;
                self.client.write_line(reply);
                return Ok(Next::Command);
            }
            Command::Other(request) => request,
        };
        match request {
            Request::Ehlo { host } | Request::Lhlo { host } => self.greet(&host),
            Request::Helo { host } => self.greet_plainly(&host),
            Request::Data => self.data().await?,
            Request::Rset => {
                self.envelope = None;
                self.client.write_line("250 2.0.0 Forgotten.");
            }
            Request::Noop { .. } => self.client.write_line("250 2.0.0 Here."),
            Request::Vrfy { .. } => self.client.write_line("252 2.5.0 Send it and see."),
            Request::Help { .. } => self.client.write_line("214 2.0.0 RFC 5321 tells."),
            Request::Quit => {
                self.client.write_line("221 2.0.0 Goodbye.");
                return Ok(Next::Quit);
            }
            Request::Auth { .. } | Request::StartTls => {
                self.client.write_line("503 5.5.1 Not here any more.")
            }
            _ => self.client.write_line("502 5.5.1 This command is not offered."),
        }
        Ok(Next::Command)
    }

    /// RFC 5321 §4.1.4: a second greeting forgets the envelope.
    fn greet(&mut self, host: &str) {
        self.greeted = Some(header::safe_host(host));
        self.envelope = None;
        let size = self.store.limits().message_size;
        self.client.write_line(&format!("250-{}", self.store.hostname()));
        self.client.write_line("250-PIPELINING");
        self.client.write_line("250-8BITMIME");
        self.client.write_line("250-ENHANCEDSTATUSCODES");
        self.client.write_line(&format!("250 SIZE {size}"));
    }

    fn greet_plainly(&mut self, host: &str) {
        self.greeted = Some(header::safe_host(host));
        self.envelope = None;
        self.client.write_line(&format!("250 {}", self.store.hostname()));
    }

    fn mail(&mut self, mail: &Mail) {
        let reply = match self.sender(mail) {
            Ok(sender) => {
                self.envelope = Some(Envelope { sender, mailboxes: Vec::new() });
                "250 2.1.0 Sender is fine."
            }
            Err(reply) => reply,
        };
        self.client.write_line(reply);
    }

    fn sender(&self, mail: &Mail) -> Result<String, &'static str> {
        if self.envelope.is_some() {
            return Err("503 5.5.1 One sender is enough.");
        }
        // RFC 1870 §6.1: what is announced too large need not be sent.
        if mail.size.is_some_and(|size| size > self.store.limits().message_size as u64) {
            return Err("552 5.3.4 The message is too large.");
        }
        match (&self.role, &mail.sender) {
            // RFC 8098 §3: a read receipt comes from nobody, so that nothing answers it.
            (_, ReversePath::Null) => Ok(String::new()),
            (Role::Submission { owner }, ReversePath::Mailbox(sender))
                if sender.address().as_ref() == Some(owner) =>
            {
                Ok(owner.to_string())
            }
            (Role::Submission { .. }, _) => {
                Err("553 5.7.1 The sender must be the address you signed in with.")
            }
            // Anybody: whether this mail is wanted was decided by the mail exchanger in front.
            (Role::Lmtp, ReversePath::Mailbox(sender)) => Ok(sender.to_string()),
        }
    }

    async fn recipient(&mut self, to: &ForwardPath) -> &'static str {
        const NO_SUCH: &str = "550 5.1.1 There is no such mailbox here.";
        let most = self.store.limits().recipients;
        let Some(envelope) = &mut self.envelope else { return "503 5.5.1 Name the sender first." };
        if envelope.mailboxes.len() >= most {
            // RFC 5321 §4.5.3.1.10: the client sends the rest in another transaction.
            return "452 4.5.3 Too many recipients.";
        }
        let (address, elsewhere) = match to {
            ForwardPath::Mailbox(mailbox) => {
                (mailbox.address().ok_or(NO_RECIPIENT), "550 5.7.1 Relaying is not set up.")
            }
            // The client named no domain, so it is not told about one.
            ForwardPath::Postmaster => (postmaster(&self.role, &self.store).ok_or(NO_SUCH), NO_SUCH),
        };
        let address = match address {
            Ok(address) => address,
            Err(reply) => return reply,
        };
        match self.store.recipients().resolve(&address).await {
            Ok(Recipient::Local(mailbox)) => {
                envelope.mailboxes.push(mailbox);
                "250 2.1.5 Recipient is fine."
            }
            Ok(Recipient::Unknown) => NO_SUCH,
            Ok(Recipient::Elsewhere) => elsewhere,
            Err(crate::recipients::Unavailable) => {
                "451 4.3.0 The recipient cannot be looked up at the moment."
            }
        }
    }

    async fn data(&mut self) -> Result<(), StreamEnd> {
        let Some(envelope) = self.envelope.take_if(|envelope| !envelope.mailboxes.is_empty()) else {
            // RFC 2033 §4.2: LMTP without an accepted recipient has nobody to answer for.
            self.client.write_line("503 5.5.1 Name a recipient first.");
            return Ok(());
        };
        self.client.write_line("354 End it with a line that holds one dot.");
        self.client.flush().await?;
        let received = Box::pin(receive(self.client, &self.store)).await?;
        let letter = received.and_then(|spool| {
            let trace = Trace {
                greeted: self.greeted.as_deref(),
                hostname: self.store.hostname(),
                sender: &envelope.sender,
                header_size: self.store.limits().header_size,
            };
            Letter::new(spool, &self.role, &trace)
        });
        match (letter, &self.role) {
            (Ok(letter), Role::Submission { owner }) => {
                tracing::info!(
                    id = letter.id(),
                    %owner,
                    sender = letter.sender(),
                    recipients = envelope.mailboxes.len(),
                    "a message was submitted"
                );
                let reply = self.deliver_to_all(letter, envelope.mailboxes).await;
                self.client.write_line(&reply);
            }
            (Ok(letter), Role::Lmtp) => self.deliver_to_each(letter, envelope.mailboxes).await,
            (Err(reply), Role::Submission { .. }) => self.client.write_line(reply),
            // RFC 2033 §4.2: one answer for each recipient, also when all are the same.
            (Err(reply), Role::Lmtp) => envelope.mailboxes.iter().for_each(|_| self.client.write_line(reply)),
        }
        Ok(())
    }

    /// All or none: a client that is told to try again must not make anybody read the message twice. Where one cannot get
    /// it, it is taken back from the others, as far as they have not seen it in that moment.
    async fn deliver_to_all(&self, letter: Letter, mailboxes: Vec<Address>) -> String {
        let store = self.store.clone();
        let id = letter.id().to_owned();
        let delivered = self.cancellation.blocking(move |cancellation| {
            let once = without_repeats(mailboxes);
            let prepare = |to: &Address| {
                cancellation.check()?;
                store.prepare(to, |file| letter.write_to(to, file))
            };
            let prepared = once.iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
            // The last moment: what has begun to go out goes out to all.
            cancellation.check()?;
            publish_all(prepared)
        });
        match delivered.await {
            Ok(()) => format!("250 2.0.0 Delivered as {id}."),
            Err(cause) => try_again(&cause).to_owned(),
        }
    }

    async fn deliver_to_each(&mut self, letter: Letter, mailboxes: Vec<Address>) {
        let letter = Arc::new(letter);
        let mut done: Vec<(Address, &'static str)> = Vec::new();
        for to in mailboxes {
            if let Some((_, reply)) = done.iter().find(|(address, _)| *address == to) {
                self.client.write_line(reply);
                continue;
            }
            let (store, letter, address) = (self.store.clone(), Arc::clone(&letter), to.clone());
            let delivered = self.cancellation.blocking(move |_| {
                store.prepare(&address, |file| letter.write_to(&address, file))?.publish().map(drop)
            });
            let reply = match delivered.await {
                Ok(()) => "250 2.1.5 Delivered.",
                Err(cause) => try_again(&cause),
            };
            self.client.write_line(reply);
            done.push((to, reply));
        }
    }
}

/// RFC 5321 §4.5.1: `postmaster` alone is who looks after mail here. Whoever has signed in means those of her own domain.
fn postmaster(role: &Role, store: &Mailstore) -> Option<Address> {
    let domain = match role {
        Role::Submission { owner } => owner.domain(),
        Role::Lmtp => store.hostname(),
    };
    Address::parse(&format!("postmaster@{domain}")).ok()
}

fn publish_all(prepared: Vec<Prepared>) -> Result<(), MailError> {
    let mut published: Vec<Published> = Vec::with_capacity(prepared.len());
    for letter in prepared {
        match letter.publish() {
            Ok(letter) => published.push(letter),
            Err(cause) => {
                published.into_iter().for_each(Published::retract);
                return Err(cause);
            }
        }
    }
    Ok(())
}

fn without_repeats(mut mailboxes: Vec<Address>) -> Vec<Address> {
    mailboxes.sort();
    mailboxes.dedup();
    mailboxes
}

/// Whatever went wrong with a delivery is ours, and the sender keeps the message.
fn try_again(cause: &MailError) -> &'static str {
    if !matches!(cause, MailError::Stopped) {
        tracing::error!(%cause, source = ?std::error::Error::source(cause), "a message could not be delivered");
    }
    match cause {
        MailError::Unavailable(cause) if is_out_of_space(cause) => NO_ROOM,
        _ => "451 4.3.0 The message could not be stored. Try again later.",
    }
}
