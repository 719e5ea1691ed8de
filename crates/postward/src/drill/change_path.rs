//! Every path by which the password of a mailbox can be changed, taken as a user would take it.

use super::client::SignInOutcome;
use super::client::browser::{Browser, Page};
use super::client::connection::unexpected;
use super::host::{Credentials, Host};
use super::mail;
use super::plan::Participants;
use super::second_factor::ExpectedSecondFactor;
use super::session::Client;
use crate::control::ReceiptRow;
use postward_authority::Surface;
use postward_wire::Secret;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// A path by which the password of a mailbox can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ChangePath {
    /// The form of the Security tab (D5).
    SecurityTab,
    /// The key in the list of mailboxes (D9).
    List,
    /// The pencil in the list of mailboxes (D10).
    PopUp,
    /// *My account* in the webmail (W2).
    Webmail,
    /// *Forgot password?* with the current one, without signing in (W5).
    ForgottenWithCurrent,
    /// *Forgot password?* with a link to the recovery e-mail (W5), while a second factor is on.
    MailedLink,
    /// *Forgot password?* with the recovery code (R1); it turns a second factor off.
    RecoveryCode,
    /// **Password** in the user panel (P2).
    Panel,
    /// `postward mailbox passwd`, through the control socket.
    CommandLine,
}

impl ChangePath {
    /// The paths that begin on a surface. The match is exhaustive, so a new surface does not compile before it has its
    /// paths here; a new path on a surface that exists is found by the test that searches for callers of the authority.
    fn of(surface: Surface) -> &'static [Self] {
        match surface {
            // None of these protocols changes passwords.
            Surface::Imap | Surface::Pop3 | Surface::Smtp => &[],
            Surface::Dashboard => &[Self::SecurityTab, Self::List, Self::PopUp],
            // The recovery code turns off what was turned on for the mailed link.
            Surface::Webmail => {
                &[Self::Webmail, Self::ForgottenWithCurrent, Self::MailedLink, Self::RecoveryCode]
            }
            Surface::Panel => &[Self::Panel],
        }
    }

    /// Every path there is.
    pub(super) fn all() -> Vec<Self> {
        let surfaces = [Surface::Dashboard].into_iter().chain(Surface::OF_MAILBOXES);
        surfaces.flat_map(Self::of).copied().chain([Self::CommandLine]).collect()
    }

    /// The name in the table.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::SecurityTab => "Security tab",
            Self::List => "list form (key)",
            Self::PopUp => "pop-up (pencil)",
            Self::Webmail => "webmail",
            Self::ForgottenWithCurrent => "Forgot password?, current",
            Self::MailedLink => "Forgot password?, mailed link",
            Self::RecoveryCode => "Forgot password?, recovery code",
            Self::Panel => "user panel",
            Self::CommandLine => "command line",
        }
    }

    /// The surface on which a user has to be signed in for this path; none where no session is needed.
    pub(super) fn surface(self) -> Option<Surface> {
        match self {
            Self::SecurityTab | Self::List | Self::PopUp => Some(Surface::Dashboard),
            Self::Webmail => Some(Surface::Webmail),
            Self::Panel => Some(Surface::Panel),
            Self::ForgottenWithCurrent | Self::MailedLink | Self::RecoveryCode | Self::CommandLine => None,
        }
    }

    /// What the path has to leave of a second factor that is on. None for paths that are tried without one.
    pub(super) fn expected_second_factor(self) -> Option<ExpectedSecondFactor> {
        match self {
            Self::MailedLink => Some(ExpectedSecondFactor::Stays),
            Self::RecoveryCode => Some(ExpectedSecondFactor::GoesOff),
            _ => None,
        }
    }

    /// Does everything up to the one request or command that changes the password.
    pub(super) async fn prepare(
        self,
        host: &Host,
        participants: &Participants,
    ) -> io::Result<PreparedChange> {
        let (owner, mailbox) = (participants.owner.as_ref(), &participants.mailbox);
        match self {
            Self::SecurityTab => dashboard(host, owner, mailbox, "/security").await,
            Self::List => dashboard(host, owner, mailbox, "/password?from=list").await,
            Self::PopUp => dashboard(host, owner, mailbox, "/password?from=edit").await,
            Self::Webmail => {
                let browser = browser(host, Surface::Webmail, mailbox).await?;
                PreparedChange::at_form(browser, "/webmail/account", "/webmail/account/password").await
            }
            Self::ForgottenWithCurrent => {
                let page = format!("{RESET}?by=password");
                let prepared = PreparedChange::at_form(host.browser(), &page, RESET).await?;
                Ok(prepared.with("address", &mailbox.name))
            }
            Self::MailedLink => {
                let action = format!("{RESET}/link");
                let link = reset_link(host, participants, &action).await?;
                let prepared = PreparedChange::at_form(host.browser(), &link, &action).await?;
                match &participants.second_factor {
                    Some(second_factor) => Ok(prepared.with("code", &second_factor.next_code().await?)),
                    None => Ok(prepared),
                }
            }
            Self::RecoveryCode => {
                let code = issued_code(host, mailbox).await?;
                let prepared =
                    PreparedChange::at_form(host.browser(), &format!("{RESET}?by=code"), RESET).await?;
                Ok(prepared.with("address", &mailbox.name).with("recovery_code", code.expose()))
            }
            Self::Panel => {
                let browser = browser(host, Surface::Panel, mailbox).await?;
                PreparedChange::at_form(browser, "/panel/password", "/panel/password").await
            }
            Self::CommandLine => {
                let child = command(host, &["mailbox", "passwd", &mailbox.name, "--json"])?;
                Ok(PreparedChange::Command(child))
            }
        }
    }
}

/// *Forgot password?* of the webmail.
const RESET: &str = "/webmail/password-reset";

/// A change of the password that is ready to be submitted.
pub(super) enum PreparedChange {
    /// A form, and the browser that shows it.
    Form {
        browser: Browser,
        action: String,
        /// The fields it sends besides passwords.
        fields: Vec<(&'static str, String)>,
        asks_current: bool,
    },
    /// A command that waits for the new password.
    Command(Child),
}

impl PreparedChange {
    async fn at_form(mut browser: Browser, page: &str, action: &str) -> io::Result<Self> {
        let form = browser.get(page).await?.form(action)?;
        let field = |name| form.value(name).map(|value| (name, value.to_owned()));
        Ok(Self::Form {
            fields: ["csrf", "from", "by", "token"].into_iter().filter_map(field).collect(),
            asks_current: form.value("current").is_some(),
            action: action.to_owned(),
            browser,
        })
    }

    /// The same with a field filled in.
    fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Form { browser, action, mut fields, asks_current } => {
                fields.push((name, value.to_owned()));
                Self::Form { browser, action, fields, asks_current }
            }
            Self::Command(child) => Self::Command(child),
        }
    }

    /// A copy of the browser that changes the password, as it is before the change.
    pub(super) fn browser(&self) -> Option<Browser> {
        match self {
            Self::Form { browser, .. } => Some(browser.clone()),
            Self::Command(_) => None,
        }
    }

    /// Changes the password, and waits for the answer.
    pub(super) async fn submit(self, old: &Secret, new: &Secret) -> io::Result<Answer> {
        match self {
            Self::Form { mut browser, action, fields, asks_current } => {
                let mut fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                fields.extend([("password", new.expose()), ("password_again", new.expose())]);
                fields.extend(asks_current.then_some(("current", old.expose())));
                let page = browser.post(&action, &fields).await?;
                Ok(Answer::Page(browser, page))
            }
            Self::Command(mut child) => {
                if let Some(mut stdin) = child.stdin.take() {
                    stdin.write_all(format!("{}\n", new.expose()).as_bytes()).await?;
                }
                Ok(Answer::Output(child.wait_with_output().await?))
            }
        }
    }
}

/// The answer to a change, not yet parsed.
pub(super) enum Answer {
    Page(Browser, Page),
    Output(std::process::Output),
}

impl Answer {
    /// How many sessions the receipt says have ended, by surface.
    pub(super) async fn receipt(self) -> io::Result<BTreeMap<Surface, u64>> {
        match self {
            Self::Page(mut browser, page) => {
                let Some(next) = page.location().filter(|_| page.status == 303) else {
                    return Err(unexpected(&page.summary()));
                };
                let text = browser.get(next).await?.text();
                receipt_in(&text).ok_or_else(|| io::Error::other(format!("{next} shows no receipt")))
            }
            Self::Output(output) if output.status.success() => {
                let row: ReceiptRow = serde_json::from_slice(&output.stdout)?;
                Ok(row.ended)
            }
            Self::Output(output) => Err(unexpected(String::from_utf8_lossy(&output.stderr).trim())),
        }
    }
}

fn command(host: &Host, arguments: &[&str]) -> io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .args(arguments)
        .args(&host.place)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

/// Issues a recovery code on the command line, as the operator does.
async fn issued_code(host: &Host, mailbox: &Credentials) -> io::Result<Secret> {
    #[derive(Deserialize)]
    struct Issued {
        recovery_code: String,
    }
    let issue = command(host, &["mailbox", "recovery-code", &mailbox.name, "--json"])?;
    let output = issue.wait_with_output().await?;
    if !output.status.success() {
        return Err(unexpected(String::from_utf8_lossy(&output.stderr).trim()));
    }
    let Issued { recovery_code } = serde_json::from_slice(&output.stdout)?;
    Ok(Secret::new(recovery_code))
}

/// Asks for a mailed link, and reads it from the message in the recovery mailbox. Returns the path with the token.
async fn reset_link(host: &Host, participants: &Participants, path: &str) -> io::Result<String> {
    host.browser().post(RESET, &[("by", "mail"), ("address", &participants.mailbox.name)]).await?;
    let mut imap = host.imap(participants.reader()?).await?;
    mail::mailed_link(&mut imap, "Set a new password for your mailbox", path).await
}

pub(super) async fn browser(host: &Host, surface: Surface, credentials: &Credentials) -> io::Result<Browser> {
    match host.sign_in(surface, credentials).await? {
        SignInOutcome::Opened(Client::Browser(browser)) => Ok(browser),
        SignInOutcome::Opened(_) => Err(io::ErrorKind::InvalidInput.into()),
        SignInOutcome::Refused(words) => Err(unexpected(&words)),
    }
}

async fn dashboard(
    host: &Host,
    owner: Option<&Credentials>,
    mailbox: &Credentials,
    page: &str,
) -> io::Result<PreparedChange> {
    let owner = owner.ok_or_else(|| io::Error::other("nobody to sign in at the dashboard as"))?;
    let mut browser = browser(host, Surface::Dashboard, owner).await?;
    let name = mailbox.name.replace('+', "%2B");
    let list = browser.get(&format!("/dashboard/mailboxes?q={name}")).await?;
    let settings = list
        .link_beside(&format!(">{}<", mailbox.name), "/dashboard/mailboxes/")
        .ok_or_else(|| io::Error::other(format!("the dashboard does not list {}", mailbox.name)))?;
    PreparedChange::at_form(browser, &format!("{settings}{page}"), &format!("{settings}/password")).await
}

/// Parses `Ended 3 IMAP, 1 SMTP and 2 webmail sessions.` on a page.
fn receipt_in(text: &str) -> Option<BTreeMap<Surface, u64>> {
    let mut ended: BTreeMap<_, _> = Surface::OF_MAILBOXES.into_iter().map(|surface| (surface, 0)).collect();
    let (_, said) = text.split_once("Password changed.")?;
    let Some((_, counts)) = said.split_once("Ended ") else {
        return said.contains("No session was open.").then_some(ended);
    };
    let counts = counts.split_once(" session")?.0.replace(" and ", ", ");
    for count in counts.split(", ") {
        let (number, label) = count.split_once(' ')?;
        let surface = Surface::OF_MAILBOXES.into_iter().find(|surface| surface.label() == label)?;
        ended.insert(surface, number.parse().ok()?);
    }
    Some(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_read_as_people_read_it() {
        let check = |text: &str, expected: &[u64]| {
            let counts = receipt_in(text).map(|ended| ended.into_values().collect::<Vec<_>>());
            assert_eq!(counts.as_deref(), Some(expected), "{text}");
        };
        check("Password changed. Ended 3 IMAP, 1 SMTP and 2 user panel sessions. Apps", &[3, 0, 1, 0, 2]);
        check("maya@x.example Password changed. Ended 1 webmail session. Apps", &[0, 0, 0, 1, 0]);
        check("Password changed. No session was open.", &[0, 0, 0, 0, 0]);
        assert_eq!(receipt_in("Sign in"), None);
    }
}
