//! What a new password must be: one table for server, browser and command line.

use precis_profiles::OpaqueString;
use precis_profiles::precis_core::profile::Profile as _;
use serde::Serialize;
use zeroize::Zeroizing;

/// The rules in force for new passwords. Passwords that are set already are never held against them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PasswordPolicy {
    rules: Vec<PolicyRule>,
}

/// One rule a new password is held against, as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyRule {
    /// What is asked for.
    #[serde(flatten)]
    pub asks: Requirement,
    /// The line people read: `At least 12 characters`.
    pub label: String,
}

/// What a rule asks for. The browser is handed the same table and evaluates it the same way: characters are Unicode
/// scalar values, classes are the Unicode properties Uppercase, Lowercase and Decimal_Number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "rule", content = "value")]
pub enum Requirement {
    /// At least so many characters.
    Length(usize),
    /// An upper-case letter.
    Upper,
    /// A lower-case letter.
    Lower,
    /// A number.
    Digit,
    /// A character that is neither letter nor number.
    Special,
}

/// What a password lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordProblem {
    /// A rule of the table is not met.
    Unmet(Requirement),
    /// Longer than [`PasswordPolicy::MAX_LENGTH`].
    TooLong,
    /// Holds a control character or something else RFC 8265 §4.2 leaves out.
    Unprintable,
    /// Stands in the list of leaked passwords.
    Leaked,
    /// Is the mailbox's password now.
    Unchanged,
    /// Was the mailbox's password a short while ago: it would open it again for whoever knows it.
    UsedBefore,
}

impl PasswordPolicy {
    /// The longest password, in characters. Far more than anybody types, and short enough that hashing one costs no
    /// more than hashing any other. Nothing is ever cut off.
    pub const MAX_LENGTH: usize = 256;

    /// At least 12 characters, an uppercase letter, a lowercase letter, a number.
    pub fn trekmail() -> Self {
        Self::of(&[Requirement::Length(12), Requirement::Upper, Requirement::Lower, Requirement::Digit])
    }

    /// At least 8 characters, an uppercase letter, a lowercase letter, a number, a special character.
    pub fn emailarray() -> Self {
        Self::of(&[
            Requirement::Length(8),
            Requirement::Upper,
            Requirement::Lower,
            Requirement::Digit,
            Requirement::Special,
        ])
    }

    /// The preset of that name, as the configuration spells it.
    pub fn preset(name: &str) -> Option<Self> {
        match name {
            "trekmail" => Some(Self::trekmail()),
            "emailarray" => Some(Self::emailarray()),
            _ => None,
        }
    }

    fn of(asks: &[Requirement]) -> Self {
        Self { rules: asks.iter().map(|asks| PolicyRule { asks: *asks, label: asks.label() }).collect() }
    }

    /// The rules, in the order in which they are shown.
    pub fn rules(&self) -> &[PolicyRule] {
        &self.rules
    }

    /// The value of the HTML attribute `passwordrules`, so that password managers generate what will be accepted.
    pub fn passwordrules(&self) -> String {
        self.rules.iter().map(|rule| rule.asks.passwordrule() + ";").collect::<Vec<_>>().join(" ")
    }

    /// What the password lacks; empty when it may be used.
    pub fn problems(&self, password: &str) -> Vec<PasswordProblem> {
        let prepared = match prepare(password) {
            Ok(prepared) => prepared,
            // An empty field is not unprintable: it lacks everything.
            Err(_) if password.is_empty() => Zeroizing::new(String::new()),
            Err(problem) => return vec![problem],
        };
        let mut problems: Vec<_> = (self.rules.iter())
            .filter(|rule| !rule.asks.met_by(&prepared))
            .map(|rule| PasswordProblem::Unmet(rule.asks))
            .collect();
        if is_leaked(&prepared) {
            problems.push(PasswordProblem::Leaked);
        }
        problems
    }
}

impl Requirement {
    fn label(self) -> String {
        match self {
            Self::Length(least) => format!("At least {least} characters"),
            Self::Upper => "An uppercase letter".to_owned(),
            Self::Lower => "A lowercase letter".to_owned(),
            Self::Digit => "A number".to_owned(),
            Self::Special => "A special character, like ! or #".to_owned(),
        }
    }

    fn passwordrule(self) -> String {
        match self {
            Self::Length(least) => format!("minlength: {least}"),
            Self::Upper => "required: upper".to_owned(),
            Self::Lower => "required: lower".to_owned(),
            Self::Digit => "required: digit".to_owned(),
            Self::Special => "required: special".to_owned(),
        }
    }

    fn met_by(self, password: &str) -> bool {
        match self {
            Self::Length(least) => password.chars().count() >= least,
            Self::Upper => password.chars().any(char::is_uppercase),
            Self::Lower => password.chars().any(char::is_lowercase),
            Self::Digit => password.chars().any(is_decimal_digit),
            Self::Special => password.chars().any(|c| !c.is_alphanumeric()),
        }
    }
}

impl PasswordProblem {
    /// A sentence for the person who typed it.
    pub fn sentence(&self) -> String {
        match self {
            Self::Unmet(Requirement::Length(least)) => format!("Use at least {least} characters."),
            Self::Unmet(Requirement::Upper) => "Add an uppercase letter.".to_owned(),
            Self::Unmet(Requirement::Lower) => "Add a lowercase letter.".to_owned(),
            Self::Unmet(Requirement::Digit) => "Add a number.".to_owned(),
            Self::Unmet(Requirement::Special) => "Add a special character, like ! or #.".to_owned(),
            Self::TooLong => format!("Use at most {} characters.", PasswordPolicy::MAX_LENGTH),
            Self::Unprintable => "Use only characters that can be seen, and spaces.".to_owned(),
            Self::Leaked => "This password stands in lists of leaked passwords. Choose another.".to_owned(),
            Self::Unchanged => "This is the password the mailbox has now. Choose another.".to_owned(),
            Self::UsedBefore => "This mailbox has had this password before. Choose another.".to_owned(),
        }
    }
}

/// Brings a password into the form that is hashed and compared (RFC 8265 §4.2, OpaqueString): two keyboards that
/// spell the same character differently open the same mailbox. Nothing is cut, no case is changed.
pub(crate) fn prepare(password: &str) -> Result<Zeroizing<String>, PasswordProblem> {
    // Counted before any Unicode work is done on it, so that nobody can buy work by the megabyte.
    if password.chars().nth(PasswordPolicy::MAX_LENGTH).is_some() {
        return Err(PasswordProblem::TooLong);
    }
    let profile = OpaqueString::new();
    match profile.enforce(password) {
        Ok(prepared) => Ok(Zeroizing::new(prepared.into_owned())),
        Err(_) => Err(PasswordProblem::Unprintable),
    }
}

fn is_decimal_digit(c: char) -> bool {
    decimal_digit(c).is_some()
}

/// What a digit stands for: General_Category Decimal_Number, as far as keyboards type it; `char::is_numeric` would let
/// `½` pass for a digit.
pub(crate) fn decimal_digit(c: char) -> Option<u32> {
    // The scripts that have a keyboard layout of their own; each run is ten code points long.
    const ZEROS: [char; 15] = [
        '0', '\u{0660}', '\u{06F0}', '\u{07C0}', '\u{0966}', '\u{09E6}', '\u{0A66}', '\u{0AE6}', '\u{0B66}',
        '\u{0BE6}', '\u{0C66}', '\u{0CE6}', '\u{0E50}', '\u{0ED0}', '\u{FF10}',
    ];
    ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10))
}

/// Whether the password, whatever its case, stands in the embedded list: the leaked passwords of at least eight
/// characters among the twenty thousand most common ones. Shorter ones no preset lets pass.
fn is_leaked(password: &str) -> bool {
    static LEAKED: std::sync::OnceLock<Vec<&'static str>> = std::sync::OnceLock::new();
    let list = LEAKED.get_or_init(|| {
        let mut list: Vec<_> = include_str!("password_policy/leaked.txt").lines().collect();
        list.sort_unstable();
        list
    });
    let folded = Zeroizing::new(password.to_lowercase());
    list.binary_search(&folded.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors the browser's copy of the rules is held against too.
    #[derive(serde::Deserialize)]
    struct Vector {
        password: String,
        unmet: Vec<String>,
    }

    #[test]
    fn d5_the_shared_vectors_hold_on_the_server() {
        let vectors: Vec<Vector> = serde_json::from_str(include_str!("../../vectors/password_policy.json"))
            .expect("the vectors are JSON");
        for vector in vectors {
            let unmet: Vec<_> = (PasswordPolicy::trekmail().problems(&vector.password).into_iter())
                .filter_map(|problem| match problem {
                    PasswordProblem::Unmet(asks) => {
                        Some(serde_json::to_value(asks).expect("a rule")["rule"].clone())
                    }
                    _ => None,
                })
                .collect();
            assert_eq!(unmet, vector.unmet, "{:?}", vector.password);
        }
    }

    #[test]
    fn what_no_rule_covers_is_refused_too() {
        let problems = |password: &str| PasswordPolicy::trekmail().problems(password);
        assert_eq!(problems("Password1234"), [PasswordProblem::Leaked]);
        assert_eq!(problems("Correct horse\n4 batteries"), [PasswordProblem::Unprintable]);
        assert_eq!(problems("Correct horse\0 4 batteries"), [PasswordProblem::Unprintable]);
        assert_eq!(problems(&"Aa1".repeat(86)), [PasswordProblem::TooLong]);
        assert_eq!(problems(&("Aa1".repeat(85) + "x")), []);
        assert_eq!(problems("").len(), 4);
    }

    #[test]
    fn two_spellings_of_one_character_are_one_password() {
        let composed = prepare("Z\u{fc}rich 2026 abc").expect("prepared");
        let decomposed = prepare("Zu\u{308}rich\u{a0}2026 abc").expect("prepared");
        assert_eq!(*composed, *decomposed);
    }

    #[test]
    fn password_managers_are_told_the_same_rules() {
        assert_eq!(
            PasswordPolicy::trekmail().passwordrules(),
            "minlength: 12; required: upper; required: lower; required: digit;"
        );
    }
}
