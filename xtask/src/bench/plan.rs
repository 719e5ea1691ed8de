//! What is to be measured, and how much of it.

use std::path::{Path, PathBuf};

use crate::Failure;

use super::figure::Report;
use super::scale::Scale;
use super::{account_enumeration, ending, hashing, idle, process, reconnect, splice};

/// What one module measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Benchmark {
    Hashing,
    Reconnect,
    Idle,
    Ending,
    Splice,
    AccountEnumeration,
}

impl Benchmark {
    const ALL: [(&'static str, Self); 6] = [
        ("hashing", Self::Hashing),
        ("reconnect", Self::Reconnect),
        ("idle", Self::Idle),
        ("ending", Self::Ending),
        ("splice", Self::Splice),
        ("account-enumeration", Self::AccountEnumeration),
    ];
}

/// What to measure and where to write it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Empty means all of them.
    benchmarks: Vec<Benchmark>,
    scale: Scale,
    json: Option<PathBuf>,
    /// The server, if it is built already.
    binary: Option<PathBuf>,
}

impl Plan {
    /// Reads `[--quick] [--only NAME]… [--json FILE] [--binary FILE]`.
    pub(super) fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let mut plan = Self { benchmarks: Vec::new(), scale: Scale::Full, json: None, binary: None };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--quick" => plan.scale = Scale::Quick,
                "--only" => {
                    let name = rest.next().map(String::as_str).unwrap_or_default();
                    let found = Benchmark::ALL.iter().find(|(known, _)| *known == name);
                    let Some((_, benchmark)) = found else {
                        let names = Benchmark::ALL.map(|(name, _)| name).join(", ");
                        return Err(format!("--only wants one of {names}"));
                    };
                    plan.benchmarks.push(*benchmark);
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

    /// Runs every benchmark and prints the figures as they come.
    pub(super) fn run(&self, binary: &Path) -> Result<(), Failure> {
        process::raise_file_limit();
        let mut report = Report::begin();
        let all = Benchmark::ALL.map(|(_, benchmark)| benchmark);
        let chosen = if self.benchmarks.is_empty() { all.as_slice() } else { &self.benchmarks };
        for benchmark in chosen {
            match benchmark {
                Benchmark::Hashing => hashing::measure(binary, self.scale, &mut report)?,
                Benchmark::Reconnect => reconnect::measure(binary, self.scale, &mut report)?,
                Benchmark::Idle => idle::measure(binary, self.scale, &mut report)?,
                Benchmark::Ending => ending::measure(binary, self.scale, &mut report)?,
                Benchmark::Splice => splice::measure(binary, self.scale, &mut report)?,
                Benchmark::AccountEnumeration => {
                    account_enumeration::measure(binary, self.scale, &mut report)?
                }
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
    fn benchmarks_are_chosen_by_name() {
        let benchmarks = vec![Benchmark::Splice, Benchmark::Idle];
        let expected = Plan { benchmarks, scale: Scale::Quick, json: None, binary: None };
        assert_eq!(plan("--only splice --quick --only idle"), Ok(expected));
    }

    #[test]
    fn an_unknown_benchmark_is_refused() {
        assert!(plan("--only speed").is_err());
        assert!(plan("--only").is_err());
        assert!(plan("--json").is_err());
        assert!(plan("splice").is_err());
    }
}
