//! Texts that stand in templates, in scripts, or in the code of pages and letters.

use std::collections::BTreeSet;

use super::super::rust::groups::group_end;
use super::super::rust::lexer::{Token, tokens};
use super::super::rust::product::product;
use super::super::tree::{SourceFile, Tree};
use super::super::violation::Violation;
use super::script::strings;
use super::template::{Kind, pieces};

const WHY: &str = "a text that people read stands in a catalogue (crates/texts), where it can be translated";

/// Attributes that people read or hear.
const ATTRIBUTES: [&str; 10] = [
    "title",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "aria-valuetext",
    "placeholder",
    "alt",
    "label",
    "data-say",
    "summary",
];

/// Blocks of a frame that stand in an attribute: what a page puts there is no text.
const BLOCKS_IN_ATTRIBUTES: [&str; 1] = ["body_class"];

/// The code of pages and letters.
const CODE: [&str; 2] = ["crates/web/src/", "crates/postward/src/mailer/"];

/// Strings that look like texts and are none: the file, how they begin, and why.
const ALLOWED: [(&str, &str, &str); 20] = [
    ("web/assets/webmail.js", "Escape", "is the name of a key"),
    ("web/src/root.rs", "the store does not answer", "is read by what watches over the host"),
    ("web/src/site/brand.rs", "Postward", "is a name"),
    ("web/src/site/public_url.rs", "", "is read by whoever writes the configuration"),
    ("web/src/site/trusted_proxies.rs", "", "is read by whoever writes the configuration, and in the log"),
    ("web/src/view/script_texts.rs", "export const", "is code"),
    ("web/src/webmail/engine_connection.rs", "it did not answer", "is read in the log"),
    ("web/src/webmail/imap/connection.rs", "", "is read in the log"),
    ("web/src/webmail/imap/error.rs", "", "is read in the log"),
    ("web/src/webmail/imap/folder_name.rs", "a folder name", "is read in the log"),
    ("web/src/webmail/imap/mod.rs", "a STATUS", "is read in the log"),
    ("web/src/webmail/imap/selected.rs", "a SELECT", "is read in the log"),
    ("web/src/webmail/imap/selected.rs", "no SEARCH", "is read in the log"),
    ("web/src/webmail/imap/summary.rs", "a FETCH", "is read in the log"),
    ("web/src/webmail/letter/allow_list.rs", "", "are names of elements and styles"),
    ("web/src/webmail/letter/hostile.rs", "", "is read by who tests"),
    ("web/src/webmail/letter/html.rs", "noopener", "are names of HTML"),
    ("mailer/relay.rs", "", "is read in the log, and by whoever writes the configuration"),
    ("mailer/template.rs", "All", "is the value of a header"),
    ("mailer/worker.rs", "", "is read in the log, or is a header"),
];

/// Fails on a letter between the tags of a template, in an attribute that people read, in a string that a template
/// shows; and on a string in a script or in the code of pages and letters that reads like a sentence or a label.
pub(in crate::tidy) fn no_text_stands_outside(file: &SourceFile) -> Vec<Violation> {
    let found = found_in(file).into_iter().filter(|(_, text)| allowed(file, text).is_none());
    let say =
        |(line, text)| Violation { path: file.path.clone(), line, what: format!("says {text:?}"), why: WHY };
    found.map(say).collect()
}

/// Fails on a line of [`ALLOWED`] that allows nothing any more.
pub(in crate::tidy) fn nothing_is_allowed_in_vain(tree: &Tree) -> Vec<Violation> {
    let used: BTreeSet<usize> = (tree.files.iter())
        .flat_map(|file| found_in(file).into_iter().filter_map(|(_, text)| allowed(file, &text)))
        .collect();
    let unused = (0..ALLOWED.len()).filter(|number| !used.contains(number));
    let say = |number: usize| {
        let (path, begins, _) = ALLOWED[number];
        let what = format!("allows {begins:?} in {path}, which does not say it");
        let why = "an exception goes with what needed it";
        Violation { path: "xtask/src/tidy/texts/outside.rs".to_owned(), line: 1, what, why }
    };
    unused.map(say).collect()
}

/// The line of [`ALLOWED`] for a text.
fn allowed(file: &SourceFile, text: &str) -> Option<usize> {
    ALLOWED.iter().position(|(path, begins, _)| file.path.ends_with(path) && text.starts_with(begins))
}

/// The texts of a file and their lines.
fn found_in(file: &SourceFile) -> Vec<(usize, String)> {
    if file.path.starts_with("crates/") && file.path.contains("/templates/") {
        in_template(&file.text)
    } else if CODE.iter().any(|folder| file.path.starts_with(folder)) && !is_test(&file.path) {
        in_code(&file.text)
    } else if file.path.starts_with("crates/") && file.path.contains("/assets/") && file.path.ends_with(".js")
    {
        let texts = strings(&file.text).into_iter().filter(|(_, text)| reads_like_text(text));
        texts.map(|(line, text)| (line, text.to_owned())).collect()
    } else {
        Vec::new()
    }
}

fn is_test(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs")
}

fn in_template(template: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    // How many blocks are open within one that stands in an attribute.
    let mut in_attribute = 0;
    for piece in pieces(template) {
        let text = match piece.kind {
            Kind::Code { is_block: true, code } => {
                let mut words = code.trim_matches('-').split_whitespace();
                match (words.next(), words.next()) {
                    (Some("block"), Some(name))
                        if in_attribute > 0 || BLOCKS_IN_ATTRIBUTES.contains(&name) =>
                    {
                        in_attribute += 1;
                    }
                    (Some("endblock"), _) => in_attribute = usize::saturating_sub(in_attribute, 1),
                    _ => {}
                }
                continue;
            }
            Kind::Code { is_block: false, code } => {
                let tokens = tokens(code);
                let sentence = tokens.iter().filter_map(Token::text).find(|text| text.contains(' '));
                sentence.unwrap_or_default().to_owned()
            }
            Kind::Text(text) if in_attribute == 0 => without_entities(text),
            Kind::Attribute { tag, name, value } if is_read(&tag, &name, &value) => without_entities(&value),
            Kind::Text(_) | Kind::Attribute { .. } => continue,
        };
        if text.chars().any(char::is_alphabetic) {
            found.push((piece.line, text.trim().to_owned()));
        }
    }
    found
}

/// The value of a field is a word of ours; that of a button that is an `input` is a text.
fn is_read(tag: &str, name: &str, value: &str) -> bool {
    ATTRIBUTES.contains(&name) || (tag == "input" && name == "value" && value.contains(' '))
}

/// `&nbsp;` is a character, and no letter.
fn without_entities(text: &str) -> String {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(';') {
            Some((name, rest)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#') => {
                out.push_str(rest);
            }
            _ => {
                out.push('&');
                out.push_str(part);
            }
        }
    }
    out
}

fn in_code(code: &str) -> Vec<(usize, String)> {
    let tokens = product(code).tokens;
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match passed(&tokens, at) {
            Some(end) => at = end,
            None => {
                let text = tokens[at].text().filter(|text| reads_like_text(text));
                found.extend(text.map(|text| (tokens[at].line, text.to_owned())));
                at += 1;
            }
        }
    }
    found
}

/// The end of what begins here and is read by nobody but us: attributes, logs, and what a broken promise says.
fn passed(tokens: &[Token], at: usize) -> Option<usize> {
    const MACROS: [&str; 13] = [
        "trace",
        "debug",
        "info",
        "warn",
        "error",
        "panic",
        "unreachable",
        "assert",
        "assert_eq",
        "assert_ne",
        "debug_assert",
        "debug_assert_eq",
        "matches",
    ];
    let is = |offset: usize, text: &str| tokens.get(at + offset).is_some_and(|token| token.is(text));
    let word = tokens[at].word().unwrap_or_default();
    let opens = if is(0, "#") && is(1, "[") {
        at + 1
    } else if is(0, "#") && is(1, "!") && is(2, "[") || MACROS.contains(&word) && is(1, "!") {
        at + 2
    } else if word == "expect" && is(1, "(") {
        at + 1
    } else {
        return None;
    };
    Some(group_end(tokens, opens))
}

/// A sentence, a part of one, or a label: `Ended { $sessions }.`, `Sign in`, `the user panel`, `Inbox`.
fn reads_like_text(string: &str) -> bool {
    let text = string.trim();
    let is_markup = text.starts_with('<');
    let is_policy = text.starts_with("default-src ");
    let begins_large = text.starts_with(char::is_uppercase);
    let ends_like_a_sentence = text.len() > 2 && text.ends_with(['.', '?', '!', '…']);
    let is_word = |word: &&str| {
        word.trim_end_matches([',', '.', ':', ';']).chars().all(|c| c.is_alphabetic() || c == '’' || c == '-')
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let real = words.iter().filter(|word| is_word(word) && word.chars().any(char::is_alphabetic)).count();
    let is_label =
        words.len() == 1 && begins_large && text.len() > 2 && text.chars().skip(1).all(char::is_lowercase);
    !is_markup
        && !is_policy
        && (is_label
            || text.contains(['“', '”', '’'])
            || real >= 3
            || real >= 1 && words.len() > 1 && (begins_large || ends_like_a_sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, text: &str) -> Vec<String> {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        let found = no_text_stands_outside(&file);
        found.into_iter().map(|violation| format!("{}: {}", violation.line, violation.what)).collect()
    }

    const PAGE: &str = "crates/web/templates/a.html";
    const CODE: &str = "crates/web/src/dashboard/a.rs";

    #[test]
    fn planted_texts_in_a_template_are_found() {
        assert_eq!(
            said(
                PAGE,
                "<h1>Sessions</h1>\n<a title=\"Back\" href=\"/a\">{{ x }}</a>\n{% if y %} and {% endif %}\n\
                 <input type=\"submit\" value=\"Send it\" placeholder=\"{{ z }} here\">\n{{ f(\"Not now\") }}\n"
            ),
            [
                "1: says \"Sessions\"",
                "2: says \"Back\"",
                "3: says \"and\"",
                "4: says \"Send it\"",
                "4: says \"here\"",
                "5: says \"Not now\"",
            ]
        );
    }

    #[test]
    fn what_a_machine_reads_is_no_text() {
        let page = "{% extends \"a.html\" %}\n{% block body_class %}{% if a %}panel{% endif %}{% endblock %}\n\
                    <p class=\"b\" data-live=\"c\">{{ \"d\"|text }} &middot; 12 {# a comment #}</p><!-- e -->\n\
                    <input name=\"f\" value=\"g\" title=\"{{ \"h\"|text }}\">";
        assert_eq!(said(PAGE, page), [""; 0]);
    }

    #[test]
    fn planted_texts_in_code_are_found() {
        for text in [
            "Sessions ended.",
            "Inbox",
            "Ended {sessions}.",
            "everybody is signed out",
            "“{name}”",
            "the panel.",
        ] {
            assert_eq!(said(CODE, &format!("fn f() {{ g(\"{text}\") }}")), [format!("1: says {text:?}")]);
        }
        assert_eq!(said("crates/postward/src/mailer/a.rs", "const A: &str = \"Sign in now\";").len(), 1);
    }

    #[test]
    fn planted_texts_in_a_script_are_found() {
        let script = "// It says so.\nf(\"Show password\", '[data-new]', `${n} rules are left.`, \"aria-label\", \"a, button\")";
        assert_eq!(
            said("crates/web/assets/a.js", script),
            ["2: says \"Show password\"", "2: says \"${n} rules are left.\""]
        );
    }

    #[test]
    fn logs_names_and_tests_are_no_texts() {
        let code = "#[doc = \"A long sentence.\"]\nfn f() { tracing::warn!(%a, \"A page could not be rendered\"); \
                    g(\"sec-fetch-dest\"); h(\"/webmail/folder/{name}\"); i.expect(\"It is there.\"); \
                    j(\"no-store\"); k(\"{first}-{last}\"); l(\"POST\"); m(\"two words\"); }\n\
                    #[cfg(test)]\nmod tests { fn f() { g(\"Sessions ended.\") } }";
        assert_eq!(said(CODE, code), [""; 0]);
        assert_eq!(said("crates/web/src/dashboard/tests.rs", "fn f() { g(\"Sessions ended.\") }"), [""; 0]);
        assert_eq!(said("crates/authority/src/a.rs", "fn f() { g(\"Sessions ended.\") }"), [""; 0]);
    }

    #[test]
    fn what_is_allowed_is_allowed_where_it_stands() {
        assert_eq!(said("crates/web/src/site/brand.rs", "const A: &str = \"Postward\";"), [""; 0]);
        assert_eq!(said(CODE, "const A: &str = \"Postward\";").len(), 1);
    }
}
