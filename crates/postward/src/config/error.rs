//! An error of the configuration: what is wrong, and in which file and line or environment variable.

use std::fmt;
use std::path::PathBuf;

/// What is wrong with a configuration, and where: one sentence.
#[derive(Debug)]
pub(crate) struct ConfigError {
    location: Location,
    problem: String,
}

impl ConfigError {
    pub(super) fn new(location: Location, problem: impl Into<String>) -> Self {
        Self { location, problem: problem.into() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { location, problem } = self;
        write!(f, "{location}: {problem}.")
    }
}

impl std::error::Error for ConfigError {}

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Location {
    /// In a file, on a line counted from one.
    Line(PathBuf, usize),
    /// In an environment variable of this name.
    Environment(String),
    /// Not found: the value is missing from this file.
    File(PathBuf),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "{}, line {line}", file.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::File(file) => write!(f, "{}", file.display()),
        }
    }
}
