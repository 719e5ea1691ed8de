//! SELECT, EXAMINE and STATUS.

use super::list::folder_name;
use crate::connection::ClientStream;
use crate::error::{MailError, Result};
use crate::flags::Flags;
use crate::imap::completion::Completion;
use crate::imap::selected_folder::{Access, SelectedFolder};
use crate::imap::session::{Session, State};
use crate::imap::stream::Continue;
use crate::imap::string;
use crate::storage::snapshot::{Message, Snapshot};
use imap_types::mailbox::Mailbox;
use imap_types::status::StatusDataItemName;

impl<S: ClientStream> Session<S> {
    pub(crate) async fn select(&mut self, mailbox: &Mailbox<'_>, access: Access) -> Continue<Completion> {
        // RFC 3501 §6.3.1: whatever comes of it, what was selected before is not any more.
        self.state = State::Authenticated;
        let selected = match self.stream.to_completion(self.open(mailbox, access)).await? {
            Ok(selected) => selected,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        let stream = &mut self.stream;
        selected.write_flags(stream);
        stream.write_line(&format!("* {} EXISTS", selected.message_count()));
        stream.write_line(&format!("* {} RECENT", selected.recent_count()));
        let snapshot = &selected.snapshot;
        if let Some(unseen) = snapshot.messages.iter().position(is_unseen) {
            stream.write_line(&format!("* OK [UNSEEN {}] The first unseen message.", unseen + 1));
        }
        stream.write_line(&format!("* OK [UIDVALIDITY {}] UIDs are valid.", snapshot.uid_validity));
        stream.write_line(&format!("* OK [UIDNEXT {}] The next UID.", snapshot.uid_next));
        self.state = State::Selected(selected);
        Ok(match access {
            Access::ReadWrite => Completion::ok("[READ-WRITE] The folder is selected."),
            Access::ReadOnly => Completion::ok("[READ-ONLY] The folder is selected."),
        })
    }

    async fn open(&self, mailbox: &Mailbox<'_>, access: Access) -> Result<SelectedFolder> {
        let folder = self.mailbox.open(&folder_name(mailbox)?).await?;
        SelectedFolder::new(folder, access).await
    }

    pub(crate) async fn status(
        &mut self,
        mailbox: &Mailbox<'_>,
        items: &[StatusDataItemName],
    ) -> Continue<Completion> {
        let snapshot = async {
            let folder = self.mailbox.open(&folder_name(mailbox)?).await?;
            Ok::<_, MailError>((folder.name().to_modified_utf7(), folder.snapshot()))
        };
        let (name, snapshot) = match self.stream.until_stopped(snapshot).await? {
            Ok(found) => found,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        let Some(values) = items.iter().map(|item| status_item(item, &snapshot)).collect::<Option<Vec<_>>>()
        else {
            return Ok(Completion::Bad("This cannot be asked for here."));
        };
        let mut line = b"* STATUS ".to_vec();
        string::astring(&mut line, name.as_bytes());
        line.extend_from_slice(format!(" ({})\r\n", values.join(" ")).as_bytes());
        self.stream.send(&line).await?;
        Ok(Completion::ok("That is how it stands."))
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
