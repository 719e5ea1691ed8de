//! The typed configuration: what each section holds, and its defaults.

use super::document::{Document, Section};
use super::engine::{EngineKind, engine};
use super::error::ConfigError;
use super::hostname::LOCALHOST;
use super::limits::{limits, throttle_limits};
use super::relay::{MailerConfig, mailer};
use postward_authority::{Database, Hashing, PasswordPolicy, ThrottleLimits};
use postward_gate::Limits;
use postward_web::{PublicUrl, Scheme, TrustedProxies};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Everything the operator may configure.
#[derive(Debug)]
pub(crate) struct Config {
    /// The name this host gives itself in greetings and on pages.
    pub(crate) hostname: String,
    /// Where store, mail, lock and control socket are.
    pub(crate) data: PathBuf,
    /// The name of this node, unique among the nodes of one store.
    pub(crate) node: String,
    /// How the log is written.
    pub(crate) log: LogFormat,
    /// Where credentials and sessions are kept.
    pub(crate) store: Database,
    /// The keys of second factors, app passwords and mailed links.
    pub(crate) key_file: PathBuf,
    /// The certificate every TLS listener shows.
    pub(crate) certificate: Certificate,
    pub(crate) imap: Listeners,
    pub(crate) pop3: Listeners,
    pub(crate) smtp: Listeners,
    pub(crate) web: Web,
    /// Where LMTP listens, for mail from outside.
    pub(crate) lmtp: Vec<SocketAddr>,
    /// The mail engine.
    pub(crate) engine: EngineKind,
    /// How notices and mailed links are sent.
    pub(crate) mailer: MailerConfig,
    pub(crate) limits: Limits,
    pub(crate) throttle: ThrottleLimits,
    pub(crate) policy: PasswordPolicy,
    pub(crate) hashing: Hashing,
    /// How long a verified password is remembered for mail apps that reconnect; zero switches it off.
    pub(crate) reconnect: Duration,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// One readable line for each event.
    Text,
    /// One JSON object for each event.
    Json,
}

/// The files of a certificate.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    /// The chain, in PEM, the host's own certificate first.
    pub(crate) chain: PathBuf,
    /// Its private key, in PEM.
    pub(crate) key: PathBuf,
}

/// The addresses one mail protocol listens on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listeners {
    /// TLS from the first byte.
    pub(crate) tls: Vec<SocketAddr>,
    /// Plain until STARTTLS, and no password before it.
    pub(crate) starttls: Vec<SocketAddr>,
    /// The same, but passwords are taken without TLS as well: on this machine only.
    pub(crate) plain: Vec<SocketAddr>,
}

/// `[web]`: where the pages are served.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    /// Plain HTTP, for this machine or a proxy in front.
    pub(crate) http: Vec<SocketAddr>,
    /// HTTPS, with the certificate of `[tls]`.
    pub(crate) tls: Vec<SocketAddr>,
    /// The address browsers use, where it is not the host's name with TLS.
    pub(crate) url: Option<PublicUrl>,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub(crate) trusted_proxies: TrustedProxies,
}

impl Config {
    pub(super) fn read(mut document: Document) -> Result<Self, ConfigError> {
        let mut server = document.section("server");
        let hostname = server.parse("hostname", "a host name like \"mail.example.com\"", host_name)?;
        let data = server.path("data")?.unwrap_or_else(|| server.directory().to_owned());
        let node = server.text("node")?.unwrap_or_else(|| "node-1".to_owned());
        let log = server.word("log", &[("text", LogFormat::Text), ("json", LogFormat::Json)])?;
        let key_file = server.path("key_file")?.unwrap_or_else(|| data.join("postward.keys"));
        server.finish()?;

        let mut store = document.section("store");
        let database = database(&mut store, &data)?;
        store.finish()?;

        let mut tls = document.section("tls");
        let chain = tls.path("cert")?.unwrap_or_else(|| data.join("tls/cert.pem"));
        let key = tls.path("key")?.unwrap_or_else(|| data.join("tls/key.pem"));
        tls.finish()?;

        let imap = listeners(document.section("imap"), Ports { tls: 993, starttls: 143 })?;
        let pop3 = listeners(document.section("pop3"), Ports { tls: 995, starttls: 110 })?;
        let smtp = listeners(document.section("smtp"), Ports { tls: 465, starttls: 587 })?;

        let mut web = document.section("web");
        let http = web.addresses("http")?.unwrap_or_else(|| vec![loopback(8080)]);
        on_loopback(&web, "http", "127.0.0.1:8080", &http)?;
        let https = web.addresses("tls")?.unwrap_or_default();
        let expected = "an address without a path, like \"https://mail.example.com\"";
        let url = web.parse("url", expected, |text| PublicUrl::parse(text).ok())?;
        let trusted_proxies = trusted_proxies(&mut web)?;
        web.finish()?;
        let mut lmtp = document.section("lmtp");
        let lmtp_listen = lmtp.addresses("listen")?.unwrap_or_else(|| vec![loopback(24)]);
        lmtp.finish()?;

        let hostname = hostname.unwrap_or_else(|| LOCALHOST.to_owned());
        let engine = engine(document.section("engine"))?;
        let mailer = mailer(document.section("relay"), &hostname)?;
        let limits = limits(document.section("limits"))?;
        let throttle = throttle_limits(document.section("throttle"))?;

        let mut passwords = document.section("passwords");
        let expected = "\"trekmail\" or \"emailarray\"";
        let policy = passwords
            .parse("preset", expected, PasswordPolicy::preset)?
            .unwrap_or_else(PasswordPolicy::trekmail);
        let default = Hashing::default();
        let hashing = Hashing {
            memory_kib: passwords.number("argon2_memory_kib", 8..=4_194_304)?.unwrap_or(default.memory_kib),
            passes: passwords.number("argon2_passes", 1..=100)?.unwrap_or(default.passes),
            at_once: passwords.number("hashes_at_once", 0..=1024)?.map_or(default.at_once, |n| n as usize),
            waiting: passwords.number("hashes_waiting", 1..=100_000)?.map_or(default.waiting, |n| n as usize),
        };
        let reconnect = passwords.duration("reconnect")?.unwrap_or(Duration::from_secs(5 * 60));
        passwords.finish()?;
        document.finish()?;

        Ok(Self {
            hostname,
            data,
            node,
            log: log.unwrap_or(LogFormat::Text),
            store: database,
            key_file,
            certificate: Certificate { chain, key },
            imap,
            pop3,
            smtp,
            web: Web { http, tls: https, url, trusted_proxies },
            lmtp: lmtp_listen,
            engine,
            mailer,
            limits,
            throttle,
            policy,
            hashing,
            reconnect,
        })
    }

    /// Whether browsers must be reaching this host through a proxy: its URL says `https`, and no listener speaks TLS.
    pub(crate) fn is_behind_proxy(&self) -> bool {
        let tls = match &self.web.url {
            Some(url) => url.scheme() == Scheme::Https,
            None => self.hostname != LOCALHOST,
        };
        tls && self.web.tls.is_empty() && !self.web.http.is_empty()
    }
}

#[derive(Clone, Copy)]
enum StoreKind {
    Sqlite,
    Postgres,
}

fn database(store: &mut Section, data: &std::path::Path) -> Result<Database, ConfigError> {
    let kinds = [("sqlite", StoreKind::Sqlite), ("postgres", StoreKind::Postgres)];
    let kind = store.word("kind", &kinds)?.unwrap_or(StoreKind::Sqlite);
    let path = store.path("path")?;
    let url = store.parse(
        "url",
        "an address like \"postgres://postward@db.example.com/postward\"",
        postgres_url,
    )?;
    let url_file = store.path("url_file")?;
    match (kind, path, url, url_file) {
        (StoreKind::Sqlite, path, None, None) => {
            Ok(Database::Sqlite(path.unwrap_or_else(|| data.join("postward.db"))))
        }
        (StoreKind::Sqlite, ..) => {
            Err(store.error("kind", "is \"sqlite\", which takes a path and neither url nor url_file"))
        }
        (StoreKind::Postgres, None, Some(url), None) => Ok(Database::Postgres(url)),
        (StoreKind::Postgres, None, None, Some(file)) => {
            let text = std::fs::read_to_string(&file).map_err(|error| {
                store.error(
                    "url_file",
                    format_args!("names {}, which cannot be read ({error})", file.display()),
                )
            })?;
            postgres_url(text.trim()).map(Database::Postgres).ok_or_else(|| {
                store.error(
                    "url_file",
                    "should name a file that holds one postgres:// address, but it does not",
                )
            })
        }
        (StoreKind::Postgres, ..) => {
            Err(store.error("kind", "is \"postgres\", which takes either url or url_file, and no path"))
        }
    }
}

struct Ports {
    tls: u16,
    starttls: u16,
}

fn listeners(mut section: Section, ports: Ports) -> Result<Listeners, ConfigError> {
    let listeners = Listeners {
        tls: section.addresses("tls")?.unwrap_or_else(|| vec![any_address(ports.tls)]),
        starttls: section.addresses("starttls")?.unwrap_or_else(|| vec![any_address(ports.starttls)]),
        plain: section.addresses("plain")?.unwrap_or_default(),
    };
    on_loopback(&section, "plain", "127.0.0.1:1143", &listeners.plain)?;
    section.finish()?;
    Ok(listeners)
}

/// Refuses plain-text listeners that can be reached from outside (G1).
fn on_loopback(
    section: &Section,
    key: &'static str,
    example: &str,
    addresses: &[SocketAddr],
) -> Result<(), ConfigError> {
    let Some(address) = addresses.iter().find(|address| !address.ip().to_canonical().is_loopback()) else {
        return Ok(());
    };
    let problem = format_args!(
        "should only name loopback addresses like \"{example}\", but {address} can be reached from outside, where no \
         password may travel without TLS"
    );
    Err(section.error(key, problem))
}

fn trusted_proxies(web: &mut Section) -> Result<TrustedProxies, ConfigError> {
    let key = "trusted_proxies";
    let expected = "a list of addresses or networks like [\"127.0.0.1\", \"10.0.0.0/24\"]";
    let entries = web.texts(key, expected)?.unwrap_or_default();
    TrustedProxies::parse(entries.iter().map(String::as_str)).map_err(|error| {
        let should = "should only name addresses or networks like \"127.0.0.1\" or \"10.0.0.0/24\"";
        web.error(key, format_args!("{should}, but {error}"))
    })
}

fn host_name(text: &str) -> Option<String> {
    let labels_ok = text.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    });
    (labels_ok && text.len() <= 253).then(|| text.to_ascii_lowercase())
}

fn postgres_url(text: &str) -> Option<String> {
    (text.starts_with("postgres://") || text.starts_with("postgresql://")).then(|| text.to_owned())
}

fn any_address(port: u16) -> SocketAddr {
    (Ipv4Addr::UNSPECIFIED, port).into()
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
