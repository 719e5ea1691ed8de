//! A session of submission or LMTP: mail transactions from MAIL to the delivery of the message (RFC 5321 §3.3).

use super::command::{Command, Mail, NO_RECIPIENT};
use super::header;
use super::path::{ForwardPath, ReversePath};
use super::receive::{NO_ROOM, receive};
use super::received_message::{ReceivedMessage, Trace};
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
    let mut session = Session {
        store,
        role,
        cancellation,
        client_host: None,
        envelope: None,
        bad_commands: 0,
        client: &mut client,
    };
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
    /// The name the client gave for itself in EHLO, HELO or LHLO.
    client_host: Option<String>,
    envelope: Option<Envelope>,
    /// Bad commands in a row.
    bad_commands: u32,
    client: &'a mut LineStream<S>,
}

/// The envelope, from MAIL and RCPT.
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
            let parsed = match line {
                Line::TooLong => Err("500 5.5.2 The line is too long."),
                Line::Whole(mut line) => {
                    line.extend_from_slice(b"\r\n");
                    match Command::parse(&line, &self.role) {
                        Err(reply) => Err(reply),
                        Ok(command) => match Box::pin(self.execute(command)).await {
                            Ok(Next::Quit) => {
                                return self.client.flush().await.err().unwrap_or(StreamEnd::Done);
                            }
                            Ok(Next::Command) => Ok(()),
                            Err(end) => return end,
                        },
                    }
                }
            };
            match parsed {
                Ok(()) => self.bad_commands = 0,
                Err(reply) => {
                    self.client.write_line(reply);
                    self.bad_commands += 1;
                }
            }
            if self.bad_commands >= self.store.limits().bad_commands {
                self.client.write_line("421 4.7.0 Too many errors.");
                return self.client.flush().await.err().unwrap_or(StreamEnd::Done);
            }
        }
    }

    async fn execute(&mut self, command: Command<'_>) -> Result<Next, StreamEnd> {
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
            Request::Helo { host } => self.greet_without_extensions(&host),
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

    /// EHLO or LHLO. RFC 5321 §4.1.4: it resets the transaction.
    fn greet(&mut self, host: &str) {
        self.client_host = Some(header::safe_host(host));
        self.envelope = None;
        let size = self.store.limits().message_size;
        self.client.write_line(&format!("250-{}", self.store.hostname()));
        self.client.write_line("250-PIPELINING");
        self.client.write_line("250-8BITMIME");
        self.client.write_line("250-ENHANCEDSTATUSCODES");
        self.client.write_line(&format!("250 SIZE {size}"));
    }

    fn greet_without_extensions(&mut self, host: &str) {
        self.client_host = Some(header::safe_host(host));
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
        // RFC 1870 §6.1: a message that is announced too large is refused before it is sent.
        if mail.size.is_some_and(|size| size > self.store.limits().message_size as u64) {
            return Err("552 5.3.4 The message is too large.");
        }
        match (&self.role, &mail.sender) {
            // RFC 8098 §3: read receipts have a null reverse-path.
            (_, ReversePath::Null) => Ok(String::new()),
            (Role::Submission { owner }, ReversePath::Mailbox(sender))
                if sender.address().as_ref() == Some(owner) =>
            {
                Ok(owner.to_string())
            }
            (Role::Submission { .. }, _) => {
                Err("553 5.7.1 The sender must be the address you signed in with.")
            }
            // Any sender: the mail exchanger in front has decided whether to accept the mail.
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
            // The client named no domain, so the reply names none.
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
            // RFC 2033 §4.2: LMTP without an accepted recipient refuses DATA.
            self.client.write_line("503 5.5.1 Name a recipient first.");
            return Ok(());
        };
        self.client.write_line("354 End it with a line that holds one dot.");
        self.client.flush().await?;
        let received = Box::pin(receive(self.client, &self.store)).await?;
        let message = received.and_then(|spool| {
            let trace = Trace {
                client_host: self.client_host.as_deref(),
                hostname: self.store.hostname(),
                sender: &envelope.sender,
                header_size: self.store.limits().header_size,
            };
            ReceivedMessage::new(spool, &self.role, &trace)
        });
        match (message, &self.role) {
            (Ok(message), Role::Submission { owner }) => {
                tracing::info!(
                    id = message.id(),
                    %owner,
                    sender = message.sender(),
                    recipients = envelope.mailboxes.len(),
                    "a message was submitted"
                );
                let reply = self.deliver_to_all(message, envelope.mailboxes).await;
                self.client.write_line(&reply);
            }
            (Ok(message), Role::Lmtp) => self.deliver_to_each(message, envelope.mailboxes).await,
            (Err(reply), Role::Submission { .. }) => self.client.write_line(reply),
            // RFC 2033 §4.2: one answer for each recipient, also when all are the same.
            (Err(reply), Role::Lmtp) => envelope.mailboxes.iter().for_each(|_| self.client.write_line(reply)),
        }
        Ok(())
    }

    /// Delivers to all recipients or to none, since the client repeats a failed submission for all. If one delivery fails,
    /// the message is removed from the other INBOXes, unless a session has claimed it there.
    async fn deliver_to_all(&self, message: ReceivedMessage, mailboxes: Vec<Address>) -> String {
        let store = self.store.clone();
        let id = message.id().to_owned();
        let delivered = self.cancellation.blocking(move |cancellation| {
            let mailboxes = deduplicated(mailboxes);
            let prepare = |to: &Address| {
                cancellation.check()?;
                store.prepare(to, |file| message.write_to(to, file))
            };
            let prepared = mailboxes.iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
            // The last check: a delivery that has begun is completed for all.
            cancellation.check()?;
            publish_all(prepared)
        });
        match delivered.await {
            Ok(()) => format!("250 2.0.0 Delivered as {id}."),
            Err(cause) => try_again(&cause).to_owned(),
        }
    }

    async fn deliver_to_each(&mut self, message: ReceivedMessage, mailboxes: Vec<Address>) {
        let message = Arc::new(message);
        let mut done: Vec<(Address, &'static str)> = Vec::new();
        for to in mailboxes {
            if let Some((_, reply)) = done.iter().find(|(address, _)| *address == to) {
                self.client.write_line(reply);
                continue;
            }
            let (store, message, address) = (self.store.clone(), Arc::clone(&message), to.clone());
            let delivered = self.cancellation.blocking(move |_| {
                store.prepare(&address, |file| message.write_to(&address, file))?.publish().map(drop)
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

/// The address of `<postmaster>` (RFC 5321 §4.5.1): in submission that of the owner's domain, in LMTP that of this host.
fn postmaster(role: &Role, store: &Mailstore) -> Option<Address> {
    let domain = match role {
        Role::Submission { owner } => owner.domain(),
        Role::Lmtp => store.hostname(),
    };
    Address::parse(&format!("postmaster@{domain}")).ok()
}

fn publish_all(prepared: Vec<Prepared>) -> Result<(), MailError> {
    let mut published: Vec<Published> = Vec::with_capacity(prepared.len());
    for message in prepared {
        match message.publish() {
            Ok(message) => published.push(message),
            Err(cause) => {
                published.into_iter().for_each(Published::retract);
                return Err(cause);
            }
        }
    }
    Ok(())
}

fn deduplicated(mut mailboxes: Vec<Address>) -> Vec<Address> {
    mailboxes.sort();
    mailboxes.dedup();
    mailboxes
}

/// The reply to a failed delivery. Every failure is temporary: the sender keeps the message.
fn try_again(cause: &MailError) -> &'static str {
    if !matches!(cause, MailError::Stopped) {
        tracing::error!(%cause, source = ?std::error::Error::source(cause), "a message could not be delivered");
    }
    match cause {
        MailError::Unavailable(cause) if is_out_of_space(cause) => NO_ROOM,
        _ => "451 4.3.0 The message could not be stored. Try again later.",
    }
}
