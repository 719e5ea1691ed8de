//! A host with one mailbox, on loopback, in a throw-away directory.

use crate::engine::Echo;
use postward_authority::{Authority, Database, MailboxId, Receipt, Settings, Timestamp};
use postward_gate::{Encryption, Engine, Gate, Limits, Listener, TlsHandle, tls};
use postward_testclient::{Connection, Endpoint, Trust};
use postward_wire::{Address, Protocol, Secret};
use rustls::pki_types::CertificateDer;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) const ADA: &str = "ada@example.com";
pub(crate) const PASSWORD: &str = "Correct-Horse-7";
pub(crate) const CHANGED: &str = "Another-Horse-8";

pub(crate) struct TestHost {
    pub(crate) authority: Authority,
    pub(crate) gate: Gate,
    pub(crate) tls: TlsHandle,
    pub(crate) trust: Trust,
    pub(crate) ada: MailboxId,
    pub(crate) stop: CancellationToken,
    pub(crate) serving: JoinSet<()>,
    addresses: HashMap<(Protocol, Encryption), SocketAddr>,
    /// Where the store lies, if it is a file.
    #[expect(dead_code, reason = "removed when the host is")]
    directory: Option<TempDir>,
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

impl TestHost {
    pub(crate) async fn new() -> Self {
        Self::with(Engine::Local(Arc::new(Echo::ready())), Limits::default()).await
    }

    pub(crate) async fn limited(limits: Limits) -> Self {
        Self::with(Engine::Local(Arc::new(Echo::ready())), limits).await
    }

    pub(crate) async fn with(engine: Engine, limits: Limits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(directory.path().join("authority.sqlite"));
        Self { directory: Some(directory), ..Self::on(database, engine, limits).await }
    }

    pub(crate) async fn on(database: Database, engine: Engine, limits: Limits) -> Self {
        let now = Timestamp::now();
        // Nothing here is sealed.
        let settings = Settings::on(database, "/nowhere/postward.keys".into());
        let authority = Authority::open(settings, now).await.unwrap();
        let operator = authority.operator(now).await.unwrap();
        authority.add_domain(&operator, operator.account(), "example.com", now).await.unwrap();
        let address = Address::parse(ADA).unwrap();
        let ada = authority.add_mailbox(&operator, &address, secret(PASSWORD), now).await.unwrap();

        let Certificate { config, pem: _, root } = certificate();
        let tls = TlsHandle::new(config);
        let gate = Gate::new(authority.clone(), engine, tls.clone(), "mail.example.com".into(), limits);
        let mut host = Self {
            authority,
            gate,
            tls,
            trust: trust_in(root),
            ada,
            stop: CancellationToken::new(),
            serving: JoinSet::new(),
            addresses: HashMap::new(),
            directory: None,
        };
        for protocol in Protocol::ALL {
            for encryption in [Encryption::Tls, Encryption::StartTls, Encryption::PlainOnLoopback] {
                host.listen(protocol, encryption);
            }
        }
        host
    }

    fn listen(&mut self, protocol: Protocol, encryption: Encryption) {
        let listener = Listener::bind(protocol, encryption, "127.0.0.1:0".parse().unwrap()).unwrap();
        self.addresses.insert((protocol, encryption), listener.address().unwrap());
        let (gate, stop) = (self.gate.clone(), self.stop.clone());
        self.serving.spawn(async move { gate.serve(listener, stop).await });
    }

    pub(crate) fn address(&self, protocol: Protocol, encryption: Encryption) -> SocketAddr {
        self.addresses[&(protocol, encryption)]
    }

    /// A connection with nothing said on it yet.
    pub(crate) async fn connect(&self, protocol: Protocol, encryption: Encryption) -> Connection {
        let address = self.address(protocol, encryption);
        let endpoint = match encryption {
            Encryption::Tls => Endpoint::tls(address, self.trust.clone()),
            Encryption::StartTls | Encryption::PlainOnLoopback => Endpoint::plain(address),
        };
        Connection::open(&endpoint).await.unwrap()
    }

    /// An IMAP session of Ada's, over TLS, in which the engine has spoken.
    pub(crate) async fn session(&self) -> Connection {
        let mut client = self.connect(Protocol::Imap, Encryption::Tls).await;
        assert!(imap_login(&mut client, ADA, PASSWORD).await.starts_with("l OK"));
        client.line_starting("* imap").await.unwrap();
        client
    }

    /// An administrator sets another password.
    pub(crate) async fn reset(&self) -> Receipt {
        self.reset_to(CHANGED).await
    }

    pub(crate) async fn reset_to(&self, new: &str) -> Receipt {
        let operator = self.authority.operator(Timestamp::now()).await.unwrap();
        self.authority.reset(&operator, self.ada, secret(new), Timestamp::now()).await.unwrap()
    }
}

/// Waits for the greeting and signs in to IMAP. Returns the tagged answer.
pub(crate) async fn imap_login(client: &mut Connection, address: &str, password: &str) -> String {
    client.line_starting("* OK").await.unwrap();
    client.send(format!("l LOGIN {address} \"{password}\"\r\n")).await.unwrap();
    client.line_starting("l ").await.unwrap()
}

/// Says that a test cannot run on this machine. On CI every test can.
#[expect(clippy::print_stderr, reason = "whoever runs the tests has to see it")]
pub(crate) fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    eprintln!("skipped: {why}");
}

/// A certificate for `localhost` that vouches for itself.
pub(crate) struct Certificate {
    pub(crate) config: Arc<rustls::ServerConfig>,
    pub(crate) pem: String,
    pub(crate) root: CertificateDer<'static>,
}

pub(crate) fn trust_in(root: CertificateDer<'static>) -> Trust {
    Trust::in_roots("localhost", [root]).unwrap()
}

pub(crate) fn certificate() -> Certificate {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (pem, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let config = tls::server_config(pem.as_bytes(), key.as_bytes()).unwrap();
    Certificate { config, pem, root: made.cert.der().clone() }
}
