//! Every text a person reads stands in a catalogue, and whoever names a message gives it what it takes.
//!
//! [`template`] takes a template apart, [`script`] finds the strings of a script, [`catalogue`] reads the messages and [`uses`] finds where they are named;
//! [`outside`] looks for texts that stand in templates and in the code of pages and letters.

mod catalogue;
mod outside;
mod script;
mod template;
mod uses;

use std::collections::BTreeMap;

use super::tree::{SourceFile, Tree};
use super::violation::Violation;
use catalogue::Entry;
use uses::{Filter, Use};

pub(super) use outside::{no_text_stands_outside, nothing_is_allowed_in_vain};

const WHY: &str = "what is missing or left over is seen by a reader or a translator first";

/// Fails on a message that is used and not there, there and not used, given other arguments than it takes, or that
/// holds markup and is not used as markup.
pub(super) fn messages_fit_their_uses(tree: &Tree) -> Vec<Violation> {
    check(&tree.files)
}

fn check(files: &[SourceFile]) -> Vec<Violation> {
    let (entries, mut violations) = catalogue::read(files);
    let by_id: BTreeMap<&str, &Entry> = entries.iter().map(|entry| (&*entry.id, entry)).collect();
    let uses: Vec<Use> = files.iter().flat_map(uses::of).collect();
    for used in &uses {
        let what = match by_id.get(&*used.id) {
            None => Some(format!("names the message {}, which no catalogue has", used.id)),
            Some(entry) => misfit(used, entry),
        };
        violations.extend(what.map(|what| Violation {
            path: used.path.clone(),
            line: used.line,
            what,
            why: WHY,
        }));
    }
    for entry in entries.iter().filter(|entry| !uses.iter().any(|used| used.id == entry.id)) {
        let what = format!("has the message {}, which nothing names", entry.id);
        violations.push(Violation { path: entry.path.clone(), line: entry.line, what, why: WHY });
    }
    violations
}

/// What is wrong with a use, if anything is.
fn misfit(used: &Use, entry: &Entry) -> Option<String> {
    let id = &used.id;
    if let Some(extra) = used.arguments.difference(&entry.arguments).next() {
        return Some(format!("gives the message {id} ${extra}, which it does not take"));
    }
    let mut missing = entry.arguments.difference(&used.arguments);
    if let Some(missing) = missing.find(|name| !used.elsewhere.contains(*name)) {
        return Some(format!("does not give the message {id} ${missing}, which it takes"));
    }
    let says = match (used.filter, entry.holds_markup) {
        (Filter::Text | Filter::Message, true) => "holds markup: name it with markup",
        (Filter::Markup, false) if used.arguments.is_empty() => "holds no markup: name it with text",
        (Filter::Message, false) if entry.arguments.is_empty() => "takes no arguments: name it with text",
        _ => return None,
    };
    Some(format!("names the message {id}, which {says}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(files: &[(&str, &str)]) -> Vec<String> {
        let files = files
            .iter()
            .map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() });
        let found = check(&files.collect::<Vec<_>>());
        found.into_iter().map(|violation| violation.to_string().replace(&format!(", {WHY}"), "")).collect()
    }

    const CATALOGUE: &str = "crates/texts/en/a.ftl";
    const PAGE: &str = "crates/web/templates/a.html";
    const CODE: &str = "crates/web/src/a.rs";

    #[test]
    fn what_fits_passes() {
        let ftl = "title = Title\nleft = { $count ->\n    [one] One\n   *[other] { $count } of { $all }\n}\n\
                   link = See <a href=\"{ $to }\">it</a>\nback = Back\nago = { $count } ago\n";
        let html = "{{ \"title\"|text }}{{ \"left\"|message|count(\"count\", f(a, \")\"))|arg(\"all\", b) }}\
                    {% if x %}{{ \"link\"|markup|arg(\"to\", \"/a|b\") }}{% endif %}";
        let code = "use postward_texts::{message, text};\nfn f() { text(\"back\"); let a = message(\"ago\"); \
                    a.count(\"count\", 1) }";
        assert_eq!(said(&[(CATALOGUE, ftl), (PAGE, html), (CODE, code)]), [""; 0]);
    }

    #[test]
    fn planted_faults_are_found() {
        let ftl = "title = Title\nunused = Unused\nleft = { $count }\nlink = <a>it</a>\n";
        let html = "{{ \"titel\"|text }}\n{{ \"left\"|message }}\n{{ \"link\"|text }}\n\
                    {{ \"title\"|message|arg(\"x\", 1) }}";
        assert_eq!(
            said(&[(CATALOGUE, ftl), (PAGE, html)]),
            [
                "crates/web/templates/a.html:1: names the message titel, which no catalogue has",
                "crates/web/templates/a.html:2: does not give the message left $count, which it takes",
                "crates/web/templates/a.html:3: names the message link, which holds markup: name it with markup",
                "crates/web/templates/a.html:4: gives the message title $x, which it does not take",
                "crates/texts/en/a.ftl:2: has the message unused, which nothing names",
            ]
        );
    }

    #[test]
    fn planted_faults_are_found_in_code() {
        let ftl = "left = { $count } of { $all }\n";
        let code = "use postward_texts::{message, text};\n\
                    fn f() { message(\"left\").count(\"count\", 1); }\n\
                    #[cfg(test)]\nmod tests { fn f() { text(\"anything\"); } }";
        assert_eq!(
            said(&[(CATALOGUE, ftl), (CODE, code)]),
            ["crates/web/src/a.rs:2: does not give the message left $all, which it takes"]
        );
    }

    #[test]
    fn a_catalogue_that_cannot_be_read_or_has_an_id_twice_is_said() {
        let said = said(&[
            (CATALOGUE, "a = A\na = B\nb\n"),
            (CODE, "use postward_texts::text; fn f() { text(\"a\") }"),
        ]);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said.iter().any(|line| line.contains("has the message a twice")), "{said:?}");
        assert!(said.iter().any(|line| line.contains("cannot be read")), "{said:?}");
    }
}
