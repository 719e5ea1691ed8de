//! What an idle session costs in memory.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::Failure;

use super::client::Idle;
use super::engine::StubEngine;
use super::figure::{Figure, Goal, Report};
use super::host::{Host, Mail, ReconnectCache};
use super::plan::Scale;
use super::process;
use super::sign_ins::PASSWORD;

const SESSIONS: usize = 4000;

/// One person's phone, laptop and their five connections each would be about ten.
const MAILBOXES: usize = 40;

/// Until what was only needed for signing in has been given back.
const SETTLE: Duration = Duration::from_secs(3);

/// Measures resident memory by session, behind a socket and built in.
pub(super) fn measure(binary: &Path, scale: Scale, report: &mut Report) -> Result<(), Failure> {
    let stub = StubEngine::start()?;
    let rows = [
        (Mail::Behind(&stub), Idle::SignedIn, "engine behind a socket, signed in", Some(Goal::AtMost(15.0))),
        (Mail::BuiltIn, Idle::SignedIn, "built-in engine, signed in", Some(Goal::AtMost(40.0))),
        (Mail::BuiltIn, Idle::InIdle, "built-in engine, INBOX selected, in IDLE", Some(Goal::AtMost(40.0))),
    ];
    for (mail, state, words, goal) in rows {
        let host = Host::start(binary, mail, ReconnectCache::On)?;
        let mailboxes = host.add_mailboxes(MAILBOXES, PASSWORD)?;
        let door = host.door()?;
        let sessions = scale.sessions(SESSIONS);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("no threads for clients: {error}"))?;
        // Threads, caches and every password's hash belong to the server, not to a session.
        drop(runtime.block_on(door.hold(&mailboxes, PASSWORD, MAILBOXES, state))?);
        sleep(scale.time(SETTLE));
        let before = process::resident_kib(host.pid())?;
        let held = runtime.block_on(door.hold(&mailboxes, PASSWORD, sessions, state));
        let held = held.map_err(|error| host.failure(&error))?;
        let at_once = process::resident_kib(host.pid())?;
        sleep(scale.time(SETTLE));
        let after = process::resident_kib(host.pid())?;
        report.add(Figure {
            name: format!("an idle TLS session of {}, {words}", held.len()),
            value: (after - before) / held.len() as f64,
            unit: "KiB",
            ceiling: None,
            goal,
            note: format!(
                "resident memory of the process, not the kernel's socket buffers: {:.1} MiB before, {:.1} MiB right \
                 after the last sign-in, {:.1} MiB {} s later",
                before / 1024.0,
                at_once / 1024.0,
                after / 1024.0,
                SETTLE.as_secs(),
            ),
        });
    }
    Ok(())
}
