//! Rules that a crate does not hold yet.

use super::violation::Violation;

/// The crate, the rule, and how often it is broken there: a ceiling that may only come down. Every rule holds today.
const UNDER_WAY: &[(&str, &str, usize)] = &[];

const LIST: &str = "xtask/src/tidy/under_way.rs";

/// What is left to complain of: everything, but for a crate that is listed with exactly so many findings.
pub(super) fn beyond_the_ceiling(name: &str, rule: &str, found: Vec<Violation>) -> Vec<Violation> {
    beyond(UNDER_WAY, name, rule, found)
}

/// Whether the crate is listed with this rule.
pub(super) fn is_listed(name: &str, rule: &str) -> bool {
    UNDER_WAY.iter().any(|(of, which, _)| *of == name && *which == rule)
}

fn beyond(list: &[(&str, &str, usize)], name: &str, rule: &str, mut found: Vec<Violation>) -> Vec<Violation> {
    let Some((.., ceiling)) = list.iter().find(|(of, which, _)| *of == name && *which == rule) else {
        return found;
    };
    let count = found.len();
    let what = match count.cmp(ceiling) {
        std::cmp::Ordering::Equal => return Vec::new(),
        std::cmp::Ordering::Less => {
            found.clear();
            let now =
                if count == 0 { "take it off the list".to_owned() } else { format!("lower it to {count}") };
            format!("lists {ceiling} findings of {rule:?} in {name}, there are {count}: {now}")
        }
        std::cmp::Ordering::Greater => {
            format!(
                "lists {ceiling} findings of {rule:?} in {name}, there are {count}; all of them are told here"
            )
        }
    };
    let why = "what is under way only gets better";
    found.push(Violation { path: LIST.to_owned(), line: 1, what, why });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(found: usize) -> Vec<String> {
        let one = Violation { path: "a.rs".to_owned(), line: 1, what: "is broken".to_owned(), why: "" };
        let left = beyond(&[("web", "circles", 2)], "web", "circles", vec![one; found]);
        left.into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn a_ceiling_is_neither_passed_nor_left_too_high() {
        assert_eq!(said(2), [""; 0]);
        assert_eq!(said(1), ["lists 2 findings of \"circles\" in web, there are 1: lower it to 1"]);
        assert_eq!(said(0), ["lists 2 findings of \"circles\" in web, there are 0: take it off the list"]);
        let more = said(3);
        assert_eq!(more.len(), 4);
        assert!(more[3].contains("there are 3"), "{more:?}");
    }

    #[test]
    fn what_is_not_listed_is_said() {
        let one = Violation { path: "a.rs".to_owned(), line: 1, what: "is broken".to_owned(), why: "" };
        assert_eq!(beyond(&[("web", "circles", 2)], "web", "names", vec![one.clone()]), [one]);
    }
}
