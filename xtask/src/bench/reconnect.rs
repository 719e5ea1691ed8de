//! Sign-ins of mail apps that reconnect, against what TLS allows.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use postward_testclient::{Endpoint, Trust};
use rustls::{ClientConnection, ServerConfig, ServerConnection};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::Failure;

use super::figure::{Ceiling, Figure, Goal, Report, median};
use super::host::{Host, Mail, ReconnectCache};
use super::scale::Scale;
use super::sign_ins::{PASSWORD, SignInRate, sign_in_rate};

const SIGN_INS: Duration = Duration::from_secs(4);
const CEILING: Duration = Duration::from_secs(1);

/// Enough for the server to find several in one batch, as after a network outage.
const CONNECTIONS: usize = 32;

/// Measures sign-ins a second that cost no hash.
pub(super) fn measure(binary: &Path, scale: Scale, report: &mut Report) -> Result<(), Failure> {
    let host = Host::start(binary, Mail::Embedded, ReconnectCache::On)?;
    let mailboxes = host.add_mailboxes(CONNECTIONS, PASSWORD)?;
    let (address, full) = (host.endpoint()?.address, host.trust()?);
    // Every password is hashed once and remembered.
    sign_in_rate(&host, &Endpoint::tls(address, full.clone()), &mailboxes, CONNECTIONS, Duration::ZERO)?;
    let alone = server_config(&host.data())?;
    let rows = [(full.clone(), "full TLS handshakes"), (full.resuming(), "resumed TLS sessions")];
    for (trust, how) in rows {
        let endpoint = Endpoint::tls(address, trust.clone());
        let (mut rates, mut ceilings) = (Vec::new(), Vec::new());
        for _ in 0..scale.rounds() {
            ceilings.push(handshakes_per_s(&trust, &alone, scale.time(CEILING))?);
            rates.push(sign_in_rate(&host, &endpoint, &mailboxes, CONNECTIONS, scale.time(SIGN_INS))?);
            ceilings.push(handshakes_per_s(&trust, &alone, scale.time(CEILING))?);
        }
        let server = median(rates.iter().map(|rate| rate.server_ms).collect());
        let clients = median(rates.iter().map(|rate: &SignInRate| rate.clients_ms).collect());
        report.add(Figure {
            name: format!("sign-ins, reconnect cache, {how}"),
            value: median(rates.iter().map(|rate| rate.sign_ins_per_s).collect()),
            unit: "/s",
            ceiling: Some(Ceiling {
                value: median(ceilings),
                what: "handshakes alone on all cores, both sides, in memory",
            }),
            goal: Some(Goal::AtLeast(3000.0)),
            note: format!(
                "{CONNECTIONS} connections; CPU per sign-in: server {server:.2} ms, clients {clients:.2} ms on the same \
                 cores, which alone would do {:.0} /s",
                cores() as f64 * 1000.0 / (server + clients),
            ),
        });
    }
    Ok(())
}

/// The server's certificate in a TLS configuration like the server's.
pub(super) fn server_config(data: &Path) -> Result<Arc<ServerConfig>, Failure> {
    let failed = |error: &dyn std::fmt::Display| format!("the certificate of {}: {error}", data.display());
    let chain = CertificateDer::pem_file_iter(data.join("tls/cert.pem"))
        .and_then(|chain| chain.collect::<Result<Vec<_>, _>>())
        .map_err(|error| failed(&error))?;
    let key = PrivateKeyDer::from_pem_file(data.join("tls/key.pem")).map_err(|error| failed(&error))?;
    let mut config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| failed(&error))?;
    config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new().map_err(|error| failed(&error))?;
    config.send_tls13_tickets = 1;
    Ok(Arc::new(config))
}

/// Handshakes on every core for a while, both sides, without a network.
fn handshakes_per_s(trust: &Trust, server: &Arc<ServerConfig>, time: Duration) -> Result<f64, Failure> {
    let rates: io::Result<Vec<f64>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores())
            .map(|_| {
                scope.spawn(|| {
                    let start = Instant::now();
                    let mut done = 0;
                    while start.elapsed() < time {
                        handshake(trust, server)?;
                        done += 1;
                    }
                    Ok(f64::from(done) / start.elapsed().as_secs_f64())
                })
            })
            .collect();
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked"))));
        joined.collect()
    });
    rates.map(|rates| rates.into_iter().sum()).map_err(|error| format!("handshakes: {error}"))
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn handshake(trust: &Trust, server: &Arc<ServerConfig>) -> io::Result<()> {
    let mut client =
        ClientConnection::new(Arc::clone(&trust.config), trust.name.clone()).map_err(io::Error::other)?;
    let mut server = ServerConnection::new(Arc::clone(server)).map_err(io::Error::other)?;
    let mut wire = Vec::with_capacity(4096);
    // Until the ticket has crossed as well.
    while client.wants_write() || server.wants_write() {
        wire.clear();
        while client.wants_write() {
            client.write_tls(&mut wire)?;
        }
        let mut unread = wire.as_slice();
        while !unread.is_empty() {
            server.read_tls(&mut unread)?;
            server.process_new_packets().map_err(io::Error::other)?;
        }
        wire.clear();
        while server.wants_write() {
            server.write_tls(&mut wire)?;
        }
        let mut unread = wire.as_slice();
        while !unread.is_empty() {
            client.read_tls(&mut unread)?;
            client.process_new_packets().map_err(io::Error::other)?;
        }
    }
    Ok(())
}
