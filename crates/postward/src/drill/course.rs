//! All ways, one after the other: each ends what the password of the one before it has opened.

use super::client::Tried;
use super::client::connection::unexpected;
use super::client::imap::Imap;
use super::host::{Host, Login};
use super::mail::{self, Fingerprint};
use super::report::{LeftOut, Report};
use super::round::walk;
use super::session::{Client, Posture, Session};
use super::way::Way;
use crate::cli::secret;
use crate::problem::Problem;
use postward_authority::Surface;
use std::io;
use std::sync::Arc;

/// Who takes part.
pub(super) struct Course {
    pub(super) host: Arc<Host>,
    pub(super) mailbox: Login,
    pub(super) bystander: Option<Login>,
    pub(super) owner: Option<Login>,
}

/// Open sessions, in the order in which they were opened.
type Sessions = Vec<(Posture, Session)>;

impl Course {
    /// Walks every way. What goes wrong on the way is in the report; an error is a drill that could not be held.
    pub(super) async fn run(mut self) -> Result<Report, Problem> {
        let mut report = Report {
            address: self.mailbox.name.clone(),
            passed: true,
            ways: Vec::new(),
            left_out: Vec::new(),
        };
        let begin = async {
            mail::prepare(&mut imap(&self.host, &self.mailbox).await?).await?;
            let bystanders = match &self.bystander {
                Some(login) => quiet_sessions(&self.host, login).await?,
                None => Vec::new(),
            };
            let (fingerprint, sessions) = self.open().await?;
            io::Result::Ok((bystanders, fingerprint, sessions))
        };
        let begun = begin.await.map_err(|error| Problem::new(format!("The drill cannot begin: {error}.")))?;
        let (mut bystanders, fingerprint, mut sessions) = begun;
        for way in Way::all() {
            if way.surface() == Some(Surface::Dashboard) && self.owner.is_none() {
                report.left_out.push(LeftOut { way, why: "which needs --owner" });
                continue;
            }
            let new = secret::generated();
            let walked = walk(way, &self.host, self.owner.as_ref(), &self.mailbox, &new, sessions).await;
            let failed = |error| Problem::new(format!("The change through {} failed: {error}.", way.words()));
            let mut row = walked.map_err(failed)?;
            self.mailbox = self.mailbox.with(&new);
            for bystander in &mut bystanders {
                row.bystanders += 1;
                if !matches!(bystander.serves().await, Ok(true)) {
                    row.problem(format!("a bystander's {} session has ended", bystander.surface.label()));
                }
            }
            let after = self.open().await.map_err(|error| {
                Problem::new(format!(
                    "After the change through {} the new password fails: {error}.",
                    way.words()
                ))
            })?;
            row.mail_unchanged = after.0.keeps(&fingerprint);
            if !row.mail_unchanged {
                row.problem("the mail is not what it was".to_owned());
            }
            sessions = after.1;
            report.passed &= row.problems.is_empty();
            report.ways.push(row);
        }
        Ok(report)
    }

    /// Opens a session of every kind with the password of the hour, and looks at the mail through the first.
    async fn open(&self) -> io::Result<(Fingerprint, Sessions)> {
        let mut sessions = Sessions::new();
        let mut fingerprint = None;
        for posture in Posture::all() {
            let mut session = Session::open(posture, &self.host, &self.mailbox).await?;
            if let (None, Client::Imap(imap)) = (&fingerprint, &mut session.client) {
                fingerprint = Some(Fingerprint::take(imap).await?);
            }
            sessions.push((posture, session));
        }
        let fingerprint = fingerprint.ok_or_else(|| io::Error::other("no IMAP session to look through"))?;
        Ok((fingerprint, sessions))
    }
}

/// A session at every door, with nothing under way.
async fn quiet_sessions(host: &Host, login: &Login) -> io::Result<Vec<Session>> {
    let mut sessions = Vec::new();
    for surface in Surface::OF_MAILBOXES {
        match host.sign_in(surface, login).await? {
            Tried::Opened(client) => sessions.push(Session { surface, client }),
            Tried::Refused(words) => return Err(unexpected(&words)),
        }
    }
    Ok(sessions)
}

/// Takes the drill's folder away.
pub(super) async fn tidy_up(host: &Host, login: &Login) -> io::Result<()> {
    mail::tidy_up(&mut imap(host, login).await?).await
}

async fn imap(host: &Host, login: &Login) -> io::Result<Imap> {
    match host.sign_in(Surface::Imap, login).await? {
        Tried::Opened(Client::Imap(imap)) => Ok(imap),
        Tried::Opened(_) => Err(io::ErrorKind::InvalidInput.into()),
        Tried::Refused(words) => Err(unexpected(&words)),
    }
}
