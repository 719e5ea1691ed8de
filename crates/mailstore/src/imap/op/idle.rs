//! IDLE (RFC 2177): changes are sent as they happen.

use crate::connection::ClientStream;
use crate::error::MailError;
use crate::imap::completion::Completion;
use crate::imap::selected_folder::{Expunges, SelectedFolder, SentFlags};
use crate::imap::session::{Session, State};
use crate::imap::stream::{Continue, ImapStream, SessionEnd};
use crate::line_stream::StreamEnd;
use std::future::pending;
use std::time::Duration;
use tokio::time::{Instant, interval, sleep_until};

/// How often the directories are read again: other programs, unlike our sessions and deliveries, do not notify us.
const RESCAN_INTERVAL: Duration = Duration::from_mins(1);

impl<S: ClientStream> Session<S> {
    pub(crate) async fn idle(&mut self) -> Continue<Completion> {
        self.stream.write_line("+ Waiting for news.");
        let deadline = Instant::now() + self.mailbox.limits().imap_idle;
        let line = tokio::select! {
            line = async {
                match &mut self.state {
                    State::Selected(selected) => selected.send_updates_until_line(&mut self.stream).await,
                    State::Authenticated => self.stream.line().await,
                }
            } => line?,
            // New mail does not reset the idle timer; only the client does.
            () = sleep_until(deadline) => return Err(SessionEnd::Ended(StreamEnd::TimedOut)),
        };
        if line.trim_ascii().eq_ignore_ascii_case(b"DONE") {
            Ok(Completion::ok("Done waiting."))
        } else {
            Ok(Completion::Bad("DONE was expected."))
        }
    }
}

impl SelectedFolder {
    async fn send_updates_until_line<S: ClientStream>(
        &mut self,
        stream: &mut ImapStream<S>,
    ) -> Continue<Vec<u8>> {
        let mut changes = self.folder.watch();
        let mut rescan = interval(RESCAN_INTERVAL);
        loop {
            self.send_updates(stream, Expunges::Send, &SentFlags::none()).await?;
            // With nothing left to send, `line` is cancel safe.
            stream.flush().await?;
            tokio::select! {
                line = stream.line() => return line,
                changed = changes.changed() => if changed.is_err() { pending::<()>().await },
                // Another error may be gone at the next scan.
                _ = rescan.tick() => if let Err(MailError::NotFound) = self.folder.sync().await {
                    return Err(SelectedFolder::REMOVED);
                },
            }
        }
    }
}
