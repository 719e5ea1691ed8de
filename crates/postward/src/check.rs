//! `postward check`: checks everything that would keep a server from starting.

use crate::command_error::CommandError;
use crate::config::{self, Config, EngineKind, Listeners, Source};
use crate::data_dir::{DataDir, LockError};
use crate::mailer::Relay;
use crate::open;
use crate::output::{self, Format};
use postward_authority::{Authority, Database};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde::Serialize;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;

/// The result of one check.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    verdict: Verdict,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
}

/// The verdict of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    /// It works, and the operator should look at it.
    Warning,
    /// The server would not start, or would not work.
    Wrong,
}

/// Runs all checks and prints the findings. The exit code is a failure when something is wrong.
pub(crate) async fn run(source: &Source, format: Format) -> Result<ExitCode, CommandError> {
    let findings = findings(source).await;
    match format {
        Format::Json => output::json(&findings),
        Format::Text => findings.iter().for_each(print),
    }
    let wrong = findings.iter().any(|finding| finding.verdict == Verdict::Wrong);
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn findings(source: &Source) -> Vec<Finding> {
    let config = match config::load(source) {
        Ok(config) => config,
        Err(error) => return vec![wrong("configuration", error.to_string())],
    };
    let data = DataDir::at(&config.data);
    let mut findings = vec![ok("configuration", source.file().display().to_string())];
    findings.push(permissions(&data));
    findings.extend(certificate(&config));
    findings.extend(proxies(&config));
    findings.push(relay(&config));
    match data.lock() {
        Ok(_lock) => {
            findings.extend(store(&config).await);
            findings.extend(ports(&config));
        }
        Err(LockError::Locked) => {
            findings.push(ok("server", "it runs: store and ports are its own".to_owned()))
        }
        Err(LockError::Io(error)) => {
            findings.push(wrong("data directory", format!("it cannot be used: {error}")))
        }
    }
    findings
}

fn permissions(data: &DataDir) -> Finding {
    let what = "data directory";
    let path = data.path().display();
    match std::fs::metadata(data.path()) {
        Err(error) => wrong(what, format!("{path}: {error}")),
        Ok(found) if !found.is_dir() => wrong(what, format!("{path} is not a directory")),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            warning(what, format!("{path} can be read by others; chmod 700 {path}"))
        }
        Ok(_) => ok(what, path.to_string()),
    }
}

fn certificate(config: &Config) -> Vec<Finding> {
    let files = &config.certificate;
    let what = "certificate";
    let mut findings = match open::certificate(files) {
        Err(error) => vec![wrong(what, error.to_string())],
        Ok(_) if has_no_intermediate(&files.chain) => vec![warning(
            what,
            format!(
                "{} has no intermediate certificate: mail apps will warn their people",
                files.chain.display()
            ),
        )],
        Ok(_) => vec![ok(what, files.chain.display().to_string())],
    };
    let mode = std::fs::metadata(&files.key).map(|found| found.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        let key = files.key.display();
        findings.push(warning("private key", format!("{key} can be read by others; chmod 600 {key}")));
    }
    findings
}

/// Whether the chain is a single certificate: it is self-signed, or its intermediate certificates are missing, and mail
/// apps warn of both.
fn has_no_intermediate(chain: &Path) -> bool {
    std::fs::read(chain).is_ok_and(|pem| CertificateDer::pem_slice_iter(&pem).count() == 1)
}

/// Behind a proxy that is not trusted, all browsers share one network: the wrong passwords of one client would throttle
/// everybody.
fn proxies(config: &Config) -> Option<Finding> {
    let what = "trusted proxies";
    let trusted = &config.web.trusted_proxies;
    if !trusted.is_empty() {
        return Some(ok(what, trusted.to_string()));
    }
    let warned =
        "none, though browsers come through one: they all count as one; name it in web.trusted_proxies";
    config.is_behind_proxy().then(|| warning(what, warned.to_owned()))
}

/// Where mail of this host can be delivered. Letters without a route wait and log nothing, so the warning is given here.
fn relay(config: &Config) -> Finding {
    let what = "relay";
    match (&config.mailer.relay, &config.engine) {
        (Some(named), _) => match Relay::open(named, &config.mailer.from, &config.hostname) {
            Ok(_) => ok(what, format!("{}:{}, from {}", named.host, named.port, config.mailer.from)),
            Err(error) => wrong(what, error.to_string()),
        },
        (None, EngineKind::Embedded) => {
            let waits = "none: notices reach the mailboxes of this host, and letters to other addresses wait until \
                         relay.host names a server that carries them";
            warning(what, waits.to_owned())
        }
        (None, EngineKind::Remote(_)) => {
            let waits = "none, and mail is kept elsewhere: all notices and letters wait until relay.host names a \
                         server that carries them";
            warning(what, waits.to_owned())
        }
    }
}

async fn store(config: &Config) -> Vec<Finding> {
    let name = match &config.store {
        Database::Sqlite(path) => path.display().to_string(),
        Database::Postgres(_) => "PostgreSQL".to_owned(),
    };
    let authority = match open::authority(config).await {
        Err(error) => return vec![wrong("store", error.to_string())],
        Ok(authority) => authority,
    };
    match authority.ready().await {
        Ok(()) => vec![ok("store", name), key_file(config, &authority).await],
        Err(error) => vec![wrong("store", format!("{name}: {error}"))],
    }
}

/// Whether the key file opens what the store has sealed, and only its owner can read it.
async fn key_file(config: &Config, authority: &Authority) -> Finding {
    let (what, path) = ("key file", config.key_file.display());
    let mode = std::fs::metadata(&config.key_file).map(|found| found.permissions().mode());
    match authority.keys_ready().await {
        Err(error) => wrong(what, format!("{error}: nobody with a second factor or an app password gets in")),
        Ok(()) if mode.is_ok_and(|mode| mode & 0o077 != 0) => {
            warning(what, format!("{path} can be read by others; chmod 600 {path}"))
        }
        Ok(()) => ok(what, path.to_string()),
    }
}

fn ports(config: &Config) -> Vec<Finding> {
    let addresses = |listeners: &Listeners| {
        [listeners.tls.clone(), listeners.starttls.clone(), listeners.plain.clone()].concat()
    };
    let mut all = vec![("IMAP", addresses(&config.imap))];
    if matches!(config.engine, EngineKind::Embedded) {
        all.push(("POP3", addresses(&config.pop3)));
        all.push(("SMTP", addresses(&config.smtp)));
        all.push(("LMTP", config.lmtp.clone()));
    }
    all.push(("web", [config.web.http.clone(), config.web.tls.clone()].concat()));
    let mut findings = Vec::new();
    for (what, addresses) in all {
        for address in addresses {
            findings.push(port(what, address));
        }
    }
    findings
}

fn port(what: &'static str, address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => ok(what, address.to_string()),
        Err(error) => wrong(what, format!("{address} cannot be listened on: {error}")),
    }
}

fn print(finding: &Finding) {
    let verdict = match finding.verdict {
        Verdict::Ok => "ok",
        Verdict::Warning => "warning",
        Verdict::Wrong => "WRONG",
    };
    output::line(format_args!("{verdict:<8} {:<15} {}", finding.what, finding.detail));
}

fn ok(what: &'static str, detail: String) -> Finding {
    Finding { what, verdict: Verdict::Ok, detail }
}

fn warning(what: &'static str, detail: String) -> Finding {
    Finding { what, verdict: Verdict::Warning, detail }
}

fn wrong(what: &'static str, detail: String) -> Finding {
    Finding { what, verdict: Verdict::Wrong, detail }
}
