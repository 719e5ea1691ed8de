//! The host under drill: the endpoints of its protocols, the certificate to trust, and signing in.

use super::credentials::Credentials;
use super::signed_in_client::SignedInClient;
use crate::command_error::CommandError;
use crate::config::{Config, Listeners, Source};
use crate::open;
use crate::serve::BoundAddresses;
use postward_authority::Surface;
use postward_testclient::{
    Endpoint, HttpClient, ImapClient, Pop3Client, SignInOutcome, SmtpClient, Trust, unexpected,
};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::ffi::OsString;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// A host, as its users reach it.
pub(super) struct Host {
    imap: Endpoint,
    pop3: Endpoint,
    smtp: Endpoint,
    web: Endpoint,
    /// The `Host` header of web requests.
    web_host: String,
    /// `--dir DIR` or `--config FILE`, the arguments of commands on this host.
    pub(super) config_args: [OsString; 2],
}

impl Host {
    /// Finds the endpoints of a host. `bound` is where it listens.
    pub(super) fn of(config: &Config, bound: &BoundAddresses, source: &Source) -> Result<Self, CommandError> {
        let trust = trust(config)?;
        let mail = |name: &str, listeners: &Listeners| {
            let endpoint = endpoint(&listeners.tls, &listeners.plain, &trust);
            endpoint.ok_or_else(|| {
                CommandError::new(format!("The drill needs {name}.tls or {name}.plain to listen."))
            })
        };
        let web = endpoint(&bound.https, &bound.http, &trust)
            .ok_or_else(|| CommandError::new("The drill needs web.tls or web.http to listen."))?;
        let config_args = match source {
            Source::Directory(directory) => ["--dir".into(), directory.into()],
            Source::File(file) => ["--config".into(), file.into()],
        };
        Ok(Self {
            imap: mail("imap", &bound.imap)?,
            pop3: mail("pop3", &bound.pop3)?,
            smtp: mail("smtp", &bound.smtp)?,
            web_host: web.address.to_string(),
            web,
            config_args,
        })
    }

    /// A new browser, without cookies.
    pub(super) fn browser(&self) -> HttpClient {
        HttpClient::new(self.web.clone(), self.web_host.clone())
    }

    /// Signs in to IMAP, which has to work.
    pub(super) async fn imap(&self, credentials: &Credentials) -> io::Result<ImapClient> {
        match self.sign_in(Surface::Imap, credentials).await? {
            SignInOutcome::Opened(SignedInClient::Imap(imap)) => Ok(imap),
            SignInOutcome::Opened(_) => Err(io::ErrorKind::InvalidInput.into()),
            SignInOutcome::Refused(answer) => Err(unexpected(&answer)),
        }
    }

    /// Signs in on a surface of browsers, which has to work.
    pub(super) async fn signed_in_browser(
        &self,
        surface: Surface,
        credentials: &Credentials,
    ) -> io::Result<HttpClient> {
        match self.sign_in(surface, credentials).await? {
            SignInOutcome::Opened(SignedInClient::Browser(browser)) => Ok(browser),
            SignInOutcome::Opened(_) => Err(io::ErrorKind::InvalidInput.into()),
            SignInOutcome::Refused(answer) => Err(unexpected(&answer)),
        }
    }

    /// Signs in on a surface. The match is exhaustive: a new surface does not compile before it is added here.
    pub(super) async fn sign_in(
        &self,
        surface: Surface,
        credentials: &Credentials,
    ) -> io::Result<SignInOutcome<SignedInClient>> {
        let (name, password) = (credentials.name.as_str(), credentials.password.expose());
        Ok(match surface {
            Surface::Imap => ImapClient::sign_in(&self.imap, name, password).await?.map(SignedInClient::Imap),
            Surface::Pop3 => Pop3Client::sign_in(&self.pop3, name, password).await?.map(SignedInClient::Pop3),
            Surface::Smtp => SmtpClient::sign_in(&self.smtp, name, password).await?.map(SignedInClient::Smtp),
            Surface::Webmail | Surface::Panel | Surface::Dashboard => {
                let root = format!("/{}", surface.name());
                self.browser().sign_in(&root, name, password).await?.map(SignedInClient::Browser)
            }
        })
    }
}

/// The endpoint a careful client would choose: TLS where there is any.
fn endpoint(tls: &[SocketAddr], plain: &[SocketAddr], trust: &Trust) -> Option<Endpoint> {
    let with_tls = tls.first().map(|address| Endpoint::tls(reachable_address(*address), trust.clone()));
    with_tls.or_else(|| plain.first().map(|address| Endpoint::plain(reachable_address(*address))))
}

/// The address by which a listener is reached from this machine.
fn reachable_address(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Trusts the certificate the configuration names and no other: the drill runs on the host itself, whose certificate may
/// be self-signed, or issued for a name that does not resolve to this address.
fn trust(config: &Config) -> Result<Trust, CommandError> {
    let chain = open::read(&config.certificate.chain, "certificate")?;
    let unusable = |error: String| {
        CommandError::new(format!(
            "The certificate {} cannot be used: {error}.",
            config.certificate.chain.display()
        ))
    };
    let expected = CertificateDer::from_pem_slice(&chain).map_err(|error| unusable(error.to_string()))?;
    let name = ServerName::try_from(config.hostname.clone()).map_err(|error| unusable(error.to_string()))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(PinnedCertificate { expected, provider: provider.clone() });
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(Trust { name, config: Arc::new(tls) })
}

/// Accepts this one certificate, whatever the name or the time.
#[derive(Debug)]
struct PinnedCertificate {
    expected: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedCertificate {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *shown == self.expected {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
