//! A message that is to be appended to a folder, and where it is then.

use crate::crlf::CrlfEnds;
use crate::flags::Flags;
use crate::storage::maildir;
use crate::storage::spool::Spool;
use bytes::Bytes;
use std::io::{self, Write};

/// A message that is to be appended to a folder.
pub struct Append {
    /// The message. Lone LFs become CRLF; nothing else is changed.
    pub octets: Octets,
    /// System flags; keyword numbers are not used here.
    pub flags: Flags,
    /// Keywords by name. Those for which the folder has no number left are left out.
    pub keywords: Vec<String>,
    /// INTERNALDATE in seconds since 1970; now, if nothing.
    pub received: Option<i64>,
}

/// The octets of a message that is to be appended.
pub struct Octets(Source);

enum Source {
    InMemory(Bytes),
    /// With CRLF line ends.
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
    /// Writes the message with CRLF line ends.
    pub(crate) fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        match &self.octets.0 {
            Source::InMemory(bytes) => out.write_all(&CrlfEnds::default().fix(bytes)),
            Source::Spooled(spool) => spool.copy_from(0, out),
        }
    }

    pub(crate) fn received_or_now(&self) -> i64 {
        self.received.unwrap_or_else(maildir::now)
    }
}

impl From<Vec<u8>> for Octets {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Source::InMemory(bytes.into()))
    }
}

impl From<Spool> for Octets {
    /// The line ends in the spool must be CRLF.
    fn from(spool: Spool) -> Self {
        Self(Source::Spooled(spool))
    }
}
