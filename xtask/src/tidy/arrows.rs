//! Which crate may depend on which.

use super::tree::Package;
use super::violation::Violation;

/// Who may name whom, as DESIGN and ARCHITECTURE.md draw it. The binary knows all; nobody knows the binary.
const ARROWS: [(&str, &[&str]); 9] = [
    ("postward-wire", &[]),
    ("postward-authority", &["postward-wire"]),
    // What its tests speak to it with.
    ("postward-mailstore", &["postward-wire", "postward-testclient"]),
    ("postward-gate", &["postward-wire", "postward-authority", "postward-testclient"]),
    ("postward-texts", &[]),
    ("postward-web", &["postward-wire", "postward-authority", "postward-texts", "postward-testclient"]),
    ("postward-testclient", &[]),
    (
        "postward",
        &[
            "postward-wire",
            "postward-authority",
            "postward-gate",
            "postward-mailstore",
            "postward-texts",
            "postward-web",
            "postward-testclient",
        ],
    ),
    ("xtask", &["postward-testclient"]),
];

const WHY: &str = "dependencies have one direction: a crate that knows more can break more (ARCHITECTURE.md)";

/// Fails on every dependency between our crates, of whatever kind, that [`ARROWS`] does not show: a
/// dev-dependency is how a test learns to go through a wall.
pub(super) fn point_as_drawn(packages: &[Package]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in packages {
        let known = ARROWS.iter().find(|(name, _)| *name == package.name);
        let Some((_, allowed)) = known else {
            violations.push(violation(&package.name, "is a crate that no drawing shows".to_owned()));
            continue;
        };
        let ours = package.dependencies.iter().filter(|dependency| dependency.path.is_some());
        for dependency in ours.filter(|dependency| !allowed.contains(&dependency.name.as_str())) {
            violations.push(violation(&package.name, format!("points at {}", dependency.name)));
        }
    }
    violations
}

fn violation(package: &str, what: String) -> Violation {
    let folder = match package.strip_prefix("postward-") {
        Some(name) => format!("crates/{name}"),
        None if package == "postward" => "crates/postward".to_owned(),
        None => package.to_owned(),
    };
    Violation { path: format!("{folder}/Cargo.toml"), line: 1, what: format!("{package} {what}"), why: WHY }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Dependency;

    fn package(name: &str, ours: &[&str]) -> Package {
        let ours =
            ours.iter().map(|name| Dependency { name: (*name).to_owned(), path: Some("…".to_owned()) });
        let registry = Dependency { name: "serde".to_owned(), path: None };
        Package {
            name: name.to_owned(),
            manifest_path: String::new(),
            dependencies: ours.chain([registry]).collect(),
        }
    }

    fn check(packages: &[Package], expected: &[&str]) {
        let said: Vec<String> =
            point_as_drawn(packages).into_iter().map(|violation| violation.what).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn the_drawn_arrows_pass() {
        check(&[package("postward-gate", &["postward-wire", "postward-authority"])], &[]);
    }

    #[test]
    fn gate_and_web_do_not_know_each_other() {
        check(
            &[package("postward-gate", &["postward-web"]), package("postward-web", &["postward-gate"])],
            &["postward-gate points at postward-web", "postward-web points at postward-gate"],
        );
    }

    #[test]
    fn a_new_crate_must_be_drawn_first() {
        check(&[package("postward-extras", &[])], &["postward-extras is a crate that no drawing shows"]);
    }
}
