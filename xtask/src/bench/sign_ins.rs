//! The rate of sign-ins: many clients that connect, sign in and disconnect, over and over.

use std::time::{Duration, Instant};

use postward_testclient::Endpoint;
use tokio::task::JoinSet;

use crate::Failure;

use super::host::Host;
use super::process;
use super::sessions::sign_in;

/// The password of every mailbox here; it meets the default policy.
pub(super) const PASSWORD: &str = "Measured-in-2026";

/// Sign-ins a second and what each cost.
pub(super) struct SignInRate {
    pub(super) sign_ins_per_s: f64,
    /// CPU time of the server for one sign-in.
    pub(super) server_ms: f64,
    /// CPU time of the clients for one sign-in.
    pub(super) clients_ms: f64,
}

/// So many connections at a time, each of them a connect, a handshake, a sign-in and a close, over and over; once,
/// when there is no time.
pub(super) fn sign_in_rate(
    host: &Host,
    endpoint: &Endpoint,
    mailboxes: &[String],
    connections: usize,
    time: Duration,
) -> Result<SignInRate, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no threads for clients: {error}"))?;
    let (server, clients) = (process::cpu(&host.pids())?, process::own_cpu());
    let start = Instant::now();
    let done = runtime.block_on(sign_in_repeatedly(endpoint, mailboxes, connections, start + time));
    let elapsed = start.elapsed();
    let done = done.map_err(|error| host.failure(&error))? as f64;
    let spent = |cpu: Duration| cpu.as_secs_f64() * 1000.0 / done;
    Ok(SignInRate {
        sign_ins_per_s: done / elapsed.as_secs_f64(),
        server_ms: spent(process::cpu(&host.pids())?.saturating_sub(server)),
        clients_ms: spent(process::own_cpu().saturating_sub(clients)),
    })
}

/// Returns how many sign-ins there were when the last one that began before the deadline was answered.
async fn sign_in_repeatedly(
    endpoint: &Endpoint,
    mailboxes: &[String],
    connections: usize,
    deadline: Instant,
) -> Result<u64, Failure> {
    let mut clients = JoinSet::new();
    for (number, mailbox) in mailboxes.iter().cycle().take(connections).enumerate() {
        let (endpoint, mailbox) = (endpoint.clone(), mailbox.clone());
        clients.spawn(async move {
            let mut done = 0;
            while done == 0 || Instant::now() < deadline {
                let signed_in = sign_in(&endpoint, &mailbox, PASSWORD).await;
                drop(signed_in.map_err(|error| format!("client {number}, after {done} sign-ins: {error}"))?);
                done += 1;
            }
            Ok::<u64, Failure>(done)
        });
    }
    let mut all = 0;
    while let Some(done) = clients.join_next().await {
        all += done.map_err(|panic| panic.to_string())??;
    }
    Ok(all)
}
