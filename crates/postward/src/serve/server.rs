//! A running server: every service started in order, and stopped in the reverse order.

use super::engine::{EmbeddedEngine, GateEngine, RecipientLookup, remote};
use crate::clock;
use crate::command_error::CommandError;
use crate::config::{Certificate, Config, EngineKind, LOCALHOST, Listeners};
use crate::control;
use crate::data_dir::{DataDir, DataDirLock, LockError};
use crate::mailer::{LetterTemplate, MailWorker, Relay, Routes};
use crate::open;
use postward_authority::Authority;
use postward_gate::{Encryption, Engine, Gate, Listener, TlsHandle};
use postward_mailstore::Mailstore;
use postward_web::{PublicUrl, Site, Transport};
use postward_wire::Protocol;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How much longer than the configured drain time the services may take before they are aborted.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

/// A server that listens.
pub(crate) struct Server {
    authority: Authority,
    mailstore: Option<Mailstore>,
    certificate: Certificate,
    tls: TlsHandle,
    bound: BoundAddresses,
    drain: Duration,
    /// The listeners of mail, web, LMTP and control socket, and the mailer.
    services: JoinSet<()>,
    stop_services: CancellationToken,
    /// What must outlive the services: the watch over the store.
    watch: JoinSet<()>,
    stop_watch: CancellationToken,
    _lock: DataDirLock,
}

/// The addresses a server listens on, with the ports the system chose where port 0 was given.
#[derive(Clone, Debug, Default)]
pub(crate) struct BoundAddresses {
    pub(crate) imap: Listeners,
    pub(crate) pop3: Listeners,
    pub(crate) smtp: Listeners,
    pub(crate) http: Vec<SocketAddr>,
    pub(crate) https: Vec<SocketAddr>,
    pub(crate) lmtp: Vec<SocketAddr>,
}

impl Server {
    /// Starts all services or none: everything that can fail is done before the first connection is accepted.
    pub(crate) async fn start(config: Config) -> Result<Self, CommandError> {
        let data = DataDir::at(&config.data);
        let path = data.path().display();
        data.create().map_err(|error| CommandError::new(format!("{path} cannot be made: {error}.")))?;
        let lock = data.lock().map_err(|error| match error {
            LockError::Locked => CommandError::new(format!("Another server or command holds {path}.")),
            LockError::Io(error) => CommandError::new(format!("{path} cannot be used: {error}.")),
        })?;
        let tls = TlsHandle::new(open::certificate(&config.certificate)?);
        let sockets = BoundSockets::bind(&config)?;
        let control = control::server::bind(&data.control_socket()).map_err(|error| {
            let socket = data.control_socket();
            CommandError::new(format!("The control socket {} cannot be made: {error}.", socket.display()))
        })?;
        let relay = config.mailer.relay.as_ref();
        let relay =
            relay.map(|relay| Relay::open(relay, &config.mailer.from, &config.hostname)).transpose()?;
        let authority = open::authority(&config).await?;

        let (engine, mailstore) = match &config.engine {
            EngineKind::Embedded => {
                let mailstore = open_mailstore(&data, &config, &authority)?;
                (Engine::Local(Arc::new(EmbeddedEngine(mailstore.clone()))), Some(mailstore))
            }
            EngineKind::Remote(remote_config) => (Engine::Remote(Arc::new(remote(remote_config)?)), None),
        };
        let gate =
            Gate::new(authority.clone(), engine, tls.clone(), config.hostname.clone(), config.limits.clone());
        let url = public_url(&config, &sockets.bound)?;
        let mut site = Site::new(authority.clone(), Arc::new(GateEngine(gate.clone())), url.clone());
        site.trusted_proxies = config.web.trusted_proxies.clone();
        let template = LetterTemplate {
            brand: site.brand.clone(),
            hostname: config.hostname.clone(),
            from: config.mailer.from.clone(),
        };
        let routes = Routes { mailstore: mailstore.clone(), relay };
        let mailer = MailWorker::new(authority.clone(), url, template, routes);

        let mut server = Self {
            authority: authority.clone(),
            mailstore: mailstore.clone(),
            certificate: config.certificate,
            tls: tls.clone(),
            bound: sockets.bound,
            drain: config.limits.drain,
            services: JoinSet::new(),
            stop_services: CancellationToken::new(),
            watch: JoinSet::new(),
            stop_watch: CancellationToken::new(),
            _lock: lock,
        };
        let (watching, stop_watch) = (authority.clone(), server.stop_watch.clone());
        server.watch.spawn(async move { watching.run_sweep(clock::now, stop_watch).await });
        for listener in sockets.mail {
            let gate = gate.clone();
            server.spawn_service(|stop| async move { gate.serve(listener, stop).await });
        }
        let router = postward_web::router(site);
        for (listener, encryption) in sockets.web {
            let tls = tls.clone();
            let transport = match encryption {
                Encryption::Tls => Transport::Tls(Arc::new(move || tls.current())),
                Encryption::StartTls | Encryption::PlainOnLoopback => Transport::Plain,
            };
            let router = router.clone();
            server.spawn_service(|stop| async move {
                postward_web::serve(listener, transport, router, stop).await
            });
        }
        if let Some(mailstore) = mailstore {
            for listener in sockets.lmtp {
                let mailstore = mailstore.clone();
                server.spawn_service(|stop| async move {
                    if let Err(error) = postward_mailstore::serve_lmtp(listener, mailstore, stop).await {
                        tracing::error!(%error, "delivery by LMTP has ended");
                    }
                });
            }
        }
        server.spawn_service(|stop| mailer.run(stop));
        server.spawn_service(|stop| control::server::serve(control, authority, stop));
        Ok(server)
    }

    fn spawn_service<F>(&mut self, serve: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.services.spawn(serve(self.stop_services.clone()));
    }

    /// The authority of this server.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The mail store of the built-in engine; none with a remote engine.
    pub(crate) fn mailstore(&self) -> Option<&Mailstore> {
        self.mailstore.as_ref()
    }

    /// The addresses it listens on.
    pub(crate) fn bound(&self) -> &BoundAddresses {
        &self.bound
    }

    /// Logs the addresses it listens on.
    pub(crate) fn announce(&self) {
        let BoundAddresses { imap, pop3, smtp, http, https, lmtp } = &self.bound;
        for (protocol, listeners) in [("imap", imap), ("pop3", pop3), ("smtp", smtp)] {
            let Listeners { tls, starttls, plain } = listeners;
            tracing::info!(protocol, ?tls, ?starttls, ?plain, "listening");
        }
        tracing::info!(?http, ?https, "listening for browsers");
        tracing::info!(?lmtp, "listening for delivery");
    }

    /// Reads the certificate again. If it cannot be used, the old one stays in use.
    pub(crate) fn reload(&self) {
        let chain = self.certificate.chain.display();
        match open::certificate(&self.certificate) {
            Ok(config) => {
                self.tls.replace(config);
                tracing::info!(certificate = %chain, "reloaded; open connections keep the old certificate");
            }
            Err(error) => tracing::error!(%error, "not reloaded; the old certificate stays in force"),
        }
    }

    /// Stops listening, waits for what is in progress until the drain time is over, and ends the rest. Every task has
    /// ended when this returns.
    pub(crate) async fn stop(mut self) {
        tracing::info!("stopping");
        self.stop_services.cancel();
        let closed = async { while self.services.join_next().await.is_some() {} };
        if timeout(self.drain + SHUTDOWN_GRACE, closed).await.is_err() {
            tracing::warn!(left = self.services.len(), "cut off what did not come to an end");
            self.services.shutdown().await;
        }
        self.stop_watch.cancel();
        while self.watch.join_next().await.is_some() {}
        self.authority.shut_down().await;
        tracing::info!("stopped");
    }
}

/// The address browsers use. A host without a DNS name is reached on this machine only.
fn public_url(config: &Config, bound: &BoundAddresses) -> Result<PublicUrl, CommandError> {
    if let Some(url) = &config.web.url {
        return Ok(url.clone());
    }
    let text = match (config.hostname.as_str(), bound.http.first()) {
        (LOCALHOST, Some(address)) => format!("http://{address}"),
        (hostname, _) => format!("https://{hostname}"),
    };
    PublicUrl::parse(&text).map_err(|error| CommandError::new(format!("web.url cannot be {text}: {error}.")))
}

fn open_mailstore(data: &DataDir, config: &Config, authority: &Authority) -> Result<Mailstore, CommandError> {
    let recipients = Arc::new(RecipientLookup(authority.clone()));
    let mut limits = postward_mailstore::Limits::default();
    // The message size the gate announces is the one the engine accepts.
    limits.message_size = usize::try_from(config.limits.message_size).unwrap_or(usize::MAX);
    Mailstore::open(&data.mail(), &config.hostname, recipients, limits)
        .map_err(|error| CommandError::new(format!("{} cannot be opened: {error}", data.mail().display())))
}

/// Every socket, bound and not yet served.
struct BoundSockets {
    mail: Vec<Listener>,
    web: Vec<(TcpListener, Encryption)>,
    lmtp: Vec<TcpListener>,
    bound: BoundAddresses,
}

impl BoundSockets {
    fn bind(config: &Config) -> Result<Self, CommandError> {
        let mut sockets =
            Self { mail: Vec::new(), web: Vec::new(), lmtp: Vec::new(), bound: BoundAddresses::default() };
        let mut bound = BoundAddresses {
            imap: sockets.bind_mail(Protocol::Imap, &config.imap)?,
            pop3: Listeners::default(),
            smtp: Listeners::default(),
            ..BoundAddresses::default()
        };
        if matches!(config.engine, EngineKind::Embedded) {
            bound.pop3 = sockets.bind_mail(Protocol::Pop3, &config.pop3)?;
            bound.smtp = sockets.bind_mail(Protocol::Smtp, &config.smtp)?;
            (sockets.lmtp, bound.lmtp) = listen(&config.lmtp)?;
        }
        let (plain, addresses) = listen(&config.web.http)?;
        bound.http = addresses;
        sockets.web.extend(plain.into_iter().map(|listener| (listener, Encryption::PlainOnLoopback)));
        let (tls, addresses) = listen(&config.web.tls)?;
        bound.https = addresses;
        sockets.web.extend(tls.into_iter().map(|listener| (listener, Encryption::Tls)));
        sockets.bound = bound;
        Ok(sockets)
    }

    fn bind_mail(&mut self, protocol: Protocol, configured: &Listeners) -> Result<Listeners, CommandError> {
        let mut open = |encryption, addresses: &[SocketAddr]| -> Result<Vec<SocketAddr>, CommandError> {
            let mut bound = Vec::new();
            for address in addresses {
                let listener = Listener::bind(protocol, encryption, *address)?;
                bound.push(listener.address().unwrap_or(*address));
                self.mail.push(listener);
            }
            Ok(bound)
        };
        Ok(Listeners {
            tls: open(Encryption::Tls, &configured.tls)?,
            starttls: open(Encryption::StartTls, &configured.starttls)?,
            plain: open(Encryption::PlainOnLoopback, &configured.plain)?,
        })
    }
}

fn listen(addresses: &[SocketAddr]) -> Result<(Vec<TcpListener>, Vec<SocketAddr>), CommandError> {
    let mut listeners = Vec::new();
    let mut bound = Vec::new();
    for address in addresses {
        let listener = std::net::TcpListener::bind(address)
            .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
            .and_then(TcpListener::from_std)
            .map_err(|error| CommandError::new(format!("cannot listen on {address}: {error}.")))?;
        bound.push(listener.local_addr().unwrap_or(*address));
        listeners.push(listener);
    }
    Ok((listeners, bound))
}
