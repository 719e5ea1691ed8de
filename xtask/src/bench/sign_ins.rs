//! Many clients that sign in, hang up and come again.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Failure;

use super::client::Door;
use super::host::Host;
use super::process;

/// The password of every mailbox here; it meets the default policy.
pub(super) const PASSWORD: &str = "Measured-in-2026";

/// What came of it.
pub(super) struct Pace {
    pub(super) sign_ins_per_s: f64,
    /// CPU time of the server for one sign-in.
    pub(super) server_ms: f64,
    /// CPU time of the clients for one sign-in.
    pub(super) clients_ms: f64,
}

/// So many connections at a time, each of them a connect, a handshake, a sign-in and a hang-up, over and over; once,
/// when there is no time.
pub(super) fn pace(
    host: &Host,
    door: &Door,
    mailboxes: &[String],
    connections: usize,
    time: Duration,
) -> Result<Pace, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no threads for clients: {error}"))?;
    let (server, clients) = (process::cpu(&host.pids())?, process::own_cpu());
    let start = Instant::now();
    let done = runtime.block_on(come_and_go(door, mailboxes, connections, start + time));
    let elapsed = start.elapsed();
    let done = done.map_err(|error| host.failure(&error))? as f64;
    let spent = |cpu: Duration| cpu.as_secs_f64() * 1000.0 / done;
    Ok(Pace {
        sign_ins_per_s: done / elapsed.as_secs_f64(),
        server_ms: spent(process::cpu(&host.pids())?.saturating_sub(server)),
        clients_ms: spent(process::own_cpu().saturating_sub(clients)),
    })
}

/// Returns how many sign-ins there were when the last one that began before the deadline was answered.
async fn come_and_go(
    door: &Door,
    mailboxes: &[String],
    connections: usize,
    deadline: Instant,
) -> Result<u64, Failure> {
    let mut clients = JoinSet::new();
    for (number, mailbox) in mailboxes.iter().cycle().take(connections).enumerate() {
        let (door, mailbox) = (door.clone(), mailbox.clone());
        clients.spawn(async move {
            let mut done = 0;
            while done == 0 || Instant::now() < deadline {
                let signed_in = door.sign_in(&mailbox, PASSWORD).await;
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
