//! The configuration: `postward.toml`, overridden by environment variables.
//!
//! Everything has a default, so an empty file in a directory is a configuration. An error is one sentence that names
//! the file, the line, the key and what was expected; no unknown key is ever ignored.

mod document;
mod engine;
mod error;
mod hostname;
mod limits;
mod relay;
mod sections;
mod settings;

pub(crate) use engine::{EngineKind, Remote};
pub(crate) use error::ConfigError;
pub(crate) use hostname::LOCALHOST;
pub(crate) use relay::{Encryption, Relay};
pub(crate) use sections::{Certificate, Config, Listeners, LogFormat};

use document::Document;
use error::Location;
use std::path::{Path, PathBuf};

/// The name of the file within the directory that `--dir` names.
pub(crate) const FILE_NAME: &str = "postward.toml";

/// Where the operator says the configuration is.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A directory with a `postward.toml` in it.
    Directory(PathBuf),
    /// The file itself.
    File(PathBuf),
}

impl Source {
    /// The file.
    pub(crate) fn file(&self) -> PathBuf {
        match self {
            Self::Directory(directory) => directory.join(FILE_NAME),
            Self::File(file) => file.clone(),
        }
    }
}

/// Reads the configuration and the environment of this process.
pub(crate) fn load(source: &Source) -> Result<Config, ConfigError> {
    let file = source.file();
    let text = std::fs::read_to_string(&file).map_err(|error| {
        let problem = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "there is no such file; `postward init --dir DIR` makes one".to_owned()
            }
            _ => format!("it cannot be read ({error})"),
        };
        ConfigError::new(Location::File(file.clone()), problem)
    })?;
    let variables = std::env::vars_os();
    // None of our variables has a name that is not Unicode; a value that is not Unicode fails to parse as its kind.
    let variables = variables
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())));
    parse(&file, &text, variables)
}

/// Reads a configuration from its text and an environment.
pub(crate) fn parse(
    file: &Path,
    text: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    Config::read(Document::read(file, text, environment)?)
}

#[cfg(test)]
mod tests;
