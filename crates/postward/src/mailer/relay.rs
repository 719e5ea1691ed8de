//! The way out: a server that takes our letters by SMTP and carries them further.

use super::starttls_guard::StartTlsGuard;
use crate::config::{self, Encryption};
use crate::open;
use crate::problem::Problem;
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

/// How long the relay may take until we are signed in. It is a machine the operator chose, and often a near one.
const SIGNING_IN: Duration = Duration::from_secs(60);
/// How long it may take to accept sender and recipient. It may ask other machines about them (RFC 5321 §4.5.3.2 allows
/// five minutes); nothing is lost when we come back later.
const ENVELOPE: Duration = Duration::from_secs(180);
/// How long we wait for its word about the whole message. RFC 5321 §4.5.3.2.6: ten minutes, because a client that hangs
/// up earlier sends again what was accepted.
const ACCEPTING: Duration = Duration::from_secs(600);
/// How long a goodbye may take. Nothing depends on it.
const GOODBYE: Duration = Duration::from_secs(5);
/// The longest word of the relay that is kept.
const LONGEST_WORD: usize = 200;

/// A relay, and how to sign in there.
pub(crate) struct Relay {
    host: String,
    port: u16,
    hello: ClientId,
    privacy: Privacy,
    credentials: Option<Credentials>,
    from: MailAddress,
}

/// Whatever keeps us from signing in.
type Trouble = Box<dyn std::error::Error + Send + Sync>;

enum Privacy {
    Tls(TlsParameters),
    StartTls(TlsParameters),
    Loopback,
}

/// Why a relay did not take a letter.
pub(super) enum NotTaken {
    /// It may later.
    Later(String),
    /// It never will.
    Never(String),
    /// This server is stopping, and the letter had not gone out yet.
    Stopped,
}

impl Relay {
    /// Reads what the configuration names. Nothing is dialled yet.
    pub(crate) fn open(relay: &config::Relay, from: &str, hostname: &str) -> Result<Self, Problem> {
        let tls = || tls(relay);
        let from = from.parse().map_err(|error| Problem::new(format!("relay.from is {from:?}: {error}.")))?;
        let credentials = relay
            .login
            .as_ref()
            .map(|login| Credentials::new(login.user.clone(), login.password.expose().to_owned()));
        Ok(Self {
            host: relay.host.clone(),
            port: relay.port,
            hello: ClientId::Domain(hostname.to_owned()),
            privacy: match relay.encryption {
                Encryption::Tls => Privacy::Tls(tls()?),
                Encryption::StartTls => Privacy::StartTls(tls()?),
                Encryption::None => Privacy::Loopback,
            },
            credentials,
            from,
        })
    }

    /// Hands a message over. When this returns well, the relay has it; the letter is to be marked before anything else.
    pub(super) async fn send(
        &self,
        to: &Address,
        message: &[u8],
        stop: &CancellationToken,
    ) -> Result<Goodbye, NotTaken> {
        // Until the message goes out there is nothing that a stop could leave half done.
        let begun = stop.run_until_cancelled(async {
            let mut connection =
                timeout(SIGNING_IN, self.sign_in()).await.map_err(|_| slow("signing in"))??;
            let offered = timeout(ENVELOPE, self.offer(&mut connection, to)).await;
            offered.map_err(|_| slow("taking sender and recipient"))??;
            Ok(connection)
        });
        let mut connection = begun.await.ok_or(NotTaken::Stopped)??;
        let answer = timeout(ACCEPTING, connection.message(message)).await;
        match answer.map_err(|_| slow("taking the message"))? {
            Ok(_) => Ok(Goodbye(Box::new(connection))),
            // In what it says of the message it may quote from it: the code is all that is kept.
            Err(error) => Err(match (error.is_permanent(), error.status()) {
                (true, Some(code)) => NotTaken::Never(format!("the relay refused the message: {code}")),
                (_, Some(code)) => NotTaken::Later(format!("the relay put the message off: {code}")),
                (_, None) => NotTaken::Later("the connection to the relay broke".to_owned()),
            }),
        }
    }

    /// Whatever goes wrong here is not the letter's fault.
    async fn sign_in(&self) -> Result<AsyncSmtpConnection, NotTaken> {
        let signing_in = async {
            let server = (self.host.as_str(), self.port);
            let dial =
                |tls| AsyncSmtpConnection::connect_tokio1(server, Some(SIGNING_IN), &self.hello, tls, None);
            let mut connection = match &self.privacy {
                Privacy::Tls(tls) => dial(Some(tls.clone())).await?,
                Privacy::Loopback => dial(None).await?,
                Privacy::StartTls(tls) => {
                    let stream = Box::new(StartTlsGuard::new(TcpStream::connect(server).await?));
                    let mut connection =
                        AsyncSmtpConnection::connect_with_transport(stream, &self.hello).await?;
                    connection.starttls(tls.clone(), &self.hello).await?;
                    connection
                }
            };
            if let Some(credentials) = &self.credentials {
                connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
            }
            Ok(connection)
        };
        signing_in.await.map_err(|error: Trouble| NotTaken::Later(word("the relay cannot be used", &*error)))
    }

    async fn offer(&self, connection: &mut AsyncSmtpConnection, to: &Address) -> Result<(), NotTaken> {
        let sender = connection.command(Mail::new(Some(self.from.clone()), Vec::new())).await;
        // Our own sender is for the operator to put right, not a reason to give a letter up.
        sender.map_err(|error| NotTaken::Later(word("the relay does not take our sender", &error)))?;
        let refused = |error: Error| {
            let word = word("the relay does not take the recipient", &error);
            if error.is_permanent() { NotTaken::Never(word) } else { NotTaken::Later(word) }
        };
        let recipient = to.as_str().parse().map_err(|_| NotTaken::Never("not an address".to_owned()))?;
        connection.command(Rcpt::new(recipient, Vec::new())).await.map_err(refused)?;
        connection.command(Data).await.map_err(refused)?;
        Ok(())
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, hello: _, privacy: _, credentials: _, from } = self;
        write!(f, "Relay({host}:{port}, from {from})")
    }
}

/// A connection over which a letter has gone out.
pub(super) struct Goodbye(Box<AsyncSmtpConnection>);

impl Goodbye {
    /// Ends it politely.
    pub(super) async fn say(mut self) {
        let _ = timeout(GOODBYE, self.0.quit()).await;
    }
}

/// Trusts the authorities everybody trusts, or the certificates of the configuration and no others.
fn tls(relay: &config::Relay) -> Result<TlsParameters, Problem> {
    let mut builder = TlsParameters::builder(relay.host.clone());
    builder = builder.certificate_store(CertificateStore::WebpkiRoots);
    if let Some(file) = &relay.ca {
        let unusable = |error: Error| Problem::new(format!("relay.ca is {}: {error}.", file.display()));
        let pem = open::read(file, "file of trusted certificates")?;
        let roots = Certificate::from_pem(&pem).map_err(unusable)?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(roots);
    }
    builder.build_rustls().map_err(|error| Problem::new(format!("TLS to the relay: {error}.")))
}

fn slow(at: &str) -> NotTaken {
    NotTaken::Later(format!("the relay took too long for {at}"))
}

/// What the relay said, for the store and the log: one line.
fn word(what: &str, error: &(dyn std::error::Error + Send + Sync)) -> String {
    let said = format!("{what}: {error}");
    said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_WORD).collect()
}
