//! Sign-ins of the past and tries that were refused, as one list in plain words (W7).

use crate::when::When;
use postward_authority::audit::RefusedTry;
use postward_authority::own::PastSession;
use postward_authority::{Surface, Timestamp};

/// Lines shown: the newest. More than anybody looks through.
const LINES: usize = 200;

/// One line of the list.
pub(crate) struct Line {
    at: Timestamp,
    pub(crate) when: When,
    /// What happened: `Signed in`.
    pub(crate) what: String,
    /// Whether a former password was tried: by somebody who has not heard of the change, or by an intruder.
    pub(crate) is_old_password: bool,
    pub(crate) surface: Surface,
    pub(crate) ip: String,
    pub(crate) client: Option<String>,
    /// How it went on.
    pub(crate) then: String,
}

/// Both kinds in one list, newest first.
pub(crate) fn lines(past: Vec<PastSession>, refused: Vec<RefusedTry>, now: Timestamp) -> Vec<Line> {
    let past = past.into_iter().map(|session| Line {
        at: session.since,
        when: When::new(session.since, now),
        what: match session.app_password {
            Some(name) => format!("Signed in with the app password {name}"),
            None => "Signed in".to_owned(),
        },
        is_old_password: false,
        surface: session.surface,
        ip: session.ip,
        client: session.client,
        then: match session.over {
            None => "still open".to_owned(),
            Some((at, reason)) => format!("{} {}", over(&reason), When::new(at, now).relative),
        },
    });
    let refused = refused.into_iter().map(|tried| Line {
        at: tried.at,
        when: When::new(tried.at, now),
        what: why(&tried.cause).to_owned(),
        is_old_password: tried.cause == "previous-password",
        surface: tried.surface,
        ip: tried.ip,
        client: tried.client,
        then: String::new(),
    });
    let mut all: Vec<_> = past.chain(refused).collect();
    all.sort_by_key(|line| std::cmp::Reverse(line.at));
    all.truncate(LINES);
    all
}

/// Why a try was refused.
fn why(cause: &str) -> &'static str {
    match cause {
        "wrong-password" => "Refused: wrong password",
        "previous-password" => "Refused: a former password",
        "suspended" => "Refused: sign-in is suspended",
        "throttled" => "Refused: too many tries",
        "overtaken" => "Refused: the password changed at that moment",
        "code-missing" => "Refused: right password, no 2FA code",
        "wrong-code" => "Refused: right password, wrong 2FA code",
        "spent-code" => "Refused: right password, a 2FA code that was used before",
        "too-many-codes" => "Refused: right password, too many wrong 2FA codes",
        "app-password-required" => "Refused: right password, but mail apps need an app password",
        "wrong-recovery-code" => "Refused: wrong recovery code or reset link",
        _ => "Refused",
    }
}

/// How a session came to its end.
fn over(reason: &str) -> &'static str {
    match reason {
        "password-changed" => "ended by a new password",
        "suspended" => "ended by a suspension",
        "ended" => "signed out",
        "expired" => "expired",
        _ => "closed",
    }
}
