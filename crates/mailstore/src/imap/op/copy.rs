//! COPY, MOVE (RFC 6851) and EXPUNGE, with the answers of UIDPLUS (RFC 4315).

use super::list::folder_name;
use crate::connection::ClientStream;
use crate::error::Result;
use crate::flags::Flags;
use crate::imap::command::sequence_set::{NumberKind, NumberSet, write_set};
use crate::imap::completion::Completion;
use crate::imap::selected_folder::{Expunges, SelectedFolder, SentFlags};
use crate::imap::stream::{Continue, ImapStream};
use crate::storage::folder::Folder;
use crate::storage::mailbox::OpenMailbox;
use crate::storage::transfer::Copied;
use imap_types::mailbox::Mailbox;
use imap_types::sequence::SequenceSet;

impl SelectedFolder {
    pub(crate) async fn copy<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        mailbox: &OpenMailbox,
        set: &SequenceSet,
        to: &Mailbox<'_>,
        kind: NumberKind,
    ) -> Continue<Completion> {
        let uids = match self.uids(set, kind) {
            Ok(uids) => uids,
            Err(answer) => return Ok(answer),
        };
        let target = match stream.until_stopped(open_target(mailbox, to)).await? {
            Ok(target) => target,
            Err(error) => return Ok(Completion::from_target_error(&error)),
        };
        let asked = uids.len();
        let copied = match stream.to_completion(self.folder.copy_to(uids, &target)).await? {
            Ok(copied) => copied,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        self.send_updates(stream, Expunges::Send, &SentFlags::none()).await?;
        Ok(match copy_uid(&copied) {
            Some(code) => Completion::Ok(format!("{code} Copied.")),
            None if asked > 0 => Completion::no("[EXPUNGEISSUED] These messages are gone."),
            None => Completion::ok("There was nothing to copy."),
        })
    }

    pub(crate) async fn move_to<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        mailbox: &OpenMailbox,
        set: &SequenceSet,
        to: &Mailbox<'_>,
        kind: NumberKind,
    ) -> Continue<Completion> {
        let uids = match self.uids(set, kind) {
            Ok(uids) => uids,
            Err(answer) => return Ok(answer),
        };
        let target = match stream.until_stopped(open_target(mailbox, to)).await? {
            Ok(target) => target,
            Err(error) => return Ok(Completion::from_target_error(&error)),
        };
        let asked = uids.len();
        let moved = match stream.to_completion(self.folder.move_to(uids, &target)).await? {
            Ok(moved) => moved,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        let code = copy_uid(&moved);
        if let Some(code) = &code {
            // RFC 6851 §4.3: before the expunges, so that the client knows where its messages went.
            stream.write_line(&format!("* OK {code} Moved."));
        }
        self.send_updates(stream, Expunges::Send, &SentFlags::none()).await?;
        Ok(match code {
            // RFC 6851 §3.3: what has moved has moved.
            _ if !moved.complete => {
                Completion::no("[UNAVAILABLE] Some of these messages are where they were.")
            }
            None if asked > 0 => Completion::no("[EXPUNGEISSUED] These messages are gone."),
            Some(_) | None => Completion::ok("Done."),
        })
    }

    /// Removes what is marked as deleted: all of it, or what is also in the set (UID EXPUNGE).
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

    /// CLOSE: the same, and the client hears nothing of it (RFC 3501 §6.4.2).
    pub(crate) async fn expunge_quietly<S: ClientStream>(
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

async fn open_target(mailbox: &OpenMailbox, to: &Mailbox<'_>) -> Result<Folder> {
    mailbox.open(&folder_name(to)?).await
}

/// `[COPYUID ...]`; nothing where nothing was copied, for which RFC 4315 has no words.
fn copy_uid(copied: &Copied) -> Option<String> {
    if copied.uids.is_empty() {
        return None;
    }
    let (from, to): (Vec<u32>, Vec<u32>) = copied.uids.iter().copied().unzip();
    let mut code = format!("[COPYUID {} ", copied.uid_validity);
    write_set(&mut code, &from);
    code.push(' ');
    write_set(&mut code, &to);
    code.push(']');
    Some(code)
}
