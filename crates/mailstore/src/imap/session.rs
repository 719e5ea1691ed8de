//! One session after sign-in: a command comes, something is done, an answer goes.

use super::capability::CAPABILITIES;
use super::command::framing::Frame;
use super::command::parse::{ClientCommand, Malformed, TaggedCommand, tag};
use super::completion::Answer;
use super::selected_folder::{Access, Expunges, Known, Selected};
use super::stream::{Continue, ImapStream, SessionEnd};
use crate::connection::ClientStream;
use crate::error::MailError;
use crate::line_stream::StreamEnd;
use crate::storage::mailbox::OpenMailbox;
use imap_types::command::CommandBody;

/// A session. Everything but `stream` is small while the client is idle.
pub(crate) struct Session<S> {
    pub(crate) mailbox: OpenMailbox,
    pub(crate) stream: ImapStream<S>,
    pub(crate) state: State,
    /// Wrong commands in a row.
    misunderstood: u32,
}

/// Where the session stands (RFC 3501 §3).
pub(crate) enum State {
    Authenticated,
    Selected(Selected),
}

const READ_ONLY: &str = "[READ-ONLY] The folder is open for reading only.";

impl<S: ClientStream> Session<S> {
    pub(crate) fn new(mailbox: OpenMailbox, stream: ImapStream<S>) -> Self {
        Self { mailbox, stream, state: State::Authenticated, misunderstood: 0 }
    }

    /// Serves the client until one of the two has enough.
    pub(crate) async fn serve(mut self) -> StreamEnd {
        let over = loop {
            let frame = match self.stream.frame().await {
                Ok(frame) => frame,
                Err(over) => break over,
            };
            // On the heap, and gone when it is answered: an idle session does not carry the largest of its commands.
            if let Err(over) = Box::pin(self.answer(frame)).await {
                break over;
            }
        };
        self.stream.part(over).await
    }

    async fn answer(&mut self, frame: Frame) -> Continue {
        match frame {
            Frame::Command(bytes) => match TaggedCommand::parse(&bytes) {
                Ok(TaggedCommand { tag, command }) => {
                    self.misunderstood = 0;
                    let answer = self.execute(command).await?;
                    self.say_answer(tag, &answer);
                    match answer {
                        Answer::SignedOut => {
                            self.stream.flush().await?;
                            Err(SessionEnd::Ended(StreamEnd::Done))
                        }
                        Answer::Ok(_) | Answer::No(_) | Answer::Bad(_) => Ok(()),
                    }
                }
                Err(Malformed::Tagged(tag)) => self.misunderstand(tag, "This is no command, or not here."),
                Err(Malformed::Untagged) => self.misunderstand("*", "This is no command."),
            },
            Frame::Append { head, message } => {
                let Ok(TaggedCommand { tag, command: ClientCommand::Body(body) }) =
                    TaggedCommand::parse(&head)
                else {
                    return Err(SessionEnd::Bye("This is no command."));
                };
                let answer = self.append(*body, message).await?;
                self.say_answer(tag, &answer);
                Ok(())
            }
            Frame::Oversized(bytes) => {
                self.misunderstand(tag(&bytes).unwrap_or("*"), "[TOOBIG] The command is too long.")
            }
        }
    }

    fn say_answer(&mut self, tag: &str, answer: &Answer) {
        self.stream.write_line(&match answer {
            Answer::Ok(words) => format!("{tag} OK {words}"),
            Answer::No(words) => format!("{tag} NO {words}"),
            Answer::Bad(words) => format!("{tag} BAD {words}"),
            Answer::SignedOut => format!("{tag} OK Signed out."),
        });
    }

    fn misunderstand(&mut self, tag: &str, why: &str) -> Continue {
        self.stream.write_line(&format!("{tag} BAD {why}"));
        self.misunderstood += 1;
        if self.misunderstood < self.mailbox.limits().bad_commands {
            return Ok(());
        }
        Err(SessionEnd::Bye("Too many wrong commands."))
    }

    async fn execute(&mut self, command: ClientCommand<'_>) -> Continue<Answer> {
        let answer = match command {
            ClientCommand::Id => {
                self.stream.write_line("* ID (\"name\" \"Postward\")");
                Answer::ok("Pleased to meet you.")
            }
            ClientCommand::Namespace => {
                self.stream.write_line("* NAMESPACE ((\"\" \".\")) NIL NIL");
                Answer::ok("There is one namespace.")
            }
            ClientCommand::TooDeepSearch => {
                Answer::no("[LIMIT] The keys of this search lie too deep in each other.")
            }
            ClientCommand::Body(body) => return self.execute_body(*body).await,
        };
        Ok(answer)
    }

    async fn execute_body(&mut self, body: CommandBody<'_>) -> Continue<Answer> {
        let answer = match body {
            CommandBody::Capability => {
                self.stream.write_line(&format!("* CAPABILITY {}", CAPABILITIES));
                Answer::ok("That is all.")
            }
            CommandBody::Noop | CommandBody::Check => self.look().await?,
            CommandBody::Logout => {
                self.stream.write_line("* BYE Until next time.");
                return Ok(Answer::SignedOut);
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
        self.tell(Expunges::Tell).await?;
        Ok(answer)
    }

    /// The commands that need a selected folder.
    async fn execute_selected(&mut self, body: CommandBody<'_>) -> Continue<Answer> {
        let State::Selected(selected) = &mut self.state else {
            return Ok(Answer::Bad("No folder is selected, or this is not known here."));
        };
        let access = selected.access;
        let (stream, mailbox) = (&mut self.stream, &self.mailbox);
        match body {
            CommandBody::Close if access == Access::ReadWrite => {
                let answer = selected.expunge_quietly(stream).await?;
                self.state = State::Authenticated;
                Ok(answer)
            }
            CommandBody::Close | CommandBody::Unselect => {
                self.state = State::Authenticated;
                Ok(Answer::ok("No folder is selected now."))
            }
            CommandBody::Fetch { sequence_set, macro_or_item_names, uid } => {
                selected.fetch(stream, &sequence_set, macro_or_item_names, uid.into()).await
            }
            CommandBody::Search { charset, criteria, uid } => {
                selected.search(stream, charset.as_ref(), criteria.as_ref(), uid.into()).await
            }
            CommandBody::Copy { sequence_set, mailbox: to, uid } => {
                selected.copy(stream, mailbox, &sequence_set, &to, uid.into()).await
            }
            _ if access == Access::ReadOnly && changes(&body) => Ok(Answer::no(READ_ONLY)),
            CommandBody::Expunge => selected.expunge(stream, None).await,
            CommandBody::ExpungeUid { sequence_set } => selected.expunge(stream, Some(&sequence_set)).await,
            CommandBody::Store { sequence_set, kind, response, flags, uid } => {
                selected.store(stream, &sequence_set, (kind, response), &flags, uid.into()).await
            }
            CommandBody::Move { sequence_set, mailbox: to, uid } => {
                selected.move_to(stream, mailbox, &sequence_set, &to, uid.into()).await
            }
            _ => Ok(Answer::Bad("This is not known here.")),
        }
    }

    /// NOOP and CHECK: looks at the disk, where other tools may have been.
    async fn look(&mut self) -> Continue<Answer> {
        if let State::Selected(selected) = &self.state {
            match self.stream.wait(selected.folder.sync()).await? {
                Ok(_) => {}
                Err(MailError::NotFound) => return Err(Selected::GONE),
                Err(error) => return Ok(Answer::from_error(&error)),
            }
        }
        Ok(Answer::ok("Done."))
    }

    /// Tells the client what has happened to the folder it has selected.
    pub(crate) async fn tell(&mut self, expunges: Expunges) -> Continue {
        match &mut self.state {
            State::Selected(selected) => selected.tell(&mut self.stream, expunges, &Known::nothing()).await,
            State::Authenticated => Ok(()),
        }
    }
}

fn changes(body: &CommandBody<'_>) -> bool {
    matches!(
        body,
        CommandBody::Expunge
            | CommandBody::ExpungeUid { .. }
            | CommandBody::Store { .. }
            | CommandBody::Move { .. }
    )
}
