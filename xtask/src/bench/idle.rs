//! What an idle session costs in memory.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use postward_testclient::Endpoint;

use crate::Failure;

use super::engine::StubEngine;
use super::figure::{Ceiling, Figure, Goal, Report};
use super::host::{Host, Mail, ReconnectCache};
use super::nginx::Nginx;
use super::process;
use super::scale::Scale;
use super::sessions::{Idle, open_sessions};
use super::sign_ins::PASSWORD;

const SESSIONS: usize = 4000;

/// A hundred sessions each: what a mailbox costs once is shared by few enough to show.
const MAILBOXES: usize = 40;

/// Until what was only needed for signing in has been given back.
const SETTLE: Duration = Duration::from_secs(3);

/// Measures resident memory by session, behind a socket and built in.
pub(super) fn measure(binary: &Path, scale: Scale, report: &mut Report) -> Result<(), Failure> {
    let stub = StubEngine::start()?;
    let host = Host::start(binary, Mail::Remote(&stub), ReconnectCache::On)?;
    let nginx = match Nginx::start(&host.data().join("tls"), &stub)? {
        Some(nginx) => {
            let endpoint = host.endpoint_at(nginx.address())?;
            let cost =
                Cost::of(&endpoint, &nginx.pids()?, &[String::from("anybody")], Idle::SignedIn, scale)?;
            Some(Ceiling { value: cost.kib_per_session(), what: "nginx's mail proxy before the same engine" })
        }
        None => None,
    };
    let behind = "engine behind a socket, signed in";
    report.add(Figure { ceiling: nginx, ..figure(&host, Idle::SignedIn, scale, behind, 15.0)? });
    drop(host);
    for (state, words) in [
        (Idle::SignedIn, "built-in engine, signed in"),
        (Idle::InIdle, "built-in engine, INBOX selected, in IDLE"),
    ] {
        let host = Host::start(binary, Mail::Embedded, ReconnectCache::On)?;
        report.add(figure(&host, state, scale, words, 40.0)?);
    }
    Ok(())
}

fn figure(host: &Host, state: Idle, scale: Scale, words: &str, goal_kib: f64) -> Result<Figure, Failure> {
    let empty = process::resident_kib(&host.pids())?;
    let mailboxes = host.add_mailboxes(MAILBOXES, PASSWORD)?;
    let cost = Cost::of(&host.endpoint()?, &host.pids(), &mailboxes, state, scale);
    let cost = cost.map_err(|error| host.failure(&error))?;
    Ok(Figure {
        name: format!("an idle TLS session of {}, {words}", cost.sessions),
        value: cost.kib_per_session(),
        unit: "KiB",
        ceiling: None,
        goal: Some(Goal::AtMost(goal_kib)),
        note: format!(
            "resident memory of the process without the kernel's socket buffers, MiB: {:.1} just started, {:.1} \
             warmed up, {:.1} after the last sign-in, {:.1} a while later",
            empty / 1024.0,
            cost.before_kib / 1024.0,
            cost.at_once_kib / 1024.0,
            cost.after_kib / 1024.0,
        ),
    })
}

/// What many idle sessions take.
struct Cost {
    sessions: usize,
    before_kib: f64,
    at_once_kib: f64,
    after_kib: f64,
}

impl Cost {
    fn of(
        endpoint: &Endpoint,
        pids: &[u32],
        mailboxes: &[String],
        state: Idle,
        scale: Scale,
    ) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("no threads for clients: {error}"))?;
        // Threads, caches and every password's hash belong to the server, not to a session.
        drop(runtime.block_on(open_sessions(endpoint, mailboxes, PASSWORD, MAILBOXES, state))?);
        sleep(scale.time(SETTLE));
        let before_kib = process::resident_kib(pids)?;
        let held =
            runtime.block_on(open_sessions(endpoint, mailboxes, PASSWORD, scale.count(SESSIONS), state))?;
        let at_once_kib = process::resident_kib(pids)?;
        sleep(scale.time(SETTLE));
        let after_kib = process::resident_kib(pids)?;
        Ok(Self { sessions: held.len(), before_kib, at_once_kib, after_kib })
    }

    fn kib_per_session(&self) -> f64 {
        (self.after_kib - self.before_kib) / self.sessions as f64
    }
}
