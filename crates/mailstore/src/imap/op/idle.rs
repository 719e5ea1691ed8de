//! IDLE (RFC 2177): the client hears of changes as they happen.

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

/// Our own sessions and deliveries tell at once; what another tool puts into the directory has to be looked for.
const LOOK_EVERY: Duration = Duration::from_mins(1);

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
            // Mail that comes in is no sign of life from the client.
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
        let mut news = self.folder.watch();
        let mut look = interval(LOOK_EVERY);
        loop {
            self.send_updates(stream, Expunges::Send, &SentFlags::none()).await?;
            // With nothing left to be sent, waiting for a line can be given up and taken up again.
            stream.flush().await?;
            tokio::select! {
                line = stream.line() => return line,
                changed = news.changed() => if changed.is_err() { pending::<()>().await },
                // Another trouble of ours may be over at the next look.
                _ = look.tick() => if let Err(MailError::NotFound) = self.folder.sync().await {
                    return Err(SelectedFolder::REMOVED);
                },
            }
        }
    }
}
