//! The error of a command: one sentence for the operator who typed it.

use std::fmt;

/// Why a command failed: a sentence that says what is wrong and, where possible, what to do.
#[derive(Debug)]
pub(crate) struct CommandError(String);

impl CommandError {
    /// An error with this sentence.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CommandError {}

impl From<crate::config::ConfigError> for CommandError {
    fn from(error: crate::config::ConfigError) -> Self {
        Self(error.to_string())
    }
}

impl From<postward_authority::OpenError> for CommandError {
    fn from(error: postward_authority::OpenError) -> Self {
        Self(format!("{error}."))
    }
}

impl From<postward_gate::ListenerError> for CommandError {
    fn from(error: postward_gate::ListenerError) -> Self {
        Self(format!("{error}."))
    }
}
