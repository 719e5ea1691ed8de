//! One IMAP session: receives commands, dispatches them, and sends their completion.

use super::capability::CAPABILITIES;
use super::command::framing::Frame;
use super::command::parse::{ClientCommand, Malformed, TaggedCommand, tag};
use super::command::sequence_set::MessageSet;
use super::completion::Completion;
use super::op::copy::TransferRequest;
use super::op::store::StoreRequest;
use super::selected_folder::{Access, Expunges, SelectedFolder, SentFlags};
use super::stream::{Continue, ImapStream, SessionEnd};
use crate::connection::ClientStream;
use crate::error::MailError;
use crate::line_stream::StreamEnd;
use crate::storage::mailbox::OpenMailbox;
use crate::storage::transfer::TransferMode;
use imap_types::command::CommandBody;

/// A session after sign-in. Everything in it is small while the client is idle.
pub(crate) struct Session<S> {
    pub(crate) mailbox: OpenMailbox,
    pub(crate) stream: ImapStream<S>,
    pub(crate) state: State,
    /// Commands in a row that could not be parsed.
    bad_commands: u32,
}

/// The state of a session after sign-in (RFC 3501 §3).
pub(crate) enum State {
    Authenticated,
    Selected(SelectedFolder),
}

const READ_ONLY: &str = "[READ-ONLY] The folder is open for reading only.";

impl<S: ClientStream> Session<S> {
    pub(crate) fn new(mailbox: OpenMailbox, stream: ImapStream<S>) -> Self {
        Self { mailbox, stream, state: State::Authenticated, bad_commands: 0 }
    }

    /// Serves the client until one side ends the session.
    pub(crate) async fn serve(mut self) -> StreamEnd {
        let end = loop {
            let frame = match self.stream.frame().await {
                Ok(frame) => frame,
                Err(end) => break end,
            };
            // On the heap while it is answered: the future of an idle session is not as large as its largest command.
            if let Err(end) = Box::pin(self.handle_frame(frame)).await {
                break end;
            }
        };
        self.stream.close_with(end).await
    }

    async fn handle_frame(&mut self, frame: Frame) -> Continue {
        match frame {
            Frame::Command(bytes) => match TaggedCommand::parse(&bytes) {
                Ok(TaggedCommand { tag, command }) => {
                    self.bad_commands = 0;
                    let completion = self.execute(command).await?;
                    self.write_completion(tag, &completion);
                    match completion {
                        Completion::SignedOut => {
                            self.stream.flush().await?;
                            Err(SessionEnd::Ended(StreamEnd::Done))
                        }
                        Completion::Ok(_) | Completion::No(_) | Completion::Bad(_) => Ok(()),
                    }
                }
                Err(Malformed::Tagged(tag)) => self.reject(tag, "This is no command, or not here."),
                Err(Malformed::Untagged) => self.reject("*", "This is no command."),
            },
            Frame::Append { head, message } => {
                let Ok(TaggedCommand { tag, command: ClientCommand::Body(body) }) =
                    TaggedCommand::parse(&head)
                else {
                    return Err(SessionEnd::Bye("This is no command."));
                };
                let completion = self.append(*body, message).await?;
                self.write_completion(tag, &completion);
                Ok(())
            }
            Frame::Oversized(bytes) => {
                self.reject(tag(&bytes).unwrap_or("*"), "[TOOBIG] The command is too long.")
            }
        }
    }

    fn write_completion(&mut self, tag: &str, completion: &Completion) {
        self.stream.write_line(&match completion {
            Completion::Ok(text) => format!("{tag} OK {text}"),
            Completion::No(text) => format!("{tag} NO {text}"),
            Completion::Bad(text) => format!("{tag} BAD {text}"),
            Completion::SignedOut => format!("{tag} OK Signed out."),
        });
    }

    fn reject(&mut self, tag: &str, why: &str) -> Continue {
        self.stream.write_line(&format!("{tag} BAD {why}"));
        self.bad_commands += 1;
        if self.bad_commands < self.mailbox.limits().bad_commands {
            return Ok(());
        }
        Err(SessionEnd::Bye("Too many wrong commands."))
    }

    async fn execute(&mut self, command: ClientCommand<'_>) -> Continue<Completion> {
        let completion = match command {
            ClientCommand::Id => {
                self.stream.write_line("* ID (\"name\" \"Postward\")");
                Completion::ok("Pleased to meet you.")
            }
            ClientCommand::Namespace => {
                self.stream.write_line("* NAMESPACE ((\"\" \".\")) NIL NIL");
                Completion::ok("There is one namespace.")
            }
            ClientCommand::TooDeepSearch => {
                Completion::no("[LIMIT] The keys of this search lie too deep in each other.")
            }
            ClientCommand::Body(body) => return self.execute_body(*body).await,
        };
        Ok(completion)
    }

    async fn execute_body(&mut self, body: CommandBody<'_>) -> Continue<Completion> {
        let completion = match body {
            CommandBody::Capability => {
                self.stream.write_line(&format!("* CAPABILITY {CAPABILITIES}"));
                Completion::ok("That is all.")
            }
            CommandBody::Noop | CommandBody::Check => self.refresh().await?,
            CommandBody::Logout => {
                self.stream.write_line("* BYE Until next time.");
                return Ok(Completion::SignedOut);
            }
            CommandBody::Idle => return self.idle().await,
            CommandBody::List { reference, mailbox_wildcard } => {
                self.list(&reference, &mailbox_wildcard).await?
            }
            CommandBody::Lsub { reference, mailbox_wildcard } => {
                self.lsub(&reference, &mailbox_wildcard).await?
            }
            CommandBody::Create { mailbox } => self.create(&mailbox).await?,
            CommandBody::Delete { mailbox } => self.delete(&mailbox).await?,
            CommandBody::Rename { from, to } => self.rename(&from, &to).await?,
            CommandBody::Subscribe { mailbox } => self.subscribe(&mailbox).await?,
            CommandBody::Unsubscribe { mailbox } => self.unsubscribe(&mailbox).await?,
            CommandBody::Status { mailbox, item_names } => self.status(&mailbox, &item_names).await?,
            CommandBody::Select { mailbox } => return self.select(&mailbox, Access::ReadWrite).await,
            CommandBody::Examine { mailbox } => return self.select(&mailbox, Access::ReadOnly).await,
            body => return self.execute_selected(body).await,
        };
        self.send_updates(Expunges::Send).await?;
        Ok(completion)
    }

    /// The commands that need a selected folder.
    async fn execute_selected(&mut self, body: CommandBody<'_>) -> Continue<Completion> {
        let State::Selected(selected) = &mut self.state else {
            return Ok(Completion::Bad("No folder is selected, or this is not known here."));
        };
        let access = selected.access;
        let (stream, mailbox) = (&mut self.stream, &self.mailbox);
        match body {
            CommandBody::Close if access == Access::ReadWrite => {
                let completion = selected.expunge_silently(stream).await?;
                self.state = State::Authenticated;
                Ok(completion)
            }
            CommandBody::Close | CommandBody::Unselect => {
                self.state = State::Authenticated;
                Ok(Completion::ok("No folder is selected now."))
            }
            CommandBody::Fetch { sequence_set, macro_or_item_names, uid } => {
                let messages = MessageSet::new(&sequence_set, uid);
                selected.fetch(stream, messages, macro_or_item_names).await
            }
            CommandBody::Search { charset, criteria, uid } => {
                selected.search(stream, charset.as_ref(), criteria.as_ref(), uid.into()).await
            }
            CommandBody::Copy { sequence_set, mailbox: to, uid } => {
                let messages = MessageSet::new(&sequence_set, uid);
                let request = TransferRequest { messages, to: &to, mode: TransferMode::Copy };
                selected.transfer(stream, mailbox, request).await
            }
            _ if access == Access::ReadOnly && is_write(&body) => Ok(Completion::no(READ_ONLY)),
            CommandBody::Expunge => selected.expunge(stream, None).await,
            CommandBody::ExpungeUid { sequence_set } => selected.expunge(stream, Some(&sequence_set)).await,
            CommandBody::Store { sequence_set, kind, response, flags, uid } => {
                let messages = MessageSet::new(&sequence_set, uid);
                selected.store(stream, StoreRequest { messages, kind, response, flags: &flags }).await
            }
            CommandBody::Move { sequence_set, mailbox: to, uid } => {
                let messages = MessageSet::new(&sequence_set, uid);
                let request = TransferRequest { messages, to: &to, mode: TransferMode::Move };
                selected.transfer(stream, mailbox, request).await
            }
            _ => Ok(Completion::Bad("This is not known here.")),
        }
    }

    /// NOOP and CHECK: reads the directories again, which other programs may have changed.
    async fn refresh(&mut self) -> Continue<Completion> {
        if let State::Selected(selected) = &self.state {
            match self.stream.until_stopped(selected.folder.sync()).await? {
                Ok(_) => {}
                Err(MailError::NotFound) => return Err(SelectedFolder::REMOVED),
                Err(error) => return Ok(Completion::from_error(&error)),
            }
        }
        Ok(Completion::ok("Done."))
    }

    /// Sends what has changed in the selected folder, if one is selected.
    pub(crate) async fn send_updates(&mut self, expunges: Expunges) -> Continue {
        match &mut self.state {
            State::Selected(selected) => {
                selected.send_updates(&mut self.stream, expunges, &SentFlags::none()).await
            }
            State::Authenticated => Ok(()),
        }
    }
}

/// Whether a command changes the selected folder, and so is refused after EXAMINE.
fn is_write(body: &CommandBody<'_>) -> bool {
    matches!(
        body,
        CommandBody::Expunge
            | CommandBody::ExpungeUid { .. }
            | CommandBody::Store { .. }
            | CommandBody::Move { .. }
    )
}
