//! The report of a drill, as tables for people and as JSON for programs.

use super::change_path::{ChangePath, ExpectedSecondFactor};
use super::session::Scenario;
use crate::output::{self, Format};
use postward_authority::Surface;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Instant;

/// The report of a drill.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) address: String,
    pub(super) passed: bool,
    #[serde(rename = "ways")]
    pub(super) paths: Vec<TrialResult>,
    /// The change paths that were not tried, and why.
    #[serde(rename = "left_out")]
    pub(super) skipped: Vec<Skipped>,
}

/// A change path that was not tried.
#[derive(Debug, Serialize)]
pub(super) struct Skipped {
    #[serde(rename = "way")]
    pub(super) path: ChangePath,
    pub(super) why: &'static str,
}

/// The result of a password change by one path.
#[derive(Debug, Serialize)]
pub(super) struct TrialResult {
    #[serde(rename = "way")]
    pub(super) path: ChangePath,
    /// From sending the change to its answer.
    pub(super) answered_ms: f64,
    /// The sessions the receipt says have ended.
    pub(super) receipt: BTreeMap<Surface, u64>,
    pub(super) sessions: Vec<SessionRow>,
    #[serde(rename = "old_password")]
    pub(super) old_passwords: Vec<OldPassword>,
    /// What the path had to leave of the second factor that was on.
    pub(super) second_factor: Option<ExpectedSecondFactor>,
    /// The surfaces that refused the old password with a code that was good.
    pub(super) refused_with_code: Vec<Surface>,
    /// How many sessions of another mailbox were checked.
    pub(super) bystanders: usize,
    /// Whether every folder, UID, flag and byte is unchanged.
    pub(super) mail_unchanged: bool,
    /// The broken promises, a sentence each; empty when all were kept.
    pub(super) problems: Vec<String>,
}

/// When one session ended.
#[derive(Debug, Serialize)]
pub(super) struct SessionRow {
    pub(super) session: Scenario,
    /// From sending the change to the end of the session; none where it did not end.
    pub(super) ended_ms: Option<f64>,
    /// Whether it had ended when the answer came.
    pub(super) before_answer: bool,
}

/// What the old password opened on one surface.
#[derive(Debug, Serialize)]
pub(super) struct OldPassword {
    #[serde(rename = "door")]
    pub(super) surface: Surface,
    #[serde(rename = "tries")]
    pub(super) attempts: usize,
    /// From sending the change to the last time it opened something; none if it never did again.
    pub(super) last_worked_ms: Option<f64>,
}

impl TrialResult {
    /// An empty result.
    pub(super) fn new(path: ChangePath) -> Self {
        Self {
            path,
            answered_ms: 0.0,
            receipt: BTreeMap::new(),
            sessions: Vec::new(),
            old_passwords: Vec::new(),
            second_factor: None,
            refused_with_code: Vec::new(),
            bystanders: 0,
            mail_unchanged: false,
            problems: Vec::new(),
        }
    }

    /// Records a broken promise.
    pub(super) fn fail(&mut self, sentence: String) {
        self.problems.push(sentence);
    }

    /// Records when a session ended, or that it did not.
    pub(super) fn record_end(&mut self, session: SessionRow) {
        let label = session.session.label();
        match (session.ended_ms, session.before_answer) {
            (None, _) => self.fail(format!("{label} has survived")),
            (Some(_), false) => self.fail(format!("{label} ended only after the answer")),
            (Some(_), true) => {}
        }
        self.sessions.push(session);
    }
}

impl Report {
    /// Prints it.
    pub(super) fn print(&self, format: Format) {
        match format {
            Format::Json => output::json(self),
            Format::Text => self.print_text(),
        }
    }

    fn print_text(&self) {
        let sessions: Vec<_> = self.paths.iter().flat_map(session_rows).collect();
        output::table(["CHANGED THROUGH", "SESSION", "ENDED AFTER", "ANSWER AFTER", "RESULT"], &sessions);
        output::line("");
        let old: Vec<_> = self.paths.iter().flat_map(old_password_rows).collect();
        output::table(["CHANGED THROUGH", "OLD PASSWORD AT", "LAST WORKED AFTER", "TRIES"], &old);
        output::line("");
        for result in &self.paths {
            let expected = match result.second_factor {
                Some(ExpectedSecondFactor::Stays) => "it stays on",
                Some(ExpectedSecondFactor::GoesOff) => "it goes off",
                None => continue,
            };
            output::line(format_args!(
                "With a second factor on, through {}: {expected}; the old password with a fresh code was refused at {} doors.",
                result.path.label(),
                result.refused_with_code.len()
            ));
        }
        for Skipped { path, why } in &self.skipped {
            output::line(format_args!("Not tried: {}, {why}.", path.label()));
        }
        for result in &self.paths {
            for problem in &result.problems {
                output::line(format_args!("FAILED through {}: {problem}.", result.path.label()));
            }
        }
        output::line(self.verdict());
    }

    fn verdict(&self) -> String {
        let (paths, sessions) =
            (self.paths.len(), self.paths.iter().map(|result| result.sessions.len()).sum::<usize>());
        if !self.passed {
            return "The promise was broken.".to_owned();
        }
        let bystanders: usize = self.paths.iter().map(|result| result.bystanders).sum();
        let others = match bystanders {
            0 => String::new(),
            _ => " Sessions of another mailbox went on.".to_owned(),
        };
        format!(
            "{paths} changes, {sessions} sessions: every one was over before the answer, the old password opened \
             nothing after it, the new one opened every door, and no message, flag, UID or folder has changed.{others}"
        )
    }
}

fn session_rows(result: &TrialResult) -> impl Iterator<Item = [String; 5]> {
    result.sessions.iter().map(|session| {
        let verdict = match (session.ended_ms, session.before_answer) {
            (Some(_), true) => "ended",
            (Some(_), false) => "TOO LATE",
            (None, _) => "SURVIVED",
        };
        [
            result.path.label().to_owned(),
            session.session.label().to_owned(),
            milliseconds(session.ended_ms),
            milliseconds(Some(result.answered_ms)),
            verdict.to_owned(),
        ]
    })
}

fn old_password_rows(result: &TrialResult) -> impl Iterator<Item = [String; 4]> {
    result.old_passwords.iter().map(|old| {
        let last = old.last_worked_ms.map_or_else(|| "never".to_owned(), |ms| milliseconds(Some(ms)));
        [result.path.label().to_owned(), old.surface.label().to_owned(), last, old.attempts.to_string()]
    })
}

/// Right-aligned, because the column holds numbers.
fn milliseconds(ms: Option<f64>) -> String {
    ms.map_or_else(|| format!("{:>11}", "-"), |ms| format!("{ms:>8.1} ms"))
}

/// Milliseconds between two moments, to a tenth.
pub(super) fn since(from: Instant, to: Instant) -> f64 {
    (to.saturating_duration_since(from).as_secs_f64() * 10_000.0).round() / 10.0
}
