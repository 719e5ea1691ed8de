//! The webmail's rooms that read mail, taken out of `postward-web` by their paths: the rest of that crate (the
//! authority, the database, HTTP) would take longer to build with coverage counters than all targets run.

#![allow(dead_code, unused_imports, reason = "the pages that use the rest are not here")]

#[path = "../../crates/web/src/webmail/imap/person.rs"]
mod person;

mod imap {
    pub(crate) use super::person::Person;
}

#[path = "../../crates/web/src/webmail/letter/mod.rs"]
mod letter;

use letter::{Content, Letter, RemoteImages, document, download};

#[path = "../../crates/web/src/webmail/letter/hostile.rs"]
mod hostile;

/// A message from anywhere, as the webmail shows it.
pub fn letter(data: &[u8]) {
    hostile::letter(data);
}
