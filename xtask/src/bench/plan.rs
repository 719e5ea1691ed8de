//! What is to be measured, and how much of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Failure;

use super::figure::Report;
use super::{ending, hashing, idle, process, reconnect, splice, strangers};

/// One question, answered by one module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Hashing,
    Reconnect,
    Idle,
    Ending,
    Splice,
    Strangers,
}

impl Question {
    const ALL: [(&'static str, Self); 6] = [
        ("hashing", Self::Hashing),
        ("reconnect", Self::Reconnect),
        ("idle", Self::Idle),
        ("ending", Self::Ending),
        ("splice", Self::Splice),
        ("strangers", Self::Strangers),
    ];
}

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// What the goals are stated for.
    Full,
    /// A tenth of it, to see that the bench itself works.
    Quick,
}

impl Scale {
    /// So many sessions, or tries.
    pub(super) fn count(self, full: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Quick => full / 10,
        }
    }

    /// So long.
    pub(super) fn time(self, full: Duration) -> Duration {
        match self {
            Self::Full => full,
            Self::Quick => full / 10,
        }
    }

    /// So often. Odd, so that there is one in the middle.
    pub(super) fn rounds(self) -> usize {
        match self {
            Self::Full => 3,
            Self::Quick => 1,
        }
    }
}

/// What to measure and where to write it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Empty means all of them.
    questions: Vec<Question>,
    scale: Scale,
    json: Option<PathBuf>,
    /// The server, if it is built already.
    binary: Option<PathBuf>,
}

impl Plan {
    /// Reads `[--quick] [--only NAME]… [--json FILE] [--binary FILE]`.
    pub(super) fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let mut plan = Self { questions: Vec::new(), scale: Scale::Full, json: None, binary: None };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--quick" => plan.scale = Scale::Quick,
                "--only" => {
                    let name = rest.next().map(String::as_str).unwrap_or_default();
                    let found = Question::ALL.iter().find(|(known, _)| *known == name);
                    let Some((_, question)) = found else {
                        let names = Question::ALL.map(|(name, _)| name).join(", ");
                        return Err(format!("--only wants one of {names}"));
                    };
                    plan.questions.push(*question);
                }
                "--json" => plan.json = Some(file(argument, rest.next())?),
                "--binary" => plan.binary = Some(file(argument, rest.next())?),
                other => {
                    return Err(format!("bench knows --quick, --only, --json and --binary, not {other}"));
                }
            }
        }
        Ok(plan)
    }

    /// A server that is built already, to be measured instead of a new one.
    pub(super) fn binary(&self) -> Option<&Path> {
        self.binary.as_deref()
    }

    /// Asks every question and prints the answers as they come.
    pub(super) fn carry_out(&self, binary: &Path) -> Result<(), Failure> {
        process::raise_file_limit();
        let mut report = Report::begin();
        let all = Question::ALL.map(|(_, question)| question);
        let chosen = if self.questions.is_empty() { all.as_slice() } else { &self.questions };
        for question in chosen {
            match question {
                Question::Hashing => hashing::measure(binary, self.scale, &mut report)?,
                Question::Reconnect => reconnect::measure(binary, self.scale, &mut report)?,
                Question::Idle => idle::measure(binary, self.scale, &mut report)?,
                Question::Ending => ending::measure(binary, self.scale, &mut report)?,
                Question::Splice => splice::measure(binary, self.scale, &mut report)?,
                Question::Strangers => strangers::measure(binary, self.scale, &mut report)?,
            }
        }
        report.close(self.json.as_deref())
    }
}

fn file(option: &str, name: Option<&String>) -> Result<PathBuf, Failure> {
    name.map(PathBuf::from).ok_or_else(|| format!("{option} wants the name of a file"))
}

/// The server, which cargo puts beside this program.
pub(super) fn built_beside_this() -> Result<PathBuf, Failure> {
    let this = std::env::current_exe().map_err(|error| format!("this program is nowhere: {error}"))?;
    Ok(this.with_file_name("postward"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(line: &str) -> Result<Plan, Failure> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Plan::parse(&arguments)
    }

    #[test]
    fn questions_are_chosen_by_name() {
        let questions = vec![Question::Splice, Question::Idle];
        let expected = Plan { questions, scale: Scale::Quick, json: None, binary: None };
        assert_eq!(plan("--only splice --quick --only idle"), Ok(expected));
    }

    #[test]
    fn a_question_nobody_answers_is_refused() {
        assert!(plan("--only speed").is_err());
        assert!(plan("--only").is_err());
        assert!(plan("--json").is_err());
        assert!(plan("splice").is_err());
    }
}
