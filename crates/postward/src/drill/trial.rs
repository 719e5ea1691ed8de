//! The trial of one change path: opens sessions, changes the password, and observes that each session ends.

use super::change_path::ChangePath;
use super::host::Host;
use super::participants::Participants;
use super::password_change::prepare;
use super::prober::{Outcome, ProbeResult, probe};
use super::report::{OldPassword, SessionRow, TrialResult, since};
use super::session::{Scenario, Session, Sessions, signed_in_page};
use super::signed_in_client::SignedInClient;
use postward_authority::Surface;
use postward_testclient::{DisconnectWatch, HttpClient, closed_by_now};
use postward_wire::Secret;
use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long to wait for the end of a session before it counts as not ended.
const END_TIMEOUT: Duration = Duration::from_secs(3);

/// Changes the password by one path while `sessions` are open, and finds out what became of them.
pub(super) async fn run_trial(
    path: ChangePath,
    host: &Arc<Host>,
    participants: &Participants,
    new: &Secret,
    sessions: Sessions,
) -> io::Result<TrialResult> {
    let (prepared, mailbox) = (prepare(path, host, participants).await?, &participants.mailbox);
    let changing_browser =
        prepared.browser().zip(path.surface().filter(|surface| *surface != Surface::Dashboard));
    let mut result = TrialResult::new(path);
    let mut open: BTreeMap<Surface, u64> = BTreeMap::new();
    for surface in sessions
        .iter()
        .map(|(scenario, _)| scenario.surface())
        .chain(changing_browser.iter().map(|(_, at)| *at))
    {
        *open.entry(surface).or_default() += 1;
    }
    let (connections, browsers) = split(&sessions)?;
    let watch = DisconnectWatch::over(
        connections.iter().map(|(_, socket)| socket.try_clone()).collect::<Result<_, _>>()?,
    );
    let (answer_sent, answered) = watch::channel(None);
    let mut probers = JoinSet::new();
    let mut page_pollers = JoinSet::new();

    let sent = Instant::now();
    for surface in Surface::OF_MAILBOXES {
        probers.spawn(probe(Arc::clone(host), surface, mailbox.copy(), answered.clone()));
    }
    for (scenario, browser) in browsers.iter().cloned() {
        page_pollers.spawn(poll_page(scenario, browser));
    }
    let answer = prepared.submit(&mailbox.password, new).await;
    // Polled right after the answer: a connection that is still open here was open when the answer came.
    let at = Instant::now();
    let closed = closed_by_now(connections.iter().map(|(_, socket)| socket));
    let _probers_listen = answer_sent.send(Some(at));
    result.answered_ms = since(sent, at);

    for (scenario, mut browser) in
        browsers.into_iter().chain(changing_browser.map(|(browser, _)| (scenario_of(path), browser)))
    {
        if browser.is_signed_in(signed_in_page(scenario.surface())).await? {
            result.fail(format!("{} was still signed in after the answer", scenario.label()));
        }
    }
    let ended = answer?.receipt().await?;
    let disconnects = watch.end(END_TIMEOUT).await?;
    for (((scenario, _), closed), closed_at) in connections.iter().zip(closed?).zip(disconnects) {
        result.record_end(SessionRow {
            session: *scenario,
            ended_ms: closed_at.map(|at| since(sent, at)),
            before_answer: closed,
        });
    }
    while let Some(polled) = page_pollers.join_next().await {
        let (scenario, over) = polled.map_err(io::Error::other)??;
        // Its next request was sent after the answer, above, and led to the sign-in page.
        result.record_end(SessionRow {
            session: scenario,
            ended_ms: over.map(|at| since(sent, at)),
            before_answer: true,
        });
    }
    result.sessions.sort_by_key(|session| session.session);
    let mut at_least = open.clone();
    let mut at_most = open;
    while let Some(probed) = probers.join_next().await {
        let probed = probed.map_err(io::Error::other)?;
        let surface = probed.surface;
        let opened = probed.opened.len() as u64;
        let unknown = probed
            .attempts
            .iter()
            .filter(|one| one.started_at < at && one.outcome != Outcome::Opened)
            .count();
        *at_least.entry(surface).or_default() += opened;
        *at_most.entry(surface).or_default() += opened + unknown as u64;
        result.old_passwords.push(check_old_password(probed, sent, at, &mut result.problems).await?);
    }
    result.old_passwords.sort_by_key(|old| old.surface);
    for surface in Surface::OF_MAILBOXES {
        let of = |counts: &BTreeMap<Surface, u64>| counts.get(&surface).copied().unwrap_or_default();
        if !(of(&at_least)..=of(&at_most)).contains(&of(&ended)) {
            let (said, open) = (of(&ended), of(&at_least));
            result.fail(format!(
                "the receipt counts {said} {} sessions, and {open} were open",
                surface.label()
            ));
        }
    }
    result.receipt = ended;
    Ok(result)
}

type Connections = Vec<(Scenario, OwnedFd)>;
type Browsers = Vec<(Scenario, HttpClient)>;

fn split(sessions: &[(Scenario, Session)]) -> io::Result<(Connections, Browsers)> {
    let (mut connections, mut browsers) = (Vec::new(), Vec::new());
    for (scenario, session) in sessions {
        if let SignedInClient::Browser(browser) = &session.client {
            browsers.push((*scenario, browser.clone()));
        } else if let Some(socket) = session.socket()? {
            connections.push((*scenario, socket));
        }
    }
    Ok((connections, browsers))
}

/// The scenario under which the browser that changes the password is reported.
fn scenario_of(path: ChangePath) -> Scenario {
    match path.surface() {
        Some(Surface::Panel) => Scenario::Panel,
        _ => Scenario::Webmail,
    }
}

/// Requests a page again and again until it is the sign-in page, and returns when that was.
async fn poll_page(scenario: Scenario, mut browser: HttpClient) -> io::Result<(Scenario, Option<Instant>)> {
    let until = Instant::now() + END_TIMEOUT + END_TIMEOUT;
    while Instant::now() < until {
        match browser.is_signed_in(signed_in_page(scenario.surface())).await {
            Ok(true) => tokio::time::sleep(Duration::from_millis(2)).await,
            // A request in progress is aborted with its session.
            Ok(false) | Err(_) => return Ok((scenario, Some(Instant::now()))),
        }
    }
    Ok((scenario, None))
}

/// What the old password opened on one surface.
async fn check_old_password(
    probed: ProbeResult,
    sent: Instant,
    answered: Instant,
    problems: &mut Vec<String>,
) -> io::Result<OldPassword> {
    let ProbeResult { surface, attempts, opened } = probed;
    let successes = || attempts.iter().filter(|one| one.outcome == Outcome::Opened);
    if successes().any(|one| one.started_at >= answered) {
        problems.push(format!("the old password still opened {} after the answer", surface.label()));
    }
    if !attempts.iter().any(|one| one.started_at >= answered && one.outcome == Outcome::Refused) {
        problems.push(format!("{} did not refuse the old password after the answer", surface.label()));
    }
    for mut session in opened {
        if !has_ended(&mut session).await? {
            problems.push(format!(
                "a {} session the old password opened during the change lives on",
                surface.label()
            ));
        }
    }
    Ok(OldPassword {
        surface,
        attempts: attempts.len(),
        last_worked_ms: successes().map(|one| since(sent, one.answered_at)).next_back(),
    })
}

async fn has_ended(session: &mut Session) -> io::Result<bool> {
    match session.socket()? {
        Some(socket) => {
            Ok(DisconnectWatch::over(vec![socket]).end(END_TIMEOUT).await?.iter().all(Option::is_some))
        }
        None => session.responds().await.map(|signed_in| !signed_in),
    }
}
