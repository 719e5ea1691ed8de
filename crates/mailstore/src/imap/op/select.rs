//! SELECT and EXAMINE (RFC 3501 §6.3.1, §6.3.2).

use crate::connection::ClientStream;
use crate::error::Result;
use crate::imap::command::mailbox_name::folder_name;
use crate::imap::completion::Completion;
use crate::imap::selected_folder::{Access, SelectedFolder};
use crate::imap::session::{Session, State};
use crate::imap::stream::Continue;
use crate::storage::snapshot::Message;
use imap_types::mailbox::Mailbox;

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
        if let Some(unseen) = snapshot.messages.iter().position(Message::is_unseen) {
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
}
