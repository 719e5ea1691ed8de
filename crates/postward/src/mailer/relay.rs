//! The SMTP client of the relay: the server that takes mail to addresses on other hosts.

use super::starttls_guard::StartTlsGuard;
use crate::command_error::CommandError;
use crate::config::{self, Encryption};
use crate::open;
use lettre::Address as MailAddress;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use postward_wire::Address;
use std::fmt;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long connecting and signing in may take. The relay is a machine the operator chose, and often a near one.
const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(60);
/// How long the relay may take to accept sender and recipient. It may ask other machines about them (RFC 5321 §4.5.3.2
/// allows five minutes); nothing is lost by another attempt later.
const ENVELOPE_TIMEOUT: Duration = Duration::from_secs(180);
/// How long to wait for the reply after the end of the message. RFC 5321 §4.5.3.2.6: ten minutes, because a client that
/// disconnects earlier sends again what was accepted.
const DATA_TIMEOUT: Duration = Duration::from_secs(600);
/// How long QUIT may take. Nothing depends on it.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest reply of the relay that is kept, in characters.
const LONGEST_REPLY: usize = 200;

/// A relay, and the credentials to sign in there.
pub(crate) struct Relay {
    host: String,
    port: u16,
    client_id: ClientId,
    security: TransportSecurity,
    credentials: Option<Credentials>,
    from: MailAddress,
}

/// Any error up to the sign-in.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

enum TransportSecurity {
    Tls(TlsParameters),
    StartTls(TlsParameters),
    Loopback,
}

/// Why a relay did not take a message.
pub(super) enum RelayError {
    /// A later attempt may succeed.
    Temporary(String),
    /// No later attempt can succeed.
    Permanent(String),
    /// This server is stopping, and the message was not sent.
    Stopped,
}

impl Relay {
    /// Reads the files the configuration names. No connection is made yet.
    pub(crate) fn open(relay: &config::Relay, from: &str, hostname: &str) -> Result<Self, CommandError> {
        let tls = || tls(relay);
        let from =
            from.parse().map_err(|error| CommandError::new(format!("relay.from is {from:?}: {error}.")))?;
        let credentials = relay
            .credentials
            .as_ref()
            .map(|named| Credentials::new(named.user.clone(), named.password.expose().to_owned()));
        Ok(Self {
            host: relay.host.clone(),
            port: relay.port,
            client_id: ClientId::Domain(hostname.to_owned()),
            security: match relay.encryption {
                Encryption::Tls => TransportSecurity::Tls(tls()?),
                Encryption::StartTls => TransportSecurity::StartTls(tls()?),
                Encryption::None => TransportSecurity::Loopback,
            },
            credentials,
            from,
        })
    }

    /// Sends a message. When this returns `Ok`, the relay has accepted it; the letter is to be recorded as sent before
    /// anything else is done.
    pub(super) async fn send(
        &self,
        to: &Address,
        message: &[u8],
        stop: &CancellationToken,
    ) -> Result<OpenConnection, RelayError> {
        // Until the message itself is sent, a stop leaves nothing half done.
        let envelope_sent = stop.run_until_cancelled(async {
            let mut connection =
                timeout(SIGN_IN_TIMEOUT, self.sign_in()).await.map_err(|_| timed_out("signing in"))??;
            let accepted = timeout(ENVELOPE_TIMEOUT, self.send_envelope(&mut connection, to)).await;
            accepted.map_err(|_| timed_out("taking sender and recipient"))??;
            Ok(connection)
        });
        let mut connection = envelope_sent.await.ok_or(RelayError::Stopped)??;
        let answer = timeout(DATA_TIMEOUT, connection.message(message)).await;
        match answer.map_err(|_| timed_out("taking the message"))? {
            Ok(_) => Ok(OpenConnection(Box::new(connection))),
            // The text of the reply may quote from the message, so only the code is kept.
            Err(error) => Err(match (error.is_permanent(), error.status()) {
                (true, Some(code)) => RelayError::Permanent(format!("the relay refused the message: {code}")),
                (_, Some(code)) => RelayError::Temporary(format!("the relay put the message off: {code}")),
                (_, None) => RelayError::Temporary("the connection to the relay broke".to_owned()),
            }),
        }
    }

    /// Connects and signs in. Every error is temporary: it does not depend on the message.
    async fn sign_in(&self) -> Result<AsyncSmtpConnection, RelayError> {
        let signed_in = async {
            let server = (self.host.as_str(), self.port);
            let dial = |tls| {
                AsyncSmtpConnection::connect_tokio1(server, Some(SIGN_IN_TIMEOUT), &self.client_id, tls, None)
            };
            let mut connection = match &self.security {
                TransportSecurity::Tls(tls) => dial(Some(tls.clone())).await?,
                TransportSecurity::Loopback => dial(None).await?,
                TransportSecurity::StartTls(tls) => {
                    let stream = Box::new(StartTlsGuard::new(TcpStream::connect(server).await?));
                    let mut connection =
                        AsyncSmtpConnection::connect_with_transport(stream, &self.client_id).await?;
                    connection.starttls(tls.clone(), &self.client_id).await?;
                    connection
                }
            };
            if let Some(credentials) = &self.credentials {
                connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
            }
            Ok(connection)
        };
        signed_in
            .await
            .map_err(|error: BoxError| RelayError::Temporary(reply_line("the relay cannot be used", &*error)))
    }

    async fn send_envelope(
        &self,
        connection: &mut AsyncSmtpConnection,
        to: &Address,
    ) -> Result<(), RelayError> {
        let sender = connection.command(Mail::new(Some(self.from.clone()), Vec::new())).await;
        // A sender that is refused is for the operator to correct, and no reason to give a message up.
        sender.map_err(|error| {
            RelayError::Temporary(reply_line("the relay does not take our sender", &error))
        })?;
        let refused = |error: Error| {
            let reply = reply_line("the relay does not take the recipient", &error);
            if error.is_permanent() { RelayError::Permanent(reply) } else { RelayError::Temporary(reply) }
        };
        let recipient =
            to.as_str().parse().map_err(|_| RelayError::Permanent("not an address".to_owned()))?;
        connection.command(Rcpt::new(recipient, Vec::new())).await.map_err(refused)?;
        connection.command(Data).await.map_err(refused)?;
        Ok(())
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, client_id: _, security: _, credentials: _, from } = self;
        write!(f, "Relay({host}:{port}, from {from})")
    }
}

/// A connection over which a message was sent.
pub(super) struct OpenConnection(Box<AsyncSmtpConnection>);

impl OpenConnection {
    /// Ends it with QUIT.
    pub(super) async fn quit(mut self) {
        let _ = timeout(QUIT_TIMEOUT, self.0.quit()).await;
    }
}

/// Trusts the public certificate authorities, or the certificates of the configuration and no others.
fn tls(relay: &config::Relay) -> Result<TlsParameters, CommandError> {
    let mut builder = TlsParameters::builder(relay.host.clone());
    builder = builder.certificate_store(CertificateStore::WebpkiRoots);
    if let Some(file) = &relay.ca {
        let unusable = |error: Error| CommandError::new(format!("relay.ca is {}: {error}.", file.display()));
        let pem = open::read(file, "file of trusted certificates")?;
        let roots = Certificate::from_pem(&pem).map_err(unusable)?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(roots);
    }
    builder.build_rustls().map_err(|error| CommandError::new(format!("TLS to the relay: {error}.")))
}

fn timed_out(at: &str) -> RelayError {
    RelayError::Temporary(format!("the relay took too long for {at}"))
}

/// The error with the reply of the relay as one line, for the store and the log.
fn reply_line(what: &str, error: &(dyn std::error::Error + Send + Sync)) -> String {
    let said = format!("{what}: {error}");
    said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_REPLY).collect()
}
