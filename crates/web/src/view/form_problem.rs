//! What was wrong with a form, and the sentences that several forms say.

use postward_texts::text;

/// What is said about a wrong code, wherever one is typed.
pub(crate) fn wrong_code() -> &'static str {
    text("code-wrong")
}

/// What is said when the limit of tries is reached.
pub(crate) fn too_many_tries() -> &'static str {
    text("too-many-tries")
}

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
