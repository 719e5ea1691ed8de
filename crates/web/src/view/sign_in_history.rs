//! The sign-in history: past sessions and refused tries in one list, the same for owners and staff (W7).

use crate::view::relative_time::RelativeTime;
use crate::view::user_agent::UserAgent;
use postward_authority::{
    EndReason, PastSession, RefusalCause, RefusedAttempt, SessionEnd, Stored, Surface, Timestamp,
};
use postward_texts::{Message, message, text};

/// Lines shown: the newest. More than anybody looks through.
const LINES: usize = 100;

/// A sign-in, or a try that was refused.
pub(crate) struct Line {
    at: Timestamp,
    pub(crate) when: RelativeTime,
    /// `Webmail`.
    pub(crate) surface: String,
    /// What happened: `Signed in`, `Old password used`.
    pub(crate) what: String,
    pub(crate) outcome: Outcome,
    /// How it went on, where it did.
    pub(crate) then: Option<String>,
    pub(crate) client: Option<UserAgent>,
    pub(crate) ip: String,
}

/// What a try means to whoever looks after the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It opened a session.
    SignedIn,
    /// It opened nothing.
    Refused,
    /// It opened nothing, and somebody knows the password, or knew it.
    Alarming,
}

/// Both kinds in one list, newest first.
pub(crate) fn lines(past: Vec<PastSession>, refused: Vec<RefusedAttempt>, now: Timestamp) -> Vec<Line> {
    let past = past.into_iter().map(|session| Line {
        at: session.since,
        when: RelativeTime::new(session.since, now),
        surface: capitalised(session.surface),
        what: match session.app_password {
            Some(name) => message("history-signed-in-app-password").with("name", name).to_string(),
            None => text("outcome-signed-in").to_owned(),
        },
        outcome: Outcome::SignedIn,
        then: Some(match session.over {
            None => text("history-still-open").to_owned(),
            Some((at, reason)) => over(&reason).with("when", RelativeTime::new(at, now).relative).to_string(),
        }),
        client: session.client.map(UserAgent::new),
        ip: session.ip,
    });
    let refused = refused.into_iter().map(|tried| {
        let (what, outcome) = why(&tried.cause);
        Line {
            at: tried.at,
            when: RelativeTime::new(tried.at, now),
            surface: capitalised(tried.surface),
            what: what.to_owned(),
            outcome,
            then: None,
            client: tried.client.map(UserAgent::new),
            ip: tried.ip,
        }
    });
    let mut all: Vec<_> = past.chain(refused).collect();
    all.sort_by_key(|line| std::cmp::Reverse(line.at));
    all.truncate(LINES);
    all
}

/// `Webmail`: the name of a surface where a line begins with it.
pub(crate) fn capitalised(surface: Surface) -> String {
    let mut characters = surface.label().chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// Why a try was refused, and how alarming that is.
fn why(cause: &Stored<RefusalCause>) -> (&'static str, Outcome) {
    let cause = match cause {
        Stored::Known(cause) => cause,
        Stored::Unknown(_) => return (text("outcome-refused"), Outcome::Refused),
    };
    match cause {
        RefusalCause::Wrong => (text("history-wrong-password"), Outcome::Refused),
        RefusalCause::Previous => (text("history-previous-password"), Outcome::Alarming),
        RefusalCause::Suspended => (text("history-suspended"), Outcome::Refused),
        RefusalCause::Throttled => (text("history-throttled"), Outcome::Refused),
        RefusalCause::Overtaken => (text("history-overtaken"), Outcome::Refused),
        RefusalCause::CodeMissing => (text("history-code-missing"), Outcome::Alarming),
        RefusalCause::WrongCode => (text("history-wrong-code"), Outcome::Alarming),
        RefusalCause::SpentCode => (text("history-spent-code"), Outcome::Alarming),
        RefusalCause::TooManyCodes => (text("history-too-many-codes"), Outcome::Alarming),
        RefusalCause::AppPasswordRequired => (text("history-app-passwords-only"), Outcome::Alarming),
        RefusalCause::WrongRecovery => (text("history-wrong-recovery-code"), Outcome::Refused),
    }
}

/// How a session was over; its argument is `when`.
fn over(end: &Stored<SessionEnd>) -> Message {
    let end = match end {
        Stored::Known(end) => end,
        Stored::Unknown(_) => return message("history-over"),
    };
    match end {
        SessionEnd::Ended(EndReason::PasswordChanged) => message("history-over-password-changed"),
        SessionEnd::Ended(EndReason::Suspended) => message("history-over-suspended"),
        SessionEnd::Ended(EndReason::Ended) => message("history-over-ended"),
        SessionEnd::Expired => message("history-over-expired"),
        SessionEnd::Ended(EndReason::Stale | EndReason::Shutdown)
        | SessionEnd::Closed
        | SessionEnd::NodeStopped => message("history-over"),
    }
}
