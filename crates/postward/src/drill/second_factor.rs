//! A second factor that is on while the password changes: the old password is refused with a fresh code as it is alone.

use super::change_path::ExpectedSecondFactor;
use super::credentials::Credentials;
use super::host::Host;
use super::mail;
use super::report::TrialResult;
use super::session::{Scenario, Session};
use super::signed_in_client::SignedInClient;
use crate::clock;
use postward_authority::Surface;
use postward_testclient::{Authenticator, HttpClient, SignInOutcome, unexpected};
use postward_wire::Secret;
use std::io;

/// Whether the mailbox has a recovery code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecoveryCode {
    None,
    Issued,
}

/// The second factor of the mailbox under drill: its authenticator, and the app password of its mail apps.
pub(super) struct SecondFactor {
    authenticator: Authenticator,
    /// A code that was refused together with the old password, and so is not used up.
    unspent: Option<String>,
    app_password: Option<Secret>,
}

const ACCOUNT: &str = "/webmail/account";

/// Reads in the webmail whether the mailbox has a recovery code.
pub(super) async fn recovery_code_of(host: &Host, mailbox: &Credentials) -> io::Result<RecoveryCode> {
    let mut webmail = host.signed_in_browser(Surface::Webmail, mailbox).await?;
    let page = webmail.get(&format!("{ACCOUNT}/recovery")).await?;
    sign_out(&mut webmail).await?;
    let none = page.text().contains("Not issued yet");
    Ok(if none { RecoveryCode::None } else { RecoveryCode::Issued })
}

async fn sign_out(webmail: &mut HttpClient) -> io::Result<()> {
    webmail.fill(ACCOUNT, "/webmail/sign-out", &[]).await.map(drop)
}

impl SecondFactor {
    /// Turns it on, and makes the address of `reader` the recovery e-mail. Open sessions stay signed in.
    pub(super) async fn turn_on(
        host: &Host,
        mailbox: &Credentials,
        reader: &Credentials,
    ) -> io::Result<Self> {
        let mut webmail = host.signed_in_browser(Surface::Webmail, mailbox).await?;
        let page = format!("{ACCOUNT}/recovery/email");
        webmail.fill(&page, &page, &[("address", &reader.name)]).await?;
        let verify = "/webmail/recovery-email/verify";
        let mut imap = host.imap(reader).await?;
        let link = mail::mailed_link(&mut imap, "Confirm your recovery e-mail", verify).await?;
        host.browser().fill(&link, verify, &[]).await?;

        let page = format!("{ACCOUNT}/two-factor");
        let begun = webmail.fill(&page, &format!("{page}/begin"), &[]).await?;
        let authenticator = Authenticator::of(&begun.shown("typed-key")?)?;
        let code = authenticator.next_code().await?;
        let on = webmail.fill(&page, &format!("{page}/on"), &[("code", &code)]).await?;
        if on.location() != Some(&page) {
            return Err(unexpected(&on.summary()));
        }
        sign_out(&mut webmail).await?;
        Ok(Self { authenticator, unspent: None, app_password: None })
    }

    /// A code that was not used before.
    pub(super) async fn next_code(&self) -> io::Result<String> {
        self.authenticator.next_code().await
    }

    /// Tries everything that must be refused after the change, and records what was not.
    pub(super) async fn check_refusals(
        &mut self,
        host: &Host,
        old: &Credentials,
        new: &Credentials,
        expected: ExpectedSecondFactor,
        result: &mut TrialResult,
    ) -> io::Result<()> {
        result.second_factor = Some(expected);
        let code = match expected {
            ExpectedSecondFactor::Stays => self.next_code().await?,
            // The second factor is off, so no time step is recorded that the code could collide with.
            ExpectedSecondFactor::GoesOff => self.authenticator.code_at(clock::now().as_second())?,
        };
        let with_code = old.with(&Secret::new(format!("{}{code}", old.password.expose())));
        for surface in Surface::OF_MAILBOXES {
            match opens(host, surface, &with_code).await? {
                false => result.refused_with_code.push(surface),
                true => {
                    result
                        .fail(format!("the old password with a fresh code still opened {}", surface.label()));
                }
            }
            // Where it goes off, the sessions that are opened next show that the new password alone is enough.
            if expected == ExpectedSecondFactor::Stays && opens(host, surface, new).await? {
                result.fail(format!("the new password opened {} without a code", surface.label()));
            }
            if let Some(app_password) = &self.app_password
                && opens(host, surface, &old.with(app_password)).await?
            {
                result.fail(format!("an app password from before still opened {}", surface.label()));
            }
        }
        self.unspent = Some(code);
        Ok(())
    }

    /// Signs in on every surface while it is on: at the webmail with a code on its own page, at the user panel from
    /// there, and for the mail protocols with an app password that is made for them.
    pub(super) async fn session_opener(
        &mut self,
        host: &Host,
        mailbox: &Credentials,
    ) -> io::Result<SessionOpener> {
        let code = match self.unspent.take() {
            // That it is accepted now shows that it was good when it was refused.
            Some(code) => code,
            None => self.next_code().await?,
        };
        let mut webmail = host.browser();
        let fields = [("address", mailbox.name.as_str()), ("password", mailbox.password.expose())];
        webmail.post("/webmail/sign-in", &fields).await?;
        let entered = webmail.post("/webmail/code", &[("code", &code)]).await?;
        if entered.location() != Some("/webmail") {
            return Err(unexpected(&entered.summary()));
        }
        let page = format!("{ACCOUNT}/app-passwords");
        let added = webmail.fill(&page, &page, &[("name", "Drill")]).await?;
        let app_password = Secret::new(added.shown("letters")?);
        let credentials = mailbox.with(&app_password);
        self.app_password = Some(app_password);
        let mut panel = webmail.clone();
        panel.fill(ACCOUNT, "/webmail/user-settings", &[]).await?;
        Ok(SessionOpener { credentials, browsers: Some([webmail, panel]) })
    }
}

/// Opens the sessions a drill works on, with what signs in at the moment.
pub(super) struct SessionOpener {
    /// For every surface that asks for a password.
    credentials: Credentials,
    /// Browsers that are signed in already: the webmail and the user panel.
    browsers: Option<[HttpClient; 2]>,
}

impl SessionOpener {
    /// Signs in with the password on every surface.
    pub(super) fn password(mailbox: &Credentials) -> Self {
        Self { credentials: mailbox.copy(), browsers: None }
    }

    /// Opens a session and brings it into a scenario.
    pub(super) async fn open(&self, scenario: Scenario, host: &Host) -> io::Result<Session> {
        let surface = scenario.surface();
        let signed_in =
            |browser: &HttpClient| Session { surface, client: SignedInClient::Browser(browser.clone()) };
        match (&self.browsers, surface) {
            (Some([webmail, _]), Surface::Webmail) => Ok(signed_in(webmail)),
            (Some([_, panel]), Surface::Panel) => Ok(signed_in(panel)),
            _ => Session::open(scenario, host, &self.credentials).await,
        }
    }
}

/// Whether the credentials sign in on a surface.
async fn opens(host: &Host, surface: Surface, credentials: &Credentials) -> io::Result<bool> {
    Ok(matches!(host.sign_in(surface, credentials).await?, SignInOutcome::Opened(_)))
}
