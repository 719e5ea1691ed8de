//! The JSON file that tells tools where a demo listens and who may sign in with which password.

use super::sample_accounts::{MAILBOXES, OWNER, RESELLER, SampleUser};
use crate::config::Listeners;
use crate::serve::BoundAddresses;
use serde::Serialize;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The content of the file: addresses, ports, CA certificate and credentials of a demo.
#[derive(Debug, Serialize)]
pub(super) struct CredentialsFile {
    pub(super) web: SurfaceUrls,
    pub(super) imap: Port,
    pub(super) pop3: Port,
    pub(super) smtp: Port,
    pub(super) lmtp: Port,
    pub(super) ca_cert: PathBuf,
    owner: StaffCredentials,
    reseller: StaffCredentials,
    mailboxes: Vec<MailboxCredentials>,
}

/// The URLs of the surfaces.
#[derive(Debug, Serialize)]
pub(super) struct SurfaceUrls {
    pub(super) dashboard: String,
    pub(super) webmail: String,
    pub(super) panel: String,
    api: String,
}

/// Where one protocol listens.
#[derive(Debug, Serialize)]
pub(super) struct Port {
    pub(super) host: String,
    pub(super) port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tls_port: Option<u16>,
}

#[derive(Debug, Serialize)]
struct StaffCredentials {
    email: &'static str,
    password: &'static str,
}

#[derive(Debug, Serialize)]
struct MailboxCredentials {
    address: &'static str,
    password: &'static str,
}

impl CredentialsFile {
    /// The content for a demo that listens on `bound`.
    pub(super) fn of(bound: &BoundAddresses, ca_cert: PathBuf) -> Self {
        let web = bound.http.first().map(|address| format!("http://{address}")).unwrap_or_default();
        let page = |path: &str| format!("{web}{path}");
        Self {
            web: SurfaceUrls {
                dashboard: page("/dashboard/"),
                webmail: page("/webmail/"),
                panel: page("/panel/"),
                api: page("/api/v1/"),
            },
            imap: Port::of(&bound.imap),
            pop3: Port::of(&bound.pop3),
            smtp: Port::of(&bound.smtp),
            lmtp: Port::at(bound.lmtp.first(), None),
            ca_cert,
            owner: StaffCredentials::of(&OWNER),
            reseller: StaffCredentials::of(&RESELLER),
            mailboxes: MAILBOXES.iter().map(MailboxCredentials::of).collect(),
        }
    }

    /// Writes the file and renames it into place: a tool that waits for it never reads half of it.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(&part, text)?;
        fs::rename(&part, path)
    }
}

impl Port {
    fn of(listeners: &Listeners) -> Self {
        Self::at(listeners.plain.first(), listeners.tls.first())
    }

    fn at(plain: Option<&SocketAddr>, tls: Option<&SocketAddr>) -> Self {
        Self {
            host: plain.map(|address| address.ip().to_string()).unwrap_or_default(),
            port: plain.map(SocketAddr::port).unwrap_or_default(),
            tls_port: tls.map(SocketAddr::port),
        }
    }
}

impl StaffCredentials {
    fn of(user: &SampleUser) -> Self {
        Self { email: user.address, password: user.password }
    }
}

impl MailboxCredentials {
    fn of(user: &SampleUser) -> Self {
        Self { address: user.address, password: user.password }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails should stop where it fails")]

    use super::*;

    #[test]
    fn tools_find_what_the_design_promises() {
        let at = |port: u16| vec![SocketAddr::from(([127, 0, 0, 1], port))];
        let listeners = |plain, tls| Listeners { tls: at(tls), starttls: Vec::new(), plain: at(plain) };
        let bound = BoundAddresses {
            imap: listeners(1143, 1993),
            pop3: listeners(1110, 1995),
            smtp: listeners(1587, 1465),
            http: at(8080),
            https: Vec::new(),
            lmtp: at(1024),
        };
        let credentials_file =
            serde_json::to_value(CredentialsFile::of(&bound, "/demo/ca.pem".into())).unwrap();
        assert_eq!(credentials_file["web"]["webmail"], "http://127.0.0.1:8080/webmail/");
        assert_eq!(credentials_file["web"]["api"], "http://127.0.0.1:8080/api/v1/");
        assert_eq!(
            credentials_file["imap"],
            serde_json::json!({ "host": "127.0.0.1", "port": 1143, "tls_port": 1993 })
        );
        assert_eq!(credentials_file["lmtp"], serde_json::json!({ "host": "127.0.0.1", "port": 1024 }));
        assert_eq!(credentials_file["ca_cert"], "/demo/ca.pem");
        assert_eq!(credentials_file["owner"]["email"], OWNER.address);
        assert_eq!(credentials_file["reseller"]["password"], RESELLER.password);
        assert!(credentials_file["mailboxes"].as_array().unwrap().len() >= 12);
        assert_eq!(credentials_file["mailboxes"][0]["address"], MAILBOXES[0].address);
    }
}
