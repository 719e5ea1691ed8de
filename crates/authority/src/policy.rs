//! What a new password must be: one table for server, browser and command line.
use serde::Serialize;

/// The rules in force.
#[derive(Clone, Debug, Serialize)]
pub struct Policy {
    rules: Vec<Rule>,
}

/// One rule a new password is held against, as the page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Rule {
    /// What is asked for.
    #[serde(flatten)]
    pub asks: Asks,
    /// The line people read: `At least 12 characters`.
    pub label: String,
}

/// What a rule asks for; the browser evaluates the same table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "rule", content = "value")]
pub enum Asks {
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
pub enum Problem {
    /// A rule of the table is not met.
    Unmet(Asks),
    /// Longer than [`Policy::MAX_LENGTH`].
    TooLong,
    /// Holds control characters or what RFC 8265 forbids.
    Unprintable,
    /// Stands in the list of leaked passwords.
    Leaked,
}

impl Policy {
    /// Longest password accepted, in characters. Nothing is ever truncated.
    pub const MAX_LENGTH: usize = 256;
    /// 12 characters, upper, lower, digit.
    pub fn trekmail() -> Self {
        todo!()
    }
    /// 8 characters, upper, lower, digit, special.
    pub fn emailarray() -> Self {
        todo!()
    }
    /// The preset of that name.
    pub fn preset(_name: &str) -> Option<Self> {
        todo!()
    }
    /// The rules, in the order in which they are shown.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }
    /// The value of the HTML attribute `passwordrules`, made from the same table.
    pub fn passwordrules(&self) -> String {
        todo!()
    }
    /// What the password lacks; empty when it may be used.
    pub fn problems(&self, _password: &str) -> Vec<Problem> {
        todo!()
    }
}

impl Problem {
    /// A sentence for the person who typed it.
    pub fn sentence(&self) -> String {
        todo!()
    }
}
