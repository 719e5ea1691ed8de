//! One message and its arguments.

use crate::catalogue;
use fluent_bundle::{FluentArgs, FluentValue};
use std::fmt;

/// A message of the catalogue with its arguments. It is formatted where it is written: `to_string`.
#[derive(Debug)]
pub struct Message {
    id: &'static str,
    arguments: FluentArgs<'static>,
}

impl Message {
    pub(crate) fn new(id: &'static str) -> Self {
        Self { id, arguments: FluentArgs::new() }
    }

    /// An argument that is text; it stands where the message has `{ $name }`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.arguments.set(name, FluentValue::from(value.to_string()));
        self
    }

    /// An argument that is a number, by which the message can choose between singular and plural.
    #[must_use]
    pub fn count(mut self, name: &'static str, count: u64) -> Self {
        self.arguments.set(name, FluentValue::from(count));
        self
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match catalogue().formatted(self.id, Some(&self.arguments)) {
            Some(text) => f.write_str(&text),
            None => f.write_str(self.id),
        }
    }
}

impl From<Message> for String {
    fn from(message: Message) -> Self {
        message.to_string()
    }
}
