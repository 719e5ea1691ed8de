//! COPY and MOVE (RFC 6851), with the response code COPYUID of UIDPLUS (RFC 4315).

use crate::connection::ClientStream;
use crate::error::Result;
use crate::imap::command::mailbox_name::folder_name;
use crate::imap::command::sequence_set::{MessageSet, write_set};
use crate::imap::completion::Completion;
use crate::imap::selected_folder::{Expunges, SelectedFolder, SentFlags};
use crate::imap::stream::{Continue, ImapStream};
use crate::storage::folder::Folder;
use crate::storage::mailbox::OpenMailbox;
use crate::storage::transfer::{Copied, TransferMode};
use imap_types::mailbox::Mailbox;

/// What COPY or MOVE asks for.
pub(crate) struct TransferRequest<'c> {
    pub(crate) messages: MessageSet<'c>,
    pub(crate) to: &'c Mailbox<'c>,
    pub(crate) mode: TransferMode,
}

impl SelectedFolder {
    /// Answers COPY and MOVE. The target is a folder of `mailbox`.
    pub(crate) async fn transfer<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
        mailbox: &OpenMailbox,
        request: TransferRequest<'_>,
    ) -> Continue<Completion> {
        let TransferRequest { messages, to, mode } = request;
        let uids = match self.uids(messages) {
            Ok(uids) => uids,
            Err(completion) => return Ok(completion),
        };
        let target = match stream.until_stopped(open_target(mailbox, to)).await? {
            Ok(target) => target,
            Err(error) => return Ok(Completion::from_target_error(&error)),
        };
        let asked = uids.len();
        let copied = match stream.to_completion(self.folder.transfer(uids, &target, mode)).await? {
            Ok(copied) => copied,
            Err(error) => return Ok(Completion::from_error(&error)),
        };
        let code = copy_uid(&copied);
        if let (TransferMode::Move, Some(code)) = (mode, &code) {
            // RFC 6851 §4.3: before the expunges, so that the client knows where its messages went.
            stream.write_line(&format!("* OK {code} Moved."));
        }
        self.send_updates(stream, Expunges::Send, &SentFlags::none()).await?;
        Ok(match (mode, code) {
            // RFC 6851 §3.3: what has moved has moved.
            (TransferMode::Move, _) if !copied.complete => {
                Completion::no("[UNAVAILABLE] Some of these messages are where they were.")
            }
            (_, None) if asked > 0 => Completion::no("[EXPUNGEISSUED] These messages are gone."),
            (TransferMode::Move, _) => Completion::ok("Done."),
            (TransferMode::Copy, Some(code)) => Completion::Ok(format!("{code} Copied.")),
            (TransferMode::Copy, None) => Completion::ok("There was nothing to copy."),
        })
    }
}

async fn open_target(mailbox: &OpenMailbox, to: &Mailbox<'_>) -> Result<Folder> {
    mailbox.open(&folder_name(to)?).await
}

/// `[COPYUID ...]`; `None` where nothing was copied, which RFC 4315 cannot express.
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
