//! Reads `postward.toml` and the environment into sections, keys and values, each with its location.
//!
//! Environment variables override the file here, so that the code that reads a key need not know where its value came
//! from, and so that every error can name the location.

use super::error::{ConfigError, Location};
use super::settings;
use postward_wire::Secret;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::de::{DeTable, DeValue};

/// What the environment variables that overlay a file begin with: `POSTWARD_IMAP__TLS` is `tls` in `[imap]`.
const PREFIX: &str = "POSTWARD_";

/// A file with the environment variables that override it.
pub(super) struct Document {
    directory: PathBuf,
    file: PathBuf,
    sections: BTreeMap<String, BTreeMap<String, Entry>>,
    locations: BTreeMap<String, Location>,
}

struct Entry {
    location: Location,
    value: Value,
}

enum Value {
    Text(String),
    Number(String),
    Texts(Vec<String>),
    Environment(String),
    /// A value of a type that no key takes, described for an error.
    Other(String),
}

impl Document {
    /// Reads the text of a file and the variables of an environment.
    pub(super) fn read(
        file: &Path,
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let directory = file.parent().unwrap_or(Path::new("")).to_owned();
        let mut document =
            Self { directory, file: file.to_owned(), sections: BTreeMap::new(), locations: BTreeMap::new() };
        document.read_file(text)?;
        for (name, value) in environment {
            document.read_variable(name, value)?;
        }
        Ok(document)
    }

    fn read_file(&mut self, text: &str) -> Result<(), ConfigError> {
        let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        let table = DeTable::parse(text).map_err(|error| {
            let location = Location::Line(self.file.clone(), line(error.span().map_or(0, |span| span.start)));
            ConfigError::new(
                location,
                format!("this is not TOML ({})", error.message().trim_end_matches('.')),
            )
        })?;
        for (section, keys) in table.into_inner() {
            let location = Location::Line(self.file.clone(), line(section.span().start));
            let section = section.into_inner().into_owned();
            let DeValue::Table(keys) = keys.into_inner() else {
                return Err(ConfigError::new(
                    location,
                    format!(
                        "{section} stands outside of a section, and every key belongs into one, like [server]"
                    ),
                ));
            };
            self.locations.insert(section.clone(), location);
            let entries = self.sections.entry(section).or_default();
            for (key, value) in keys {
                let location = Location::Line(self.file.clone(), line(key.span().start));
                let value = Value::of(value.get_ref());
                entries.insert(key.into_inner().into_owned(), Entry { location, value });
            }
        }
        Ok(())
    }

    fn read_variable(&mut self, name: String, value: String) -> Result<(), ConfigError> {
        let Some(path) = name.strip_prefix(PREFIX) else { return Ok(()) };
        let location = Location::Environment(name.clone());
        let Some((section, key)) = path.split_once("__") else {
            // POSTWARD_IMAP_TLS was meant for this server; POSTWARD_BACKUP_HOST belongs to another program.
            let first = path.split('_').next().unwrap_or_default().to_ascii_lowercase();
            if !settings::section_names().contains(&first.as_str()) {
                return Ok(());
            }
            return Err(ConfigError::new(
                location,
                "its name should be POSTWARD_SECTION__KEY, with two underscores between section and key",
            ));
        };
        let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
        self.locations.entry(section.clone()).or_insert_with(|| location.clone());
        let entry = Entry { location, value: Value::Environment(value) };
        self.sections.entry(section).or_default().insert(key, entry);
        Ok(())
    }

    /// Takes a section out, to be read key by key. A missing section reads like an empty one.
    pub(super) fn section(&mut self, name: &'static str) -> Section {
        let entries = self.sections.remove(name).unwrap_or_default();
        let location = self.locations.remove(name).unwrap_or_else(|| Location::File(self.file.clone()));
        Section { name, location, directory: self.directory.clone(), entries, keys_read: Vec::new() }
    }

    /// Fails when a section is left that was not taken out.
    pub(super) fn finish(mut self) -> Result<(), ConfigError> {
        let Some(name) = self.sections.keys().next().cloned() else { return Ok(()) };
        let location = self.locations.remove(&name).unwrap_or(Location::File(self.file));
        Err(ConfigError::new(
            location,
            format!("there is no section [{name}]; the sections are {}", list(&settings::section_names())),
        ))
    }
}

/// One section, read key by key.
pub(super) struct Section {
    name: &'static str,
    location: Location,
    directory: PathBuf,
    entries: BTreeMap<String, Entry>,
    keys_read: Vec<&'static str>,
}

impl Section {
    /// The directory relative paths start at.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// A text.
    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<String>, ConfigError> {
        self.parse(key, "a text in quotes", |text| Some(text.to_owned()))
    }

    /// A text that no error repeats.
    pub(super) fn secret(&mut self, key: &'static str) -> Result<Option<Secret>, ConfigError> {
        self.keys_read.push(key);
        match self.entries.get(key).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::Text(text) | Value::Environment(text)) => Ok(Some(Secret::new(text.clone()))),
            Some(Value::Number(_) | Value::Texts(_) | Value::Other(_)) => {
                Err(self.error(key, "should be a text in quotes, but it is something else"))
            }
        }
    }

    /// A path; a relative one starts at the directory of the file.
    pub(super) fn path(&mut self, key: &'static str) -> Result<Option<PathBuf>, ConfigError> {
        let directory = self.directory.clone();
        self.parse(key, "a path in quotes", |text| (!text.is_empty()).then(|| directory.join(text)))
    }

    /// One of a fixed set of words.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, ConfigError> {
        let names: Vec<_> = words.iter().map(|(name, _)| format!("{name:?}")).collect();
        let expected = names.join(" or ");
        self.parse(key, &expected, |text| words.iter().find(|(name, _)| *name == text).map(|(_, word)| *word))
    }

    /// A length of time: a number with its unit.
    pub(super) fn duration(&mut self, key: &'static str) -> Result<Option<Duration>, ConfigError> {
        self.parse(key, "a length of time like \"500ms\", \"30s\", \"10m\" or \"2h\"", duration)
    }

    /// A whole number within a range.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>, ConfigError> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.take(key, &expected, |value| {
            let number = match value {
                Value::Number(text) | Value::Environment(text) => text.trim().parse().ok(),
                Value::Text(_) | Value::Texts(_) | Value::Other(_) => None,
            };
            number.filter(|number| range.contains(number))
        })
    }

    /// A list of addresses to listen on; in the environment they are separated by commas.
    pub(super) fn addresses(&mut self, key: &'static str) -> Result<Option<Vec<SocketAddr>>, ConfigError> {
        self.items(key, "a list of addresses like [\"0.0.0.0:993\", \"[::]:993\"]", |item| item.parse().ok())
    }

    /// A list of texts; in the environment they are separated by commas.
    pub(super) fn texts(
        &mut self,
        key: &'static str,
        expected: &str,
    ) -> Result<Option<Vec<String>>, ConfigError> {
        self.items(key, expected, |item| Some(item.to_owned()))
    }

    fn items<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<Vec<T>>, ConfigError> {
        self.take(key, expected, |value| match value {
            Value::Texts(items) => items.iter().map(|item| parse(item)).collect(),
            Value::Text(text) => parse(text).map(|item| vec![item]),
            Value::Number(_) | Value::Other(_) => None,
            Value::Environment(text) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                items.map(parse).collect()
            }
        })
    }

    /// A text that `parse` converts; `expected` finishes the sentence *should be …* of the error.
    pub(super) fn parse<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        self.take(key, expected, |value| match value {
            Value::Text(text) | Value::Environment(text) => parse(text),
            Value::Number(_) | Value::Texts(_) | Value::Other(_) => None,
        })
    }

    /// An error about a key whose value has the right type but cannot be used.
    pub(super) fn error(&self, key: &'static str, problem: impl fmt::Display) -> ConfigError {
        let location =
            self.entries.get(key).map_or_else(|| self.location.clone(), |entry| entry.location.clone());
        ConfigError::new(location, format!("{}.{key} {problem}", self.name))
    }

    /// Fails when the section has a key that was never read.
    pub(super) fn finish(self) -> Result<(), ConfigError> {
        let keys = settings::keys(self.name);
        debug_assert_eq!(self.keys_read, keys, "[{}] is read as it is listed", self.name);
        let unknown = self.entries.iter().find(|(key, _)| !keys.contains(&key.as_str()));
        let Some((key, entry)) = unknown else { return Ok(()) };
        let known = list(&keys);
        let problem = format!("there is no key {key} in [{}]; its keys are {known}", self.name);
        Err(ConfigError::new(entry.location.clone(), problem))
    }

    fn take<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        self.keys_read.push(key);
        let Some(entry) = self.entries.get(key) else { return Ok(None) };
        match read(&entry.value) {
            Some(value) => Ok(Some(value)),
            None => Err(self.error(key, format_args!("should be {expected}, but it is {}", entry.value))),
        }
    }
}

impl Value {
    fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => {
                Self::Number(number.as_str().replace('_', ""))
            }
            DeValue::Integer(number) => Self::Other(format!("the number {number}")),
            DeValue::Float(number) => Self::Other(format!("the number {number}")),
            DeValue::Boolean(flag) => Self::Other(flag.to_string()),
            DeValue::Datetime(date) => Self::Other(format!("the date {date}")),
            DeValue::Table(_) => Self::Other("a section of its own".to_owned()),
            DeValue::Array(items) => {
                let texts = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
                let other = || Self::Other("a list of something else".to_owned());
                Option::map_or_else(texts, other, Self::Texts)
            }
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Environment(text) => write!(f, "{text:?}"),
            Self::Number(number) => write!(f, "the number {number}"),
            Self::Texts(texts) => write!(f, "{texts:?}"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let ms = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(ms).map(Duration::from_millis)
}

fn list(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
