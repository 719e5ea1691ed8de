//! The order of a drill: every change path, one after the other. Each has to end the sessions that the password of the
//! one before it has opened.

use super::change_path::{ChangePath, ExpectedSecondFactor};
use super::credentials::Credentials;
use super::host::Host;
use super::mail::{self, Fingerprint};
use super::participants::Participants;
use super::report::{Report, Skipped, TrialResult};
use super::second_factor::{self, RecoveryCode, SecondFactor, SessionOpener};
use super::session::{Scenario, Session, Sessions};
use super::signed_in_client::SignedInClient;
use super::trial::run_trial;
use crate::command_error::CommandError;
use crate::password_input;
use postward_authority::Surface;
use postward_testclient::{SignInOutcome, unexpected};
use postward_wire::Secret;
use std::io;
use std::sync::Arc;

/// A drill that is about to start.
pub(super) struct Plan {
    pub(super) host: Arc<Host>,
    pub(super) target: Target,
    pub(super) participants: Participants,
}

/// The host that is drilled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A demo: nothing on it is in use.
    Demo,
    /// A host in use. Its mailbox must not be left with a second factor on, or with another recovery e-mail, should the
    /// drill be interrupted.
    RealHost,
}

impl Plan {
    /// Tries every change path. A broken promise is in the report; an error means that the drill could not be carried out.
    pub(super) async fn run(mut self) -> Result<Report, CommandError> {
        let mut report = Report {
            address: self.participants.mailbox.name.clone(),
            passed: true,
            paths: Vec::new(),
            skipped: Vec::new(),
        };
        let preparation = async {
            mail::prepare(&mut self.host.imap(&self.participants.mailbox).await?).await?;
            let recovery_code =
                second_factor::recovery_code_of(&self.host, &self.participants.mailbox).await?;
            let bystanders = match &self.participants.bystander {
                Some(credentials) => idle_sessions(&self.host, credentials).await?,
                None => Vec::new(),
            };
            let (fingerprint, sessions) = self.open().await?;
            io::Result::Ok((recovery_code, bystanders, fingerprint, sessions))
        };
        let prepared = preparation
            .await
            .map_err(|error| CommandError::new(format!("The drill cannot begin: {error}.")))?;
        let (recovery_code, mut bystanders, fingerprint, mut sessions) = prepared;
        for path in ChangePath::all() {
            if let Some(why) = skip_reason(path, self.target, self.participants.owner.as_ref(), recovery_code)
            {
                report.skipped.push(Skipped { path, why });
                continue;
            }
            let new = password_input::generated();
            let mut result = self.try_path(path, &new, sessions).await.map_err(|error| {
                CommandError::new(format!("The change through {} failed: {error}.", path.label()))
            })?;
            for bystander in &mut bystanders {
                result.bystanders += 1;
                if !matches!(bystander.responds().await, Ok(true)) {
                    result.fail(format!("a bystander's {} session has ended", bystander.surface.label()));
                }
            }
            let after = self.open().await.map_err(|error| {
                CommandError::new(format!(
                    "After the change through {} the new password fails: {error}.",
                    path.label()
                ))
            })?;
            let difference = after.0.difference(&fingerprint);
            result.mail_unchanged = difference.is_none();
            if let Some(what) = difference {
                result.fail(format!("the mail is not what it was: {what} has changed"));
            }
            sessions = after.1;
            report.passed &= result.problems.is_empty();
            report.paths.push(result);
        }
        Ok(report)
    }

    /// Tries one change path, with a second factor on where the path decides over one.
    async fn try_path(
        &mut self,
        path: ChangePath,
        new: &Secret,
        sessions: Sessions,
    ) -> io::Result<TrialResult> {
        if path.expected_second_factor().is_some() && self.target == Target::Demo {
            self.turn_on_second_factor().await?;
        }
        let mut result = run_trial(path, &self.host, &self.participants, new, sessions).await?;
        let with_new = self.participants.mailbox.with(new);
        let old = std::mem::replace(&mut self.participants.mailbox, with_new);
        if let (Some(second_factor), Some(expected)) =
            (&mut self.participants.second_factor, path.expected_second_factor())
        {
            second_factor
                .check_refusals(&self.host, &old, &self.participants.mailbox, expected, &mut result)
                .await?;
            if expected == ExpectedSecondFactor::GoesOff {
                self.participants.second_factor = None;
            }
        }
        Ok(result)
    }

    /// Turns a second factor on where it is off, with the bystander as the recovery e-mail.
    async fn turn_on_second_factor(&mut self) -> io::Result<()> {
        let participants = &mut self.participants;
        if participants.second_factor.is_none() {
            let reader = participants.reader()?;
            let turned_on = SecondFactor::turn_on(&self.host, &participants.mailbox, reader).await?;
            participants.second_factor = Some(turned_on);
        }
        Ok(())
    }

    /// Opens a session for every scenario with the current credentials, and takes the fingerprint of the mailbox by the
    /// first.
    async fn open(&mut self) -> io::Result<(Fingerprint, Sessions)> {
        let (host, mailbox) = (&self.host, &self.participants.mailbox);
        let session_opener = match &mut self.participants.second_factor {
            Some(second_factor) => second_factor.session_opener(host, mailbox).await?,
            None => SessionOpener::password(mailbox),
        };
        let mut sessions = Sessions::new();
        let mut fingerprint = None;
        for scenario in Scenario::all() {
            let mut session = session_opener.open(scenario, host).await?;
            if let (None, SignedInClient::Imap(imap)) = (&fingerprint, &mut session.client) {
                fingerprint = Some(Fingerprint::take(imap).await?);
            }
            sessions.push((scenario, session));
        }
        let fingerprint = fingerprint.ok_or_else(|| io::Error::other("no IMAP session to look through"))?;
        Ok((fingerprint, sessions))
    }
}

/// Why a change path is not tried; none where it is.
fn skip_reason(
    path: ChangePath,
    target: Target,
    owner: Option<&Credentials>,
    code: RecoveryCode,
) -> Option<&'static str> {
    match (path, target) {
        (ChangePath::MailedLink, Target::RealHost) => {
            Some("which a drill of a demo does: it names a recovery e-mail and turns a second factor on")
        }
        (ChangePath::RecoveryCode, Target::RealHost) if code == RecoveryCode::Issued => {
            Some("which would use up the code its owner keeps")
        }
        _ if path.surface() == Some(Surface::Dashboard) && owner.is_none() => Some("which needs --owner"),
        _ => None,
    }
}

/// A session on every surface of mailboxes, with no command in progress.
async fn idle_sessions(host: &Host, credentials: &Credentials) -> io::Result<Vec<Session>> {
    let mut sessions = Vec::new();
    for surface in Surface::OF_MAILBOXES {
        match host.sign_in(surface, credentials).await? {
            SignInOutcome::Opened(client) => sessions.push(Session { surface, client }),
            SignInOutcome::Refused(answer) => return Err(unexpected(&answer)),
        }
    }
    Ok(sessions)
}

/// Removes the drill's folder.
pub(super) async fn remove_folder(host: &Host, credentials: &Credentials) -> io::Result<()> {
    mail::remove(&mut host.imap(credentials).await?).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_an_owner_keeps_is_used_up_on_a_real_host() {
        let owner = Credentials { name: "owner@x.example".to_owned(), password: Secret::new(String::new()) };
        let check = |target, owner: Option<&Credentials>, code, expected: &[ChangePath]| {
            let mut skipped = ChangePath::all();
            skipped.retain(|path| skip_reason(*path, target, owner, code).is_some());
            assert_eq!(skipped, expected);
        };
        check(Target::Demo, Some(&owner), RecoveryCode::None, &[]);
        check(Target::RealHost, Some(&owner), RecoveryCode::None, &[ChangePath::MailedLink]);
        check(
            Target::RealHost,
            Some(&owner),
            RecoveryCode::Issued,
            &[ChangePath::MailedLink, ChangePath::RecoveryCode],
        );
        let dashboard =
            [ChangePath::SecurityTab, ChangePath::List, ChangePath::PopUp, ChangePath::MailedLink];
        check(Target::RealHost, None, RecoveryCode::None, &dashboard);
    }
}
