//! Certificates, and the TLS configuration that can be replaced while the gate is serving.

use crate::error::TlsError;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::ServerSessionMemoryCache;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::{Arc, PoisonError, RwLock};

/// The TLS configuration in force. Clones share it: a reload through one is seen by all, at the next handshake.
#[derive(Clone)]
pub struct TlsHandle(Arc<RwLock<Arc<ServerConfig>>>);

impl TlsHandle {
    /// Starts out with a configuration.
    pub fn new(config: Arc<ServerConfig>) -> Self {
        Self(Arc::new(RwLock::new(config)))
    }

    /// The configuration for the next handshake.
    pub fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another configuration in force. Connections that are open keep theirs.
    pub fn replace(&self, config: Arc<ServerConfig>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = config;
    }
}

/// How many clients that speak TLS 1.2 can resume: enough for the phones of a large host, at about 100 bytes each.
const RESUMABLE: usize = 16 * 1024;

/// Reads a certificate chain and its key, both PEM, into a configuration for TLS 1.2 and 1.3 with session resumption.
pub fn server_config(certificate_pem: &[u8], key_pem: &[u8]) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = CertificateDer::pem_slice_iter(certificate_pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(TlsError::Certificate)?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key_pem).map_err(|error| match error {
        rustls_pki_types::pem::Error::NoItemsFound => TlsError::NoKey,
        other => TlsError::Key(other),
    })?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => TlsError::Mismatch,
            other => TlsError::Unusable(other),
        })?;
    // Stateless tickets for clients that take them; nothing is kept for a session that is never resumed.
    config.ticketer = aws_lc_rs::Ticketer::new().map_err(TlsError::Unusable)?;
    config.session_storage = ServerSessionMemoryCache::new(RESUMABLE);
    // A mail app resumes one connection at a time.
    config.send_tls13_tickets = 1;
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    struct Pem {
        certificate: String,
        key: String,
    }

    fn pem() -> Pem {
        let made = rcgen::generate_simple_self_signed(vec!["mail.example.com".to_owned()]).unwrap();
        Pem { certificate: made.cert.pem(), key: made.signing_key.serialize_pem() }
    }

    fn check(certificate: &str, key: &str, words: &str) {
        let error = server_config(certificate.as_bytes(), key.as_bytes()).err().unwrap().to_string();
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn an_operator_hears_which_of_the_two_files_is_wrong() {
        let (one, other) = (pem(), pem());
        assert!(server_config(one.certificate.as_bytes(), one.key.as_bytes()).is_ok());
        check("", &one.key, "the certificate file holds no certificate");
        check(&one.key, &one.certificate, "the certificate file holds no certificate");
        check(&one.certificate, "", "the key file holds no private key");
        check(&one.certificate, &other.key, "the key does not belong to the first certificate");
        let cut = one.certificate.split_once("-----END").unwrap().0;
        check(cut, &one.key, "the certificate file is damaged");
    }

    #[test]
    fn a_reload_is_seen_through_every_clone() {
        let config = || {
            let Pem { certificate, key } = pem();
            server_config(certificate.as_bytes(), key.as_bytes()).unwrap()
        };
        let (before, after) = (config(), config());
        let handle = TlsHandle::new(before);
        let clone = handle.clone();
        handle.replace(Arc::clone(&after));
        assert!(Arc::ptr_eq(&clone.current(), &after));
    }

    /// The key exchange a client with these groups agrees on with our server, by a handshake in memory.
    fn negotiated(groups: &[&'static dyn rustls::crypto::SupportedKxGroup]) -> rustls::NamedGroup {
        let Pem { certificate, key } = pem();
        let config = server_config(certificate.as_bytes(), key.as_bytes()).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
        let provider =
            rustls::crypto::CryptoProvider { kx_groups: groups.to_vec(), ..aws_lc_rs::default_provider() };
        let client = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "mail.example.com".try_into().unwrap();
        let mut client = rustls::ClientConnection::new(Arc::new(client), name).unwrap();
        let mut server = rustls::ServerConnection::new(config).unwrap();
        while client.is_handshaking() {
            let mut sent = Vec::new();
            client.write_tls(&mut sent).unwrap();
            server.read_tls(&mut sent.as_slice()).unwrap();
            server.process_new_packets().unwrap();
            let mut answered = Vec::new();
            server.write_tls(&mut answered).unwrap();
            client.read_tls(&mut answered.as_slice()).unwrap();
            client.process_new_packets().unwrap();
        }
        client.negotiated_key_exchange_group().unwrap().name()
    }

    #[test]
    fn a_client_that_knows_the_post_quantum_key_exchange_gets_it() {
        use aws_lc_rs::kx_group::{X25519, X25519MLKEM768};
        assert_eq!(negotiated(&[X25519MLKEM768, X25519]), rustls::NamedGroup::X25519MLKEM768);
        assert_eq!(negotiated(&[X25519]), rustls::NamedGroup::X25519);
    }
}
