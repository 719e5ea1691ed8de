//! The texts that scripts say, as a script that exports them from the catalogue.

use postward_texts::{message, text};
use serde::Serialize;

/// The name by which the other scripts import it.
pub(crate) const NAME: &str = "texts.js";

/// More rules than a policy has.
const RULES: u64 = 16;

/// What stands in `texts`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ScriptTexts {
    close: &'static str,
    copied: &'static str,
    copy: &'static str,
    differ: &'static str,
    generated: &'static str,
    hide_password: &'static str,
    rule_met: &'static str,
    /// By the number of rules: which plural it takes is the catalogue's to say.
    rules_missing: Vec<String>,
    saving: &'static str,
    show_password: &'static str,
    type_again: &'static str,
    type_current: &'static str,
    type_or_generate: &'static str,
    unreachable: &'static str,
}

impl ScriptTexts {
    fn new() -> Self {
        let missing = |count| message("script-rules-missing").count("count", count).to_string();
        Self {
            close: text("script-close"),
            copied: text("script-copied"),
            copy: text("action-copy"),
            differ: text("script-differ"),
            generated: text("script-generated"),
            hide_password: text("script-hide-password"),
            rule_met: text("password-form-rule-met"),
            rules_missing: (0..=RULES).map(missing).collect(),
            saving: text("script-saving"),
            show_password: text("show-password"),
            type_again: text("script-type-again"),
            type_current: text("script-type-current"),
            type_or_generate: text("script-type-or-generate"),
            unreachable: text("script-unreachable"),
        }
    }
}

/// The script.
pub(crate) fn module() -> String {
    // Strings alone: they can be written as JSON.
    format!("export const texts = {};\n", serde_json::to_string(&ScriptTexts::new()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;
    use std::collections::BTreeSet;

    /// Every `texts.name` in the scripts.
    fn used() -> BTreeSet<String> {
        let mut used = BTreeSet::new();
        for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/assets")).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "js") {
                let script = std::fs::read_to_string(path).unwrap();
                for (at, found) in script.match_indices("texts.") {
                    let name = script[at + found.len()..].chars().take_while(|c| c.is_ascii_alphanumeric());
                    used.insert(name.collect());
                }
            }
        }
        // The name of the file in an import.
        used.remove("js");
        used
    }

    #[test]
    fn scripts_find_every_text_they_name_and_name_every_text() {
        let json = serde_json::to_value(ScriptTexts::new()).unwrap();
        let there: BTreeSet<String> = json.as_object().unwrap().keys().cloned().collect();
        assert_eq!(there, used());
    }

    #[test]
    fn the_number_of_rules_is_said_in_the_right_plural() {
        let texts = ScriptTexts::new();
        assert_eq!(texts.rules_missing[1], "One rule is not met yet.");
        assert_eq!(texts.rules_missing[4], "4 rules are not met yet.");
        assert!(module().starts_with("export const texts = {\"close\":\"Close\","), "{}", module());
    }
}
