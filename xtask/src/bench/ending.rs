//! How long sessions live on after their password was changed.

use std::mem::MaybeUninit;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::epoll;
use rustix::fd::OwnedFd;
use rustix::time::Timespec;

use crate::Failure;

use super::engine::StubEngine;
use super::figure::{Ceiling, Figure, Goal, Report, median};
use super::host::{Host, Mail, ReconnectCache};
use super::process;
use super::scale::Scale;
use super::sessions::{Idle, open_sessions};
use super::sign_ins::PASSWORD;

/// Sessions of one mailbox, and the ms until the last of them may be closed.
const SESSION_COUNTS: [(usize, f64); 2] = [(1000, 80.0), (9000, 500.0)];

/// A session that is open after so long has survived.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Measures the time from the sending of the change to the end of the last connection, as its client sees it.
pub(super) fn measure(binary: &Path, scale: Scale, report: &mut Report) -> Result<(), Failure> {
    let stub = StubEngine::start()?;
    let rows = [
        (Mail::Embedded, Idle::InIdle, "built-in engine, in IDLE", 1),
        (Mail::Remote(&stub), Idle::SignedIn, "engine behind a socket", 2),
    ];
    for (mail, state, words, files_per_session) in rows {
        for (sessions, goal_ms) in SESSION_COUNTS {
            let host = Host::start(binary, mail, ReconnectCache::On)?;
            let most = process::file_limit().saturating_sub(200) / files_per_session;
            let sessions = scale.count(sessions).min(most);
            let mailbox = host.add_mailboxes(1, PASSWORD)?;
            let mut ending =
                Ending { host: &host, mailbox, password: PASSWORD.to_owned(), state, changes: 0 };
            let mut alone = Vec::new();
            let mut ends = Vec::new();
            for _ in 0..scale.rounds() {
                alone.push(ending.change(0)?.receipt_ms);
                ends.push(ending.change(sessions)?);
            }
            let of = |part: fn(&End) -> f64| median(ends.iter().map(part).collect());
            let alone = median(alone);
            report.add(Figure {
                name: format!("the last of {sessions} TLS sessions closed, {words}"),
                value: of(|end| end.last_ms),
                unit: "ms",
                ceiling: Some(Ceiling {
                    value: alone,
                    what: "the same change with nobody signed in: one hash and one commit to disk",
                }),
                goal: Some(Goal::AtMost(goal_ms)),
                note: format!(
                    "from the sending of the change, at the clients; first {:.0} ms, half {:.0} ms, receipt {:.0} ms; \
                     CPU: server {:.0} ms, bench {:.0} ms",
                    of(|end| end.first_ms),
                    of(|end| end.half_ms),
                    of(|end| end.receipt_ms),
                    of(|end| end.server_ms),
                    of(|end| end.bench_ms),
                ),
            });
        }
    }
    Ok(())
}

struct Ending<'a> {
    host: &'a Host,
    mailbox: Vec<String>,
    password: String,
    state: Idle,
    changes: u32,
}

/// One change and what its clients saw. Times count from its sending.
#[derive(Default)]
struct End {
    first_ms: f64,
    half_ms: f64,
    last_ms: f64,
    receipt_ms: f64,
    server_ms: f64,
    bench_ms: f64,
}

impl Ending<'_> {
    /// Opens sessions and changes the password, to one the mailbox never had.
    fn change(&mut self, sessions: usize) -> Result<End, Failure> {
        let Self { host, mailbox, password, state, changes } = self;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("no threads for clients: {error}"))?;
        let held = runtime.block_on(open_sessions(&host.endpoint()?, mailbox, password, sessions, *state));
        let clients = held.map_err(|error| host.failure(&error))?;
        drop(runtime);
        let watch = Watch::over(&clients)?;
        let watcher = thread::spawn(move || watch.until_all_are_closed(sessions));

        *changes += 1;
        *password = format!("Changed-{changes}-times");
        let mailbox = mailbox.first().map(String::as_str).unwrap_or_default();
        let (server, bench) = (process::cpu(&host.pids())?, process::own_cpu());
        let sent = Instant::now();
        host.change_password(mailbox, password)?;
        let receipt = sent.elapsed();
        let closed = watcher.join().map_err(|_| "the watcher panicked".to_owned())??;
        let (server, bench) =
            (process::cpu(&host.pids())?.saturating_sub(server), process::own_cpu().saturating_sub(bench));
        if closed.len() < sessions {
            return Err(host.failure(&format!("{} of {sessions} sessions survived", sessions - closed.len())));
        }
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let nth = |number: usize| {
            closed.get(number).map_or(0.0, |moment| ms(moment.saturating_duration_since(sent)))
        };
        Ok(End {
            first_ms: nth(0),
            half_ms: nth(sessions / 2),
            last_ms: nth(sessions.saturating_sub(1)),
            receipt_ms: ms(receipt),
            server_ms: ms(server),
            bench_ms: ms(bench),
        })
    }
}

/// Waits for connections to be closed by the other side. It reads nothing: the kernel says when it has heard FIN or
/// RST, and so watching costs next to nothing beside what is watched.
struct Watch(OwnedFd);

impl Watch {
    fn over(clients: &[OwnedFd]) -> Result<Self, Failure> {
        let failed = |error| format!("connections cannot be watched: {error}");
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).map_err(failed)?;
        for client in clients {
            // RST and errors are reported unasked.
            let asked = epoll::EventFlags::RDHUP | epoll::EventFlags::ET;
            let nobody = epoll::EventData::new_u64(0);
            epoll::add(&epoll, client, nobody, asked | epoll::EventFlags::ONESHOT).map_err(failed)?;
        }
        Ok(Self(epoll))
    }

    /// When each was closed, in order.
    fn until_all_are_closed(self, sessions: usize) -> Result<Vec<Instant>, Failure> {
        let deadline = Instant::now() + TIMEOUT;
        let mut closed = Vec::with_capacity(sessions);
        let mut events = [MaybeUninit::uninit(); 512];
        while closed.len() < sessions {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let left = Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
            let (reported, _) = epoll::wait(&self.0, &mut events, Some(&left))
                .map_err(|error| format!("connections cannot be watched: {error}"))?;
            let now = Instant::now();
            closed.extend(reported.iter().map(|_| now));
        }
        Ok(closed)
    }
}
