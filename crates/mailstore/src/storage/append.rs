//! A message to be added to a folder, and what becomes of it.

use crate::crlf::CrlfEnds;
use crate::flags::Flags;
use crate::storage::maildir;
use crate::storage::spool::Spool;
use bytes::Bytes;
use std::io::{self, Write};

/// A message to be added to a folder.
pub struct Append {
    /// The message. Line ends are brought into order (CRLF); nothing else is touched.
    pub octets: Octets,
    /// System flags; keyword numbers are not used here.
    pub flags: Flags,
    /// Keywords by name. One that has no room in the folder any more is left out; the message is not.
    pub keywords: Vec<String>,
    /// INTERNALDATE in seconds since 1970; now, if nothing.
    pub received: Option<i64>,
}

/// The octets of a message to be added.
pub struct Octets(Held);

enum Held {
    InMemory(Bytes),
    /// As they came in, their line ends in order.
    Spooled(Spool),
}

/// Where an appended message is (RFC 4315, `APPENDUID`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The folder's UIDVALIDITY.
    pub uid_validity: u32,
    /// The message's UID.
    pub uid: u32,
}

impl Append {
    /// Writes the message with its line ends in order.
    pub(crate) fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        match &self.octets.0 {
            Held::InMemory(bytes) => out.write_all(&CrlfEnds::default().fix(bytes)),
            Held::Spooled(spool) => spool.copy_from(0, out),
        }
    }

    pub(crate) fn received_or_now(&self) -> i64 {
        self.received.unwrap_or_else(maildir::now)
    }
}

impl From<Vec<u8>> for Octets {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Held::InMemory(bytes.into()))
    }
}

impl From<Spool> for Octets {
    /// The spool's line ends are in order.
    fn from(spool: Spool) -> Self {
        Self(Held::Spooled(spool))
    }
}
