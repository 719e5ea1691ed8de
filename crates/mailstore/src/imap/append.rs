//! APPEND (RFC 3501 §6.3.11): a message comes in.

use super::flags::Named;
use super::folders::folder_name;
use super::framing::{Literal, LiteralMode};
use super::selected::Expunges;
use super::session::{Answer, Session};
use super::wire::{Going, Over};
use crate::error::Result;
use crate::folder::{Append, Folder};
use imap_types::command::CommandBody;
use imap_types::flag::Flag;
use imap_types::mailbox::Mailbox;
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Answers an APPEND whose message was announced. What is wrong with it is said before the message is sent, if
    /// the client waits for that.
    pub(super) async fn append(&mut self, head: CommandBody<'_>, message: Literal) -> Going<Answer> {
        let CommandBody::Append { mailbox, flags, date, .. } = head else {
            return Ok(Answer::Bad("This is no command."));
        };
        let (folder, named) = match self.appendable(&mailbox, &flags, message).await? {
            Ok(target) => target,
            Err(answer) if message.mode == LiteralMode::Sync => return Ok(answer),
            Err(answer) => {
                self.discard(message).await?;
                return Ok(answer);
            }
        };
        if message.mode == LiteralMode::Sync {
            self.wire.say("+ Go on.");
        }
        let bytes = self.receive_message(message.len).await?;
        if !self.ends_here().await? {
            return Ok(Answer::Bad("Nothing can follow the message."));
        }
        let append = Append {
            bytes: bytes.into(),
            flags: named.system,
            keywords: named.keywords,
            received: date.map(|date| date.as_ref().timestamp()),
        };
        let appended = match self.wire.finish(folder.append(append)).await? {
            Ok(appended) => appended,
            Err(error) => return Ok(Answer::from_error(&error)),
        };
        self.tell(Expunges::Tell).await?;
        Ok(Answer::Ok(format!("[APPENDUID {} {}] Added.", appended.uid_validity, appended.uid)))
    }

    async fn appendable(
        &self,
        mailbox: &Mailbox<'_>,
        flags: &[Flag<'_>],
        message: Literal,
    ) -> Going<Result<(Folder, Named), Answer>> {
        if message.len > self.mailbox.limits().message_size as u64 {
            // RFC 7889 §4
            return match message.mode {
                LiteralMode::Sync => Ok(Err(Answer::no("[TOOBIG] The message is too large."))),
                LiteralMode::NonSync => Err(Over::Bye("[TOOBIG] The message is too large.")),
            };
        }
        if message.len == 0 {
            return Ok(Err(Answer::no("The message is empty.")));
        }
        let Some(named) = Named::new(flags) else {
            return Ok(Err(Answer::Bad("One of these flags cannot be set.")));
        };
        let folder = async { self.mailbox.open(&folder_name(mailbox)?).await };
        Ok(match self.wire.wait(folder).await? {
            Ok(folder) => Ok((folder, named)),
            Err(error) => Err(Answer::from_target_error(&error)),
        })
    }

    /// Receives the announced bytes. Room is made as they come, not as they are promised.
    async fn receive_message(&mut self, len: u64) -> Going<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            let left = len.saturating_sub(bytes.len() as u64);
            if left == 0 {
                return Ok(bytes);
            }
            bytes.append(&mut self.wire.literal(left).await?);
        }
    }

    /// Takes a message that is on its way and not wanted, and the line end behind it.
    async fn discard(&mut self, message: Literal) -> Going {
        let mut left = message.len;
        while left > 0 {
            left -= self.wire.literal(left).await?.len() as u64;
        }
        self.wire.line().await.map(drop)
    }

    async fn ends_here(&mut self) -> Going<bool> {
        Ok(self.wire.line().await?.trim_ascii().is_empty())
    }
}
