//! Sign-ins that are hashed, against what argon2id allows.

use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};

use crate::Failure;

use super::figure::{Ceiling, Figure, Goal, Report, median};
use super::host::{Host, Mail, ReconnectCache};
use super::process;
use super::scale::Scale;
use super::sign_ins::{PASSWORD, SignInRate, sign_in_rate};

/// One round: the ceiling before, the sign-ins, the ceiling after. The speed of a shared machine changes within seconds.
const SIGN_INS: Duration = Duration::from_secs(6);
const CEILING: Duration = Duration::from_secs(2);

/// Measures sign-ins a second with the reconnect cache off.
pub(super) fn measure(binary: &Path, scale: Scale, report: &mut Report) -> Result<(), Failure> {
    let host = Host::start(binary, Mail::Embedded, ReconnectCache::Off)?;
    let mailboxes = host.add_mailboxes(32, PASSWORD)?;
    let endpoint = host.endpoint()?;
    // What a network costs that was never seen before is not the question.
    sign_in_rate(&host, &endpoint, &mailboxes, mailboxes.len(), Duration::ZERO)?;
    for connections in [8, 32] {
        let (mut rates, mut ceilings) = (Vec::new(), Vec::new());
        for _ in 0..scale.rounds() {
            ceilings.push(hashes_per_s(scale.time(CEILING))?);
            rates.push(sign_in_rate(&host, &endpoint, &mailboxes, connections, scale.time(SIGN_INS))?);
            ceilings.push(hashes_per_s(scale.time(CEILING))?);
        }
        let value = median(rates.iter().map(|rate| rate.sign_ins_per_s).collect());
        let per_hash = median(ceilings.iter().map(|ceiling| ceiling.cpu_ms).collect());
        let server = median(rates.iter().map(|rate| rate.server_ms).collect());
        let clients = median(rates.iter().map(|rate: &SignInRate| rate.clients_ms).collect());
        report.add(Figure {
            name: format!("sign-ins, each hashed, {connections} connections, IMAP over TLS"),
            value,
            unit: "/s",
            ceiling: Some(Ceiling {
                value: median(ceilings.iter().map(|ceiling| ceiling.hashes_per_s).collect()),
                what: "argon2id alone (19 MiB, 2 passes) on all cores, memory reused",
            }),
            goal: Some(Goal::OfCeiling(0.90)),
            note: format!(
                "CPU per sign-in: server {server:.1} ms, clients {clients:.1} ms; one hash alone {per_hash:.1} ms"
            ),
        });
    }
    Ok(())
}

/// What argon2id alone can do.
struct Alone {
    hashes_per_s: f64,
    cpu_ms: f64,
}

/// Hashes on every core for a while: the crate and the cost of the server, with memory that is not even given back in
/// between.
fn hashes_per_s(time: Duration) -> Result<Alone, Failure> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let start_line = Barrier::new(cores);
    let cpu = process::own_cpu();
    let rates: Result<Vec<(f64, u64)>, Failure> = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(|| hash_until(&start_line, time))).collect();
        let joined = threads.into_iter().map(|thread| {
            thread.join().map_err(|_| "a hashing thread panicked".to_owned()).and_then(|rate| rate)
        });
        joined.collect()
    });
    let rates = rates?;
    let hashes: u64 = rates.iter().map(|(_, hashes)| hashes).sum();
    let cpu_ms = process::own_cpu().saturating_sub(cpu).as_secs_f64() * 1000.0 / hashes as f64;
    Ok(Alone { hashes_per_s: rates.iter().map(|(rate, _)| rate).sum(), cpu_ms })
}

fn hash_until(start_line: &Barrier, time: Duration) -> Result<(f64, u64), Failure> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| error.to_string())?;
    let mut memory = vec![argon2::Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = [0; 32];
    start_line.wait();
    let start = Instant::now();
    let mut hashes = 0;
    while hashes == 0 || start.elapsed() < time {
        argon2
            .hash_password_into_with_memory(
                PASSWORD.as_bytes(),
                b"salt-of-16-bytes",
                &mut hash,
                &mut memory[..],
            )
            .map_err(|error| error.to_string())?;
        hashes += 1;
    }
    Ok((hashes as f64 / start.elapsed().as_secs_f64(), hashes))
}
