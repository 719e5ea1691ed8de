//! `[relay]`: the server that takes mail to addresses on other hosts, and the sender of this host's mail.

use super::document::Section;
use super::error::ConfigError;
use postward_wire::{Address, Secret};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// How the mailer sends: under which address, and through which relay.
#[derive(Debug)]
pub(crate) struct MailerConfig {
    /// The sender's address.
    pub(crate) from: String,
    /// None: mail to addresses on other hosts waits in the outbox.
    pub(crate) relay: Option<Relay>,
}

/// A server that accepts mail to any address from this host.
#[derive(Debug)]
pub(crate) struct Relay {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    /// The file with the certificates to trust, where the public authorities do not do.
    pub(crate) ca: Option<PathBuf>,
    pub(crate) credentials: Option<RelayCredentials>,
}

/// What this host signs in with at the relay.
pub(crate) struct RelayCredentials {
    pub(crate) user: String,
    pub(crate) password: Secret,
}

impl fmt::Debug for RelayCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, password: _ } = self;
        f.debug_struct("RelayCredentials").field("user", user).finish_non_exhaustive()
    }
}

/// How the connection to the relay is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS before anything else; a relay without it is not used.
    StartTls,
    /// None: on this machine only.
    None,
}

impl Encryption {
    /// The default port (RFC 8314, RFC 6409, RFC 5321).
    fn port(self) -> u32 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// Reads the section.
pub(super) fn mailer(mut section: Section, hostname: &str) -> Result<MailerConfig, ConfigError> {
    let host = section.parse("host", "a host name or an address like \"smtp.example.com\"", host)?;
    let port = section.number("port", 1..=65_535)?;
    let kinds = [("tls", Encryption::Tls), ("starttls", Encryption::StartTls), ("none", Encryption::None)];
    let encryption = section.word("encryption", &kinds)?;
    let ca = section.path("ca")?;
    let user = section.text("user")?;
    let password = section.secret("password")?;
    let file = section.path("password_file")?;
    let expected = "an e-mail address like \"no-reply@mail.example.com\"";
    let from = section.parse("from", expected, |text| Address::parse(text).ok())?;
    let from = from.map_or_else(|| format!("no-reply@{hostname}"), |from| from.to_string());

    let Some(host) = host else {
        let others = [port.is_some(), encryption.is_some(), ca.is_some(), user.is_some()];
        if others.contains(&true) || password.is_some() || file.is_some() {
            return Err(section.error("host", "is missing, and without it there is no relay"));
        }
        section.finish()?;
        return Ok(MailerConfig { from, relay: None });
    };
    let encryption = encryption.unwrap_or(Encryption::Tls);
    if encryption == Encryption::None && !is_loopback(&host) {
        let problem = format_args!(
            "should be \"tls\" or \"starttls\": {host} is another machine, and letters with links in them do not \
             travel in clear"
        );
        return Err(section.error("encryption", problem));
    }
    let password = match (password, file) {
        (Some(_), Some(_)) => {
            return Err(
                section.error("password_file", "is given, and password as well, of which one is enough")
            );
        }
        (None, Some(file)) => Some(read_secret_file(&section, &file)?),
        (password, None) => password,
    };
    let credentials = match (user, password) {
        (Some(user), Some(password)) => Some(RelayCredentials { user, password }),
        (None, None) => None,
        (Some(_), None) => {
            return Err(section.error("user", "is given, which also needs password or password_file"));
        }
        (None, Some(_)) => return Err(section.error("user", "is missing, and there is a password")),
    };
    let port = port.unwrap_or(encryption.port());
    let port = u16::try_from(port).map_err(|_| section.error("port", "is too large"))?;
    section.finish()?;
    Ok(MailerConfig { from, relay: Some(Relay { host, port, encryption, ca, credentials }) })
}

/// Reads a secret from a file of one line.
fn read_secret_file(section: &Section, file: &Path) -> Result<Secret, ConfigError> {
    let mut text = std::fs::read_to_string(file).map_err(|error| {
        let file = file.display();
        section.error("password_file", format_args!("names {file}, which cannot be read ({error})"))
    })?;
    text.truncate(text.trim_end_matches(['\n', '\r']).len());
    Ok(Secret::new(text))
}

/// A host name or an IP address, as it may stand in a certificate.
fn host(text: &str) -> Option<String> {
    let named = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    (named || text.parse::<IpAddr>().is_ok()).then(|| text.to_owned())
}

fn is_loopback(host: &str) -> bool {
    host == super::hostname::LOCALHOST
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}
