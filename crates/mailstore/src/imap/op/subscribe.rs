//! SUBSCRIBE and UNSUBSCRIBE (RFC 3501 §6.3.6, §6.3.7).

use crate::connection::ClientStream;
use crate::imap::command::mailbox_name::folder_name;
use crate::imap::completion::Completion;
use crate::imap::session::Session;
use crate::imap::stream::Continue;
use imap_types::mailbox::Mailbox;

impl<S: ClientStream> Session<S> {
    pub(crate) async fn subscribe(&mut self, mailbox: &Mailbox<'_>) -> Continue<Completion> {
        let done = match folder_name(mailbox) {
            Ok(name) => self.stream.to_completion(self.mailbox.subscribe(&name)).await?,
            Err(error) => Err(error),
        };
        Ok(Completion::from_result(done, "Subscribed."))
    }

    pub(crate) async fn unsubscribe(&mut self, mailbox: &Mailbox<'_>) -> Continue<Completion> {
        let done = match folder_name(mailbox) {
            Ok(name) => self.stream.to_completion(self.mailbox.unsubscribe(&name)).await?,
            Err(error) => Err(error),
        };
        Ok(Completion::from_result(done, "Unsubscribed."))
    }
}
