//! `cargo xtask soak`: the tests that repeat an experiment, with counts that `./test` has no time for.
//!
//! The code is the same: such a test asks how often it shall repeat, and gets the short count or, where [`SWITCH`] is set,
//! the full one. This sets it, lets `./test` start what the tests need, and sums up what they say they have done.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Failure;

/// What the tests read.
const SWITCH: &str = "POSTWARD_SOAK";
/// How a line begins in which a test says what it has done: `soak: 200 rounds of NAME`.
const MARK: &str = "soak: ";

/// Tests that are soaked together.
struct Soak {
    name: &'static str,
    packages: &'static [&'static str],
    /// Which tests of the packages, as a filter of cargo nextest.
    tests: &'static str,
    what: &'static str,
}

const SOAKS: [Soak; 5] = [
    Soak {
        name: "single-use",
        packages: &["postward-authority"],
        tests: "test(/^once::/)",
        what: "a TOTP code, a recovery code and a mailed link, each used 64 times at once over two processes",
    },
    Soak {
        name: "storm",
        packages: &["postward", "postward-authority"],
        tests: "test(/^storm::/) | test(/^race::g3_/)",
        what: "sign-ins that never stop while the password changes, at the store and at the ports",
    },
    Soak {
        name: "kill-change",
        packages: &["postward"],
        tests: "test(/^crash::/)",
        what: "a process killed at a random moment of a password change",
    },
    Soak {
        name: "kill-single-use",
        packages: &["postward"],
        tests: "test(/^crash_once::/)",
        what: "a server killed while a code or a link is used",
    },
    Soak {
        name: "kill-delivery",
        packages: &["postward"],
        tests: "test(/killed_while_it_delivers/)",
        what: "a host killed while it delivers notices",
    },
];

/// Runs one soak or all of them. Without a name it lists them.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), Failure> {
    let name = match arguments {
        [] => {
            println!("{}", listing());
            return Ok(());
        }
        [name] => name.as_str(),
        _ => return Err(listing()),
    };
    let chosen: Vec<&Soak> = SOAKS.iter().filter(|soak| name == "all" || name == soak.name).collect();
    if chosen.is_empty() {
        return Err(format!("no soak {name}\n{}", listing()));
    }
    let mut summary = Vec::new();
    for soak in chosen {
        summary.push(
            soak.run(root)
                .map_err(|failure| format!("{}\nsoak: {}: {failure}", summary.join("\n"), soak.name))?,
        );
    }
    println!("{}", summary.join("\n"));
    Ok(())
}

fn listing() -> String {
    let rows = SOAKS.iter().map(|soak| format!("  {:<16} {}", soak.name, soak.what));
    let rows: Vec<String> = rows.collect();
    format!("usage: cargo xtask soak NAME\n{}\n  {:<16} one after the other", rows.join("\n"), "all")
}

impl Soak {
    /// What ran, how often and how long.
    fn run(&self, root: &Path) -> Result<String, Failure> {
        let begun = Instant::now();
        let mut tests = Command::new("bash")
            // One after the other, and what they say is not kept back.
            .args(["./test", "--only", "rust", "--", "--profile", "soak", "--no-capture", "-E", self.tests])
            .args(self.packages.iter().flat_map(|package| ["--package", package]))
            .env(SWITCH, "1")
            .current_dir(root)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("./test could not be started: {error}"))?;
        let output = tests.stdout.take().ok_or("./test has no output")?;
        let mut done = Vec::new();
        for line in BufReader::new(output).lines() {
            let line = line.map_err(|error| format!("./test cannot be read: {error}"))?;
            println!("{line}");
            done.extend(said(&line).map(str::to_owned));
        }
        let status = tests.wait().map_err(|error| format!("./test: {error}"))?;
        if !status.success() {
            return Err(format!("./test failed: {status}"));
        }
        if done.is_empty() {
            return Err("no test has said how often it repeats".to_owned());
        }
        let seconds = begun.elapsed().as_secs();
        Ok(format!("{MARK}{}: passed in {seconds} s: {}", self.name, done.join(", ")))
    }
}

/// What a test says it has done. It may stand behind the beginning of another line, such as libtest's `test NAME ... `.
fn said(line: &str) -> Option<&str> {
    line.split_once(MARK).map(|(_, said)| said.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_test_says_is_found_in_its_line() {
        assert_eq!(said("soak: 200 rounds of once::totp"), Some("200 rounds of once::totp"));
        assert_eq!(said("test storm::a ... soak: 50 rounds of storm::a"), Some("50 rounds of storm::a"));
        assert_eq!(said("running 1 test"), None);
    }

    #[test]
    fn every_soak_is_listed_and_none_is_called_all() {
        let listing = listing();
        assert!(SOAKS.iter().all(|soak| listing.contains(soak.what) && soak.name != "all"), "{listing}");
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_list() {
        let refused = run(Path::new("."), &["none".to_owned()]);
        assert!(refused.is_err_and(|failure| failure.contains("single-use")));
    }
}
