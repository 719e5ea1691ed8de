//! SELECT, EXAMINE and STATUS.

use super::list::folder_name;
use crate::error::{MailError, Result};
use crate::flags::Flags;
use crate::imap::completion::Answer;
use crate::imap::selected_folder::{Access, Selected};
use crate::imap::session::{Session, State};
use crate::imap::stream::Going;
use crate::imap::string;
use crate::storage::snapshot::{Message, Snapshot};
use imap_types::mailbox::Mailbox;
use imap_types::status::StatusDataItemName;
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(crate) async fn select(&mut self, mailbox: &Mailbox<'_>, access: Access) -> Going<Answer> {
        // RFC 3501 §6.3.1: whatever comes of it, what was selected before is not any more.
        self.state = State::Authenticated;
        let selected = match self.wire.finish(self.open(mailbox, access)).await? {
            Ok(selected) => selected,
            Err(error) => return Ok(Answer::from_error(&error)),
        };
        let wire = &mut self.wire;
        selected.say_flags(wire);
        wire.say(&format!("* {} EXISTS", selected.exists()));
        wire.say(&format!("* {} RECENT", selected.recents()));
        let snapshot = &selected.snapshot;
        if let Some(unseen) = snapshot.messages.iter().position(is_unseen) {
            wire.say(&format!("* OK [UNSEEN {}] The first unseen message.", unseen + 1));
        }
        wire.say(&format!("* OK [UIDVALIDITY {}] UIDs are valid.", snapshot.uid_validity));
        wire.say(&format!("* OK [UIDNEXT {}] The next UID.", snapshot.uid_next));
        self.state = State::Selected(selected);
        Ok(match access {
            Access::ReadWrite => Answer::ok("[READ-WRITE] The folder is selected."),
            Access::ReadOnly => Answer::ok("[READ-ONLY] The folder is selected."),
        })
    }

    async fn open(&self, mailbox: &Mailbox<'_>, access: Access) -> Result<Selected> {
        let folder = self.mailbox.open(&folder_name(mailbox)?).await?;
        Selected::new(folder, access).await
    }

    pub(crate) async fn status(
        &mut self,
        mailbox: &Mailbox<'_>,
        items: &[StatusDataItemName],
    ) -> Going<Answer> {
        let snapshot = async {
            let folder = self.mailbox.open(&folder_name(mailbox)?).await?;
            Ok::<_, MailError>((folder.name().to_modified_utf7(), folder.snapshot()))
        };
        let (name, snapshot) = match self.wire.wait(snapshot).await? {
            Ok(found) => found,
            Err(error) => return Ok(Answer::from_error(&error)),
        };
        let Some(values) = items.iter().map(|item| status_item(item, &snapshot)).collect::<Option<Vec<_>>>()
        else {
            return Ok(Answer::Bad("This cannot be asked for here."));
        };
        let mut line = b"* STATUS ".to_vec();
        string::astring(&mut line, name.as_bytes());
        line.extend_from_slice(format!(" ({})\r\n", values.join(" ")).as_bytes());
        self.wire.send(&line).await?;
        Ok(Answer::ok("That is how it stands."))
    }
}

fn status_item(item: &StatusDataItemName, snapshot: &Snapshot) -> Option<String> {
    let count = |wanted: fn(&Message) -> bool| snapshot.messages.iter().filter(|m| wanted(m)).count();
    Some(match item {
        StatusDataItemName::Messages => format!("MESSAGES {}", snapshot.messages.len()),
        StatusDataItemName::Recent => format!("RECENT {}", count(Message::is_recent)),
        StatusDataItemName::UidNext => format!("UIDNEXT {}", snapshot.uid_next),
        StatusDataItemName::UidValidity => format!("UIDVALIDITY {}", snapshot.uid_validity),
        StatusDataItemName::Unseen => format!("UNSEEN {}", count(is_unseen)),
        StatusDataItemName::Deleted | StatusDataItemName::DeletedStorage => return None,
    })
}

fn is_unseen(message: &Message) -> bool {
    !message.flags.contains(Flags::SEEN)
}
