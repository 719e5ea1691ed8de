//! What was wrong with a form, and the sentences that several forms say.

/// What is said about a wrong code, wherever one is typed.
pub(crate) const WRONG_CODE: &str =
    "This code is wrong or was used already. Wait for the next one in your app.";

/// What is said when the limit of tries is reached.
pub(crate) const TOO_MANY_TRIES: &str = "Too many tries. Wait a minute, then try again.";

/// Something that was wrong, and the field it belongs to.
pub(crate) struct FormProblem {
    /// The field's name.
    pub(crate) field: &'static str,
    /// What to do about it.
    pub(crate) text: String,
}

impl FormProblem {
    /// A sentence under a field.
    pub(crate) fn new(field: &'static str, text: impl Into<String>) -> Self {
        Self { field, text: text.into() }
    }
}
