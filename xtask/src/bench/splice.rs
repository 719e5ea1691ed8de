//! How fast bytes pass from an engine behind a socket to a client with TLS, and what that costs the gate.

use std::path::Path;
use std::time::Duration;

use crate::Failure;

use super::cores;
use super::engine::StubEngine;
use super::figure::{Ceiling, Figure, Goal, Report, median};
use super::host::{Host, Mail, ReconnectCache};
use super::nginx::Nginx;
use super::process;
use super::reconnect::server_config;
use super::scale::Scale;
use super::sign_ins::PASSWORD;
use super::throughput::{Download, measure_download, sending_server};

const TRANSFER_TIME: Duration = Duration::from_secs(5);

/// Measures one client and one gate, a core each; the engine shares the client's.
pub(super) fn measure(binary: &Path, scale: Scale, report: &mut Report) -> Result<(), Failure> {
    let (clients, gates) = cores::two()?;
    let stub = clients.run(StubEngine::start)??;
    let host = gates.run(|| Host::start(binary, Mail::Remote(&stub), ReconnectCache::On))??;
    let mailbox = host.add_mailboxes(1, PASSWORD)?.pop().unwrap_or_default();
    let (endpoint, trust) = (host.endpoint()?, host.trust()?);
    let alone = server_config(&host.data())?;
    let lines = [
        (String::new(), "* OK"),
        (format!("a LOGIN {mailbox} {PASSWORD}\r\n"), "a OK"),
        ("b STREAM\r\n".to_owned(), "x"),
    ];
    let nginx = gates.run(|| Nginx::start(&host.data().join("tls"), &stub))??;
    let (mut through, mut ceilings, mut beside) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..scale.rounds() {
        let time = scale.time(TRANSFER_TIME);
        let (address, _sending) = gates
            .run(|| sending_server(alone.clone()))?
            .map_err(|error| format!("nothing to compare with: {error}"))?;
        let direct = clients.run(|| measure_download(&trust, address, &[], time, process::own_cpu))?;
        ceilings.push(Rates::of(direct.map_err(|error| format!("without the gate: {error}"))?));
        let gate_cpu = || process::cpu(&host.pids()).unwrap_or_default();
        let download = clients.run(|| measure_download(&trust, endpoint.address, &lines, time, gate_cpu))?;
        through.push(Rates::of(download.map_err(|error| host.failure(&error.to_string()))?));
        if let Some(nginx) = &nginx {
            let pids = nginx.pids()?;
            let nginx_cpu = || process::cpu(&pids).unwrap_or_default();
            let download =
                clients.run(|| measure_download(&trust, nginx.address(), &lines, time, nginx_cpu))?;
            beside.push(Rates::of(download.map_err(|error| format!("through nginx: {error}"))?));
        }
    }
    let of = |rates: &[Rates], part: fn(&Rates) -> f64| median(rates.iter().map(part).collect());
    let cipher = through.first().map(|rates| rates.cipher.clone()).unwrap_or_default();
    report.add(Figure {
        name: "splice, engine to client, one connection".to_owned(),
        value: of(&through, |rates| rates.mb_per_s),
        unit: "MB/s",
        ceiling: Some(Ceiling {
            value: of(&ceilings, |rates| rates.mb_per_s),
            what: "the same client, TLS sent from memory, no gate and no engine",
        }),
        goal: Some(Goal::AtLeast(800.0)),
        note: format!(
            "{cipher}; the client decrypts and throws away, {:.2} CPU-s/GB of its core; the engine shares it{}",
            of(&through, |rates| rates.client_s_per_gb),
            nginx_figure(of(&beside, |rates| rates.mb_per_s), "MB/s"),
        ),
    });
    report.add(Figure {
        name: "splice, what the gate spends".to_owned(),
        value: of(&through, |rates| rates.server_s_per_gb),
        unit: "CPU-s/GB",
        ceiling: Some(Ceiling {
            value: of(&ceilings, |rates| rates.server_s_per_gb - rates.client_s_per_gb),
            what: "TLS sent from memory: encrypting and sending, no engine to read from",
        }),
        goal: Some(Goal::AtMost(0.6)),
        note: format!(
            "user and system time of the whole process{}",
            nginx_figure(of(&beside, |rates| rates.server_s_per_gb), "CPU-s/GB"),
        ),
    });
    Ok(())
}

/// What nginx did in the same minute, if it is installed.
fn nginx_figure(value: f64, unit: &str) -> String {
    if value.is_nan() { String::new() } else { format!("; nginx's mail proxy: {value:.2} {unit}") }
}

struct Rates {
    mb_per_s: f64,
    client_s_per_gb: f64,
    server_s_per_gb: f64,
    cipher: String,
}

impl Rates {
    fn of(download: Download) -> Self {
        let Download { bytes, time, cpu, server_cpu: [before, after], cipher } = download;
        let gb = bytes as f64 / 1e9;
        Self {
            mb_per_s: bytes as f64 / 1e6 / time.as_secs_f64(),
            client_s_per_gb: cpu.as_secs_f64() / gb,
            server_s_per_gb: after.saturating_sub(before).as_secs_f64() / gb,
            cipher,
        }
    }
}
