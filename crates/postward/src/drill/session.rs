//! The sessions a drill opens, and what they are doing when the password changes.

use super::credentials::Credentials;
use super::host::Host;
use super::mail::FOLDER;
use super::signed_in_client::SignedInClient;
use postward_authority::Surface;
use postward_testclient::{SignInOutcome, quoted, unexpected};
use serde::Serialize;
use std::io;
use std::os::fd::OwnedFd;

/// What a session is doing when the password changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Scenario {
    /// A folder is selected, and no command is in progress.
    ImapQuiet,
    /// Waiting in IDLE (RFC 2177), as phones do all day.
    ImapIdle,
    /// A large message is being sent, and the client has stopped reading.
    ImapFetching,
    /// Between two commands.
    Pop3Quiet,
    /// Between two commands.
    SmtpQuiet,
    /// Half a message has been sent.
    SmtpData,
    /// A browser, between two pages.
    Webmail,
    /// A browser, between two pages.
    Panel,
}

impl Scenario {
    /// What a session on a surface may be doing. The match is exhaustive, so a new surface does not compile before it
    /// has its scenarios here.
    pub(super) fn of(surface: Surface) -> &'static [Self] {
        match surface {
            Surface::Imap => &[Self::ImapQuiet, Self::ImapIdle, Self::ImapFetching],
            Surface::Pop3 => &[Self::Pop3Quiet],
            Surface::Smtp => &[Self::SmtpQuiet, Self::SmtpData],
            Surface::Webmail => &[Self::Webmail],
            Surface::Panel => &[Self::Panel],
            // Only staff sign in there.
            Surface::Dashboard => &[],
        }
    }

    /// Every scenario on every surface of mailboxes.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        Surface::OF_MAILBOXES.into_iter().flat_map(Self::of).copied()
    }

    /// The surface the session is on.
    pub(super) fn surface(self) -> Surface {
        match self {
            Self::ImapQuiet | Self::ImapIdle | Self::ImapFetching => Surface::Imap,
            Self::Pop3Quiet => Surface::Pop3,
            Self::SmtpQuiet | Self::SmtpData => Surface::Smtp,
            Self::Webmail => Surface::Webmail,
            Self::Panel => Surface::Panel,
        }
    }

    /// Its name in the table.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::ImapQuiet => "IMAP, a folder open",
            Self::ImapIdle => "IMAP, waiting in IDLE",
            Self::ImapFetching => "IMAP, mid-FETCH, not reading",
            Self::Pop3Quiet => "POP3, idle",
            Self::SmtpQuiet => "SMTP, idle",
            Self::SmtpData => "SMTP, mid-DATA",
            Self::Webmail => "webmail, signed in",
            Self::Panel => "user panel, signed in",
        }
    }
}

/// An open session.
pub(super) struct Session {
    pub(super) surface: Surface,
    pub(super) client: SignedInClient,
}

/// Open sessions, in the order in which they were opened.
pub(super) type Sessions = Vec<(Scenario, Session)>;

impl Session {
    /// Signs in and brings the session into a scenario.
    pub(super) async fn open(scenario: Scenario, host: &Host, credentials: &Credentials) -> io::Result<Self> {
        let surface = scenario.surface();
        let mut client = match host.sign_in(surface, credentials).await? {
            SignInOutcome::Opened(client) => client,
            SignInOutcome::Refused(answer) => return Err(unexpected(&answer)),
        };
        enter(&mut client, scenario, &credentials.name).await?;
        Ok(Self { surface, client })
    }

    /// The socket of a connection; browsers have none.
    pub(super) fn socket(&self) -> io::Result<Option<OwnedFd>> {
        self.client.socket()
    }

    /// Whether a session without a command in progress still answers.
    pub(super) async fn responds(&mut self) -> io::Result<bool> {
        match &mut self.client {
            SignedInClient::Imap(imap) => imap.command("NOOP").await.map(|_| true),
            SignedInClient::Pop3(pop3) => pop3.command("NOOP").await.map(|_| true),
            SignedInClient::Smtp(smtp) => smtp.command("NOOP", "250").await.map(|()| true),
            SignedInClient::Browser(browser) => browser.is_signed_in(signed_in_page(self.surface)).await,
        }
    }
}

/// Brings a session into a scenario.
async fn enter(client: &mut SignedInClient, scenario: Scenario, address: &str) -> io::Result<()> {
    match (scenario, client) {
        (Scenario::ImapQuiet, SignedInClient::Imap(imap)) => imap.command("SELECT INBOX").await.map(drop),
        (Scenario::ImapIdle, SignedInClient::Imap(imap)) => {
            imap.command("SELECT INBOX").await?;
            imap.idle().await
        }
        (Scenario::ImapFetching, SignedInClient::Imap(imap)) => {
            imap.command(&format!("EXAMINE {}", quoted(FOLDER))).await?;
            imap.send("FETCH 1 BODY.PEEK[]").await?;
            // The first line shows that the message is being sent. The rest is not read.
            imap.connection.line().await.map(drop)
        }
        (Scenario::SmtpData, SignedInClient::Smtp(smtp)) => {
            smtp.begin(address, address, "Subject: Half a message\r\n\r\nIt never").await
        }
        (Scenario::Pop3Quiet | Scenario::SmtpQuiet | Scenario::Webmail | Scenario::Panel, _) => Ok(()),
        (Scenario::ImapQuiet | Scenario::ImapIdle | Scenario::ImapFetching | Scenario::SmtpData, _) => {
            Err(io::ErrorKind::InvalidInput.into())
        }
    }
}

/// A page of a surface that is shown to signed-in users only and needs nothing of the mail engine.
pub(super) fn signed_in_page(surface: Surface) -> &'static str {
    match surface {
        Surface::Panel => "/panel",
        Surface::Dashboard => "/dashboard/mailboxes",
        _ => "/webmail/account",
    }
}
