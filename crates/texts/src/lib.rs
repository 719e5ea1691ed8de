//! Every text a person reads on a page or in a letter, in Fluent catalogues (<https://projectfluent.org>).
//!
//! The catalogues stand in `en/`, a file for each area of the pages and one for the letters. Code and templates name a
//! message by its id: [`text`] for one without arguments, [`message()`] for one with. A message is a whole sentence or a
//! whole label, so that a translator may order its words; arguments have names, and plurals are chosen in the
//! catalogue.
//!
//! `cargo xtask tidy` fails on a message that is used and not there, there and not used, or given other arguments than it
//! takes, and on a text that stands outside the catalogues.
//!
//! Reading order: `catalogue` parses the files; [`Message`] is one message with its arguments.
//!
//! This crate knows nothing of HTML, of mail or of who reads: the callers escape what they insert.

mod catalogue;
mod message;

pub use message::Message;

use catalogue::Catalogue;
use std::sync::LazyLock;

static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::parse("en", &catalogue::ENGLISH));

/// The catalogue of the reader. There is one language now; the day there are several, they are chosen here and nowhere
/// else.
fn catalogue() -> &'static Catalogue {
    &ENGLISH
}

/// The text of a message without arguments. An id that no catalogue has is its own text; `cargo xtask tidy` finds it.
pub fn text(id: &'static str) -> &'static str {
    catalogue().text(id).unwrap_or(id)
}

/// A message with arguments, which are given with [`Message::with`] and [`Message::count`].
pub fn message(id: &'static str) -> Message {
    Message::new(id)
}

/// Whole sentences, one after the other; an empty one is left out.
pub fn sentences<const N: usize>(sentences: [String; N]) -> String {
    sentences.into_iter().filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join(" ")
}
