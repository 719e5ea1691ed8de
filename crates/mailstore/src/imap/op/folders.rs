//! CREATE, DELETE and RENAME (RFC 3501 §6.3.3 to §6.3.5): the tree of folders changes.

use crate::connection::ClientStream;
use crate::folder_name::FolderName;
use crate::imap::command::mailbox_name::folder_name;
use crate::imap::completion::Completion;
use crate::imap::session::{Session, State};
use crate::imap::stream::Continue;
use imap_types::mailbox::Mailbox;

impl<S: ClientStream> Session<S> {
    pub(crate) async fn create(&mut self, mailbox: &Mailbox<'_>) -> Continue<Completion> {
        let done = match folder_name(mailbox) {
            Ok(name) => self.stream.to_completion(self.mailbox.create(&name)).await?,
            Err(error) => Err(error),
        };
        Ok(Completion::from_result(done, "The folder is there."))
    }

    pub(crate) async fn delete(&mut self, mailbox: &Mailbox<'_>) -> Continue<Completion> {
        let name = match folder_name(mailbox) {
            Ok(name) => name,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        let done = self.stream.to_completion(self.mailbox.delete(&name)).await?;
        if done.is_ok() {
            self.deselect(|selected| *selected == name);
        }
        Ok(Completion::from_result(done, "The folder is gone."))
    }

    pub(crate) async fn rename(&mut self, from: &Mailbox<'_>, to: &Mailbox<'_>) -> Continue<Completion> {
        let (from, to) = match (folder_name(from), folder_name(to)) {
            (Ok(from), Ok(to)) => (from, to),
            (Err(error), _) | (_, Err(error)) => return Ok(Completion::from_error(&error)),
        };
        let done = self.stream.to_completion(self.mailbox.rename(&from, &to)).await?;
        // INBOX stays where it is; only its messages go.
        if done.is_ok() && !from.is_inbox() {
            self.deselect(|selected| *selected == from || selected.is_below(&from));
        }
        Ok(Completion::from_result(done, "The folder has its new name."))
    }

    /// A session that deleted or renamed the folder it has selected goes on without one, as after CLOSE. Other sessions
    /// that have it selected are ended (RFC 2180 §3): their sequence numbers have lost their meaning.
    fn deselect(&mut self, removed: impl Fn(&FolderName) -> bool) {
        if let State::Selected(selected) = &self.state
            && removed(selected.folder.name())
        {
            self.state = State::Authenticated;
            self.stream.write_line("* OK The folder was selected. None is now.");
        }
    }
}
