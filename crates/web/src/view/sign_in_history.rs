//! The sign-in history: past sessions and refused tries in one list, the same for owners and staff (W7).

use crate::view::relative_time::RelativeTime;
use crate::view::user_agent::UserAgent;
use postward_authority::{
    EndReason, PastSession, RefusalCause, RefusedAttempt, SessionEnd, Stored, Surface, Timestamp,
};

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
            Some(name) => format!("Signed in with the app password “{name}”"),
            None => "Signed in".to_owned(),
        },
        outcome: Outcome::SignedIn,
        then: Some(match session.over {
            None => "still open".to_owned(),
            Some((at, reason)) => format!("{} {}", over(&reason), RelativeTime::new(at, now).relative),
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
        Stored::Unknown(_) => return ("Refused", Outcome::Refused),
    };
    match cause {
        RefusalCause::Wrong => ("Wrong password", Outcome::Refused),
        RefusalCause::Previous => ("Old password used", Outcome::Alarming),
        RefusalCause::Suspended => ("Sign-in was suspended", Outcome::Refused),
        RefusalCause::Throttled => ("Too many tries, not looked at", Outcome::Refused),
        RefusalCause::Overtaken => ("The password was changed at the same moment", Outcome::Refused),
        RefusalCause::CodeMissing => ("Right password, code missing", Outcome::Alarming),
        RefusalCause::WrongCode => ("Right password, wrong code", Outcome::Alarming),
        RefusalCause::SpentCode => ("Right password, code used before", Outcome::Alarming),
        RefusalCause::TooManyCodes => ("Right password, too many codes", Outcome::Alarming),
        RefusalCause::AppPasswordRequired => {
            ("Right password, but this mailbox takes app passwords only", Outcome::Alarming)
        }
        RefusalCause::WrongRecovery => ("Wrong recovery code", Outcome::Refused),
    }
}

/// How a session was over, before the moment.
fn over(end: &Stored<SessionEnd>) -> &'static str {
    let end = match end {
        Stored::Known(end) => end,
        Stored::Unknown(_) => return "over",
    };
    match end {
        SessionEnd::Ended(EndReason::PasswordChanged) => "ended by a new password",
        SessionEnd::Ended(EndReason::Suspended) => "ended when sign-in was suspended",
        SessionEnd::Ended(EndReason::Ended) => "signed out or ended",
        SessionEnd::Expired => "expired",
        SessionEnd::Ended(EndReason::Stale | EndReason::Shutdown)
        | SessionEnd::Closed
        | SessionEnd::NodeStopped => "over",
    }
}
