//! STATUS (RFC 3501 §6.3.10).

use crate::connection::ClientStream;
use crate::error::MailError;
use crate::imap::command::mailbox_name::folder_name;
use crate::imap::completion::Completion;
use crate::imap::session::Session;
use crate::imap::stream::Continue;
use crate::imap::string;
use crate::storage::snapshot::{Message, Snapshot};
use imap_types::mailbox::Mailbox;
use imap_types::status::StatusDataItemName;

impl<S: ClientStream> Session<S> {
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
        StatusDataItemName::Unseen => format!("UNSEEN {}", count(Message::is_unseen)),
        StatusDataItemName::Deleted | StatusDataItemName::DeletedStorage => return None,
    })
}
