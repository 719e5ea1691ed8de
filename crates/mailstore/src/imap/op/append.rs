//! APPEND (RFC 3501 §6.3.11): a message is received and added to a folder.

use crate::connection::ClientStream;
use crate::crlf::CrlfEnds;
use crate::error::Result;
use crate::imap::command::flag_list::FlagList;
use crate::imap::command::mailbox_name::folder_name;
use crate::imap::completion::Completion;
use crate::imap::selected_folder::Expunges;
use crate::imap::session::Session;
use crate::imap::stream::{Continue, SessionEnd};
use crate::storage::append::Append;
use crate::storage::cancellation::blocking;
use crate::storage::folder::Folder;
use crate::storage::spool::{Fill, Spool};
use imap_types::command::CommandBody;
use imap_types::flag::Flag;
use imap_types::mailbox::Mailbox;
use postward_wire::imap::literal::{LiteralHeader, LiteralMode};
use tokio::time::timeout;

impl<S: ClientStream> Session<S> {
    /// Answers an APPEND whose message was announced. A refusal is sent before the message, if the client waits for the
    /// continuation request.
    pub(crate) async fn append(
        &mut self,
        head: CommandBody<'_>,
        message: LiteralHeader,
    ) -> Continue<Completion> {
        let CommandBody::Append { mailbox, flags, date, .. } = head else {
            return Ok(Completion::Bad("This is no command."));
        };
        let (folder, named) = match self.append_target(&mailbox, &flags, message).await? {
            Ok(target) => target,
            Err(completion) if message.mode == LiteralMode::Sync => return Ok(completion),
            Err(completion) => {
                self.discard(message).await?;
                return Ok(completion);
            }
        };
        if message.mode == LiteralMode::Sync {
            self.stream.write_line("+ Go on.");
        }
        let in_time = self.mailbox.limits().message_time;
        let received = timeout(in_time, self.receive_message(message.size)).await;
        let received = received.unwrap_or(Err(SessionEnd::Bye("The message took too long.")))?;
        if !self.at_line_end().await? {
            return Ok(Completion::Bad("Nothing can follow the message."));
        }
        let spool = match received {
            Ok(spool) => spool,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        let append = Append {
            octets: spool.into(),
            flags: named.system,
            keywords: named.keywords,
            received: date.map(|date| date.as_ref().timestamp()),
        };
        let appended = match self.stream.to_completion(folder.append(append)).await? {
            Ok(appended) => appended,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        self.send_updates(Expunges::Send).await?;
        Ok(Completion::Ok(format!("[APPENDUID {} {}] Added.", appended.uid_validity, appended.uid)))
    }

    /// The target folder and the flags, or why the message is refused.
    async fn append_target(
        &self,
        mailbox: &Mailbox<'_>,
        flags: &[Flag<'_>],
        message: LiteralHeader,
    ) -> Continue<Result<(Folder, FlagList), Completion>> {
        if message.size > self.mailbox.limits().message_size as u64 {
            // RFC 7889 §4
            return match message.mode {
                LiteralMode::Sync => Ok(Err(Completion::no("[TOOBIG] The message is too large."))),
                LiteralMode::NonSync => Err(SessionEnd::Bye("[TOOBIG] The message is too large.")),
            };
        }
        if message.size == 0 {
            return Ok(Err(Completion::no("The message is empty.")));
        }
        let Some(named) = FlagList::new(flags) else {
            return Ok(Err(Completion::Bad("One of these flags cannot be set.")));
        };
        let folder = async { self.mailbox.open(&folder_name(mailbox)?).await };
        Ok(match self.stream.until_stopped(folder).await? {
            Ok(folder) => Ok((folder, named)),
            Err(error) => Err(Completion::from_target_error(&error)),
        })
    }

    /// Receives the announced octets and changes line ends to CRLF. An error of the spool is returned only when all have
    /// been received, which is where the client waits for the completion.
    async fn receive_message(&mut self, len: u64) -> Continue<Result<Spool>> {
        let (mut ends, mut left) = (CrlfEnds::default(), len);
        let mut spool = Ok(self.mailbox.spool());
        while left > 0 {
            let piece = self.stream.literal(left).await?;
            left -= piece.len() as u64;
            spool = match spool {
                Ok(mut spool) => match spool.push(&ends.fix(&piece)) {
                    Fill::Room => Ok(spool),
                    Fill::Full => blocking(move || spool.spill().map(|()| spool).map_err(Into::into)).await,
                },
                failed => failed,
            };
        }
        Ok(spool)
    }

    /// Receives and drops a message that is refused, and the line end behind it.
    async fn discard(&mut self, message: LiteralHeader) -> Continue {
        let mut left = message.size;
        while left > 0 {
            left -= self.stream.literal(left).await?.len() as u64;
        }
        self.at_line_end().await.map(drop)
    }

    /// Receives the rest of the line; whether it is empty.
    async fn at_line_end(&mut self) -> Continue<bool> {
        let line = self.stream.line().await?;
        // Another literal follows, whose content must not be taken for a command (RFC 7888 §4).
        if line.trim_ascii_end().ends_with(b"+}") {
            return Err(SessionEnd::Bye("Nothing can follow the message."));
        }
        Ok(line.trim_ascii().is_empty())
    }
}
