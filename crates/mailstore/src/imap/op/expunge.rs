//! EXPUNGE, UID EXPUNGE (RFC 4315) and what CLOSE removes.

use crate::connection::ClientStream;
use crate::flags::Flags;
use crate::imap::command::sequence_set::NumberSet;
use crate::imap::completion::Completion;
use crate::imap::selected_folder::{Expunges, SelectedFolder, SentFlags};
use crate::imap::stream::{Continue, ImapStream};
use imap_types::sequence::SequenceSet;

impl SelectedFolder {
    /// Answers EXPUNGE and UID EXPUNGE: removes the messages that are flagged `\Deleted`, or those of them in the set.
    pub(crate) async fn expunge<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        within: Option<&SequenceSet>,
    ) -> Continue<Completion> {
        let uids = self.deleted(within);
        let removed = stream.to_completion(self.folder.expunge(uids)).await?;
        // Also when it failed in the middle: what is gone is gone.
        self.send_updates(stream, Expunges::Send, &SentFlags::none()).await?;
        Ok(match removed {
            Ok(_) => Completion::ok("Expunged."),
            Err(error) => Completion::from_error(&error),
        })
    }

    /// Answers CLOSE: removes them, and sends no EXPUNGE responses (RFC 3501 §6.4.2).
    pub(crate) async fn expunge_silently<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
    ) -> Continue<Completion> {
        Ok(match stream.to_completion(self.folder.expunge(self.deleted(None))).await? {
            Ok(_) => Completion::ok("No folder is selected now."),
            Err(error) => Completion::from_error(&error),
        })
    }

    fn deleted(&self, within: Option<&SequenceSet>) -> Vec<u32> {
        let now = self.folder.snapshot();
        let largest = self.snapshot.messages.last().map_or(0, |m| m.uid);
        let within = within.map(|set| NumberSet::new(set, largest));
        let marked = now.messages.iter().filter(|m| m.flags.contains(Flags::DELETED)).map(|m| m.uid);
        marked.filter(|uid| within.as_ref().is_none_or(|numbers| numbers.contains(*uid))).collect()
    }
}
