//! Time is an argument in the crates that decide.

use super::tree::SourceFile;
use super::violation::Violation;

const DECIDING_CRATES: [&str; 2] = ["crates/wire/src/", "crates/authority/src/"];
const READINGS: [&str; 4] = ["SystemTime::now", "Instant::now", "Timestamp::now", "ZonedDateTime::now"];

/// Written on the line, or on the one above, with the reason after it.
const PERMIT: &str = "// tidy: reads the clock because ";

/// Fails where `wire` or `authority` look at a clock of their own: a rule that decides by a hidden clock cannot be
/// shown the minute it breaks. A place that only measures (a metric) says so with [`PERMIT`]; tokio's `Instant` may
/// time a lease or a delay, because a test can pause and advance it.
pub(super) fn now_is_an_argument(file: &SourceFile) -> Vec<Violation> {
    if !file.is_rust() || !DECIDING_CRATES.iter().any(|folder| file.path.starts_with(folder)) {
        return Vec::new();
    }
    let permits: Vec<usize> =
        file.lines().filter(|(_, line)| line.contains(PERMIT)).map(|(number, _)| number).collect();
    let instant_is_tokios =
        file.lines().any(|(_, line)| line.starts_with("use tokio::time::") && line.contains("Instant"));
    let mut violations = Vec::new();
    for (line, content) in file.product_lines() {
        if permits.contains(&line) || permits.contains(&(line - 1)) {
            continue;
        }
        let content = content.replace("tokio::time::Instant::now", "");
        for reading in READINGS.iter().filter(|reading| content.contains(**reading)) {
            if *reading == "Instant::now" && instant_is_tokios {
                continue;
            }
            violations.push(Violation {
                path: file.path.clone(),
                line,
                what: format!("calls {reading}"),
                why: "time is an argument here, so that tests own the clock",
            });
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        now_is_an_argument(&file).into_iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn a_hidden_clock_is_found_where_decisions_are_made() {
        let text = "let a = 1;\nlet now = Timestamp::now();\n";
        assert_eq!(lines("crates/authority/src/sign_in.rs", text), [2]);
        assert_eq!(lines("crates/gate/src/listener.rs", text), [0; 0]);
    }

    #[test]
    fn a_clock_that_tests_can_pause_passes() {
        let text = "use tokio::time::{Instant, interval};\nlet asked = Instant::now();\n";
        assert_eq!(lines("crates/authority/src/watch.rs", text), [0; 0]);
        assert_eq!(lines("crates/authority/src/a.rs", "let asked = tokio::time::Instant::now();\n"), [0; 0]);
        assert_eq!(lines("crates/authority/src/a.rs", "let asked = Instant::now();\n"), [1]);
    }

    #[test]
    fn a_reason_lets_a_measurement_pass() {
        let text =
            "// tidy: reads the clock because a lease starts when the poll does\nlet now = Instant::now();\n";
        assert_eq!(lines("crates/authority/src/watch.rs", text), [0; 0]);
    }
}
