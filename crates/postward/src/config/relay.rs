//! `[relay]`: how letters get out to addresses elsewhere, and who they come from.

use super::ConfigError;
use super::document::Section;
use postward_wire::{Address, Secret};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Who letters come from, and which server carries them to others.
#[derive(Debug)]
pub(crate) struct Post {
    /// The sender's address.
    pub(crate) from: String,
    /// None: letters to addresses elsewhere wait.
    pub(crate) relay: Option<Relay>,
}

/// A server that takes mail for everybody from us.
#[derive(Debug)]
pub(crate) struct Relay {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    /// The file with the certificates to trust, where they are not those everybody trusts.
    pub(crate) ca: Option<PathBuf>,
    pub(crate) login: Option<RelayLogin>,
}

/// How we sign in at the relay.
pub(crate) struct RelayLogin {
    pub(crate) user: String,
    pub(crate) password: Secret,
}

impl fmt::Debug for RelayLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, password: _ } = self;
        f.debug_struct("RelayLogin").field("user", user).finish_non_exhaustive()
    }
}

/// How the connection to the relay is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is said that matters, or not at all.
    StartTls,
    /// None: on this machine only.
    None,
}

impl Encryption {
    /// RFC 8314, RFC 6409, RFC 5321.
    fn port(self) -> u32 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// Reads the section.
pub(super) fn post(mut section: Section, hostname: &str) -> Result<Post, ConfigError> {
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
            return Err(section.complaint("host", "is missing, and without it there is no relay"));
        }
        section.finish()?;
        return Ok(Post { from, relay: None });
    };
    let encryption = encryption.unwrap_or(Encryption::Tls);
    if encryption == Encryption::None && !is_here(&host) {
        let problem = format_args!(
            "should be \"tls\" or \"starttls\": {host} is another machine, and letters with links in them do not \
             travel in clear"
        );
        return Err(section.complaint("encryption", problem));
    }
    let password = match (password, file) {
        (Some(_), Some(_)) => {
            return Err(
                section.complaint("password_file", "is given, and password as well, of which one is enough")
            );
        }
        (None, Some(file)) => Some(secret_in(&section, &file)?),
        (password, None) => password,
    };
    let login = match (user, password) {
        (Some(user), Some(password)) => Some(RelayLogin { user, password }),
        (None, None) => None,
        (Some(_), None) => {
            return Err(section.complaint("user", "is given, which also needs password or password_file"));
        }
        (None, Some(_)) => return Err(section.complaint("user", "is missing, and there is a password")),
    };
    let port = port.unwrap_or(encryption.port());
    let port = u16::try_from(port).map_err(|_| section.complaint("port", "is too large"))?;
    section.finish()?;
    Ok(Post { from, relay: Some(Relay { host, port, encryption, ca, login }) })
}

/// The one line of a file that nobody else should read.
fn secret_in(section: &Section, file: &Path) -> Result<Secret, ConfigError> {
    let mut text = std::fs::read_to_string(file).map_err(|error| {
        let file = file.display();
        section.complaint("password_file", format_args!("names {file}, which cannot be read ({error})"))
    })?;
    text.truncate(text.trim_end_matches(['\n', '\r']).len());
    Ok(Secret::new(text))
}

/// A name that can be dialled and stand in a certificate.
fn host(text: &str) -> Option<String> {
    let named = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    (named || text.parse::<IpAddr>().is_ok()).then(|| text.to_owned())
}

fn is_here(host: &str) -> bool {
    host == super::LOCALHOST || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}
