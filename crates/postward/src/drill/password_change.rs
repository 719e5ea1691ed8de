//! Changes the password of the mailbox under drill by one path, in the pages or on the command line, and reads the receipt.

use super::change_path::ChangePath;
use super::credentials::Credentials;
use super::host::Host;
use super::mail;
use super::participants::Participants;
use crate::control::ReceiptRow;
use postward_authority::Surface;
use postward_testclient::{HttpClient, Page, unexpected};
use postward_wire::Secret;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// Does everything up to the one request or command that changes the password.
pub(super) async fn prepare(
    path: ChangePath,
    host: &Host,
    participants: &Participants,
) -> io::Result<PreparedChange> {
    let (owner, mailbox) = (participants.owner.as_ref(), &participants.mailbox);
    match path {
        ChangePath::SecurityTab => dashboard(host, owner, mailbox, "/security").await,
        ChangePath::List => dashboard(host, owner, mailbox, "/password?from=list").await,
        ChangePath::PopUp => dashboard(host, owner, mailbox, "/password?from=edit").await,
        ChangePath::Webmail => {
            let browser = host.signed_in_browser(Surface::Webmail, mailbox).await?;
            PreparedChange::at_form(browser, "/webmail/account", "/webmail/account/password").await
        }
        ChangePath::ForgottenWithCurrent => {
            let page = format!("{RESET}?by=password");
            let prepared = PreparedChange::at_form(host.browser(), &page, RESET).await?;
            Ok(prepared.with("address", &mailbox.name))
        }
        ChangePath::MailedLink => {
            let action = format!("{RESET}/link");
            let link = reset_link(host, participants, &action).await?;
            let prepared = PreparedChange::at_form(host.browser(), &link, &action).await?;
            match &participants.second_factor {
                Some(second_factor) => Ok(prepared.with("code", &second_factor.next_code().await?)),
                None => Ok(prepared),
            }
        }
        ChangePath::RecoveryCode => {
            let code = issued_code(host, mailbox).await?;
            let prepared =
                PreparedChange::at_form(host.browser(), &format!("{RESET}?by=code"), RESET).await?;
            Ok(prepared.with("address", &mailbox.name).with("recovery_code", code.expose()))
        }
        ChangePath::Panel => {
            let browser = host.signed_in_browser(Surface::Panel, mailbox).await?;
            PreparedChange::at_form(browser, "/panel/password", "/panel/password").await
        }
        ChangePath::CommandLine => {
            let child = command(host, &["mailbox", "passwd", &mailbox.name, "--json"])?;
            Ok(PreparedChange::Command(child))
        }
    }
}

/// *Forgot password?* of the webmail.
const RESET: &str = "/webmail/password-reset";

/// A change of the password that is ready to be submitted.
pub(super) enum PreparedChange {
    /// A form, and the browser that shows it.
    Form {
        browser: HttpClient,
        action: String,
        /// The fields it sends besides passwords.
        fields: Vec<(&'static str, String)>,
        asks_current: bool,
    },
    /// A command that waits for the new password.
    Command(Child),
}

impl PreparedChange {
    async fn at_form(mut browser: HttpClient, page: &str, action: &str) -> io::Result<Self> {
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
    pub(super) fn browser(&self) -> Option<HttpClient> {
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
    Page(HttpClient, Page),
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
        .args(&host.config_args)
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

async fn dashboard(
    host: &Host,
    owner: Option<&Credentials>,
    mailbox: &Credentials,
    page: &str,
) -> io::Result<PreparedChange> {
    let owner = owner.ok_or_else(|| io::Error::other("nobody to sign in at the dashboard as"))?;
    let mut browser = host.signed_in_browser(Surface::Dashboard, owner).await?;
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
