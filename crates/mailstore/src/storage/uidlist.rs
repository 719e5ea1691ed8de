//! `dovecot-uidlist`, version 3: which UID belongs to which file, in the form Dovecot reads and writes.
//!
//! ```text
//! 3 V1700000000 N42 G0123456789abcdef0123456789abcdef
//! 40 :1700000001.M1P2Q3.host,S=120,W=123
//! 41 W512 :1700000002.M1P2Q4.host
//! ```
//!
//! New lines are appended and synced before their UIDs are used; the whole file is replaced when many of its messages are
//! gone. A malformed list is not repaired: UIDVALIDITY changes, and clients discard what they have cached.

use crate::storage::maildir;
use rand::RngExt as _;
use std::fmt::Write as _;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The name of the file, in every folder.
pub(crate) const FILE: &str = "dovecot-uidlist";

/// The first line, and how many lines follow it on disk.
#[derive(Debug)]
pub(crate) struct UidList {
    pub(crate) uid_validity: u32,
    /// The next UID to assign. It never decreases.
    pub(crate) next_uid: u32,
    /// The folder's GUID and other fields of the first line, kept as they are.
    extra: String,
    lines: usize,
    identity: Identity,
}

/// Which file the list was read from or written to, and its length then. Another identity means another writer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Identity {
    inode: u64,
    length: u64,
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self { inode: metadata.ino(), length: metadata.len() }
    }
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) uid: u32,
    /// The fields between UID and file name.
    pub(crate) extra: Option<String>,
    pub(crate) base: String,
}

/// Why the list of a folder cannot be used.
#[derive(Debug)]
pub(crate) enum UidListError {
    /// Never written, or lost.
    Missing,
    /// Truncated or malformed. Its UIDVALIDITY must not be used again.
    Malformed {
        /// As the first line has it, if that can be parsed.
        uid_validity: Option<u32>,
    },
    /// It could not be read.
    Unavailable(io::Error),
}

impl UidList {
    /// A list for a folder that has none.
    pub(crate) fn new(uid_validity: u32) -> Self {
        let guid: u128 = rand::rng().random();
        Self {
            uid_validity,
            next_uid: 1,
            extra: format!("G{guid:032x}"),
            lines: 0,
            identity: Identity::default(),
        }
    }

    /// Reads the list of a folder.
    pub(crate) fn load(folder: &Path) -> Result<(Self, Vec<Record>), UidListError> {
        let mut bytes = Vec::new();
        let read = File::open(folder.join(FILE)).and_then(|mut file| {
            file.read_to_end(&mut bytes)?;
            file.metadata()
        });
        let identity = match read {
            Ok(metadata) => Identity::of(&metadata),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Err(UidListError::Missing),
            Err(cause) => return Err(UidListError::Unavailable(cause)),
        };
        let text = String::from_utf8_lossy(&bytes);
        let header = text.lines().next().and_then(parse_header);
        let uid_validity = header.as_ref().map(|list| list.uid_validity);
        let list = header.map(|list| Self { identity, ..list });
        list.and_then(|list| parse_records(list, &text)).ok_or(UidListError::Malformed { uid_validity })
    }

    /// Replaces the whole file.
    pub(crate) fn rewrite<'a>(
        &mut self,
        folder: &Path,
        records: impl Iterator<Item = (u32, Option<&'a str>, &'a str)>,
    ) -> io::Result<()> {
        let mut text = format!("3 V{} N{}", self.uid_validity, self.next_uid);
        if !self.extra.is_empty() {
            let _ = write!(text, " {}", self.extra);
        }
        text.push('\n');
        let mut lines = 0;
        for (uid, extra, base) in records {
            push_line(&mut text, uid, extra, base);
            lines += 1;
        }
        maildir::replace_file(&folder.join(FILE), text.as_bytes())?;
        self.lines = lines;
        self.identity = Identity::of(&fs::metadata(folder.join(FILE))?);
        Ok(())
    }

    /// Appends lines and syncs them. On failure the file is truncated to what it was, so that no partial line stays.
    pub(crate) fn append<'a>(
        &mut self,
        folder: &Path,
        records: impl Iterator<Item = (u32, Option<&'a str>, &'a str)>,
    ) -> io::Result<()> {
        let mut text = String::new();
        let mut lines = 0;
        for (uid, extra, base) in records {
            push_line(&mut text, uid, extra, base);
            lines += 1;
        }
        let mut file = File::options().write(true).open(folder.join(FILE))?;
        let end = file.seek(SeekFrom::End(0))?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
        if let Err(cause) = written {
            file.set_len(end)?;
            return Err(cause);
        }
        self.lines += lines;
        self.identity.length = end + text.len() as u64;
        Ok(())
    }

    /// Whether another program has written the list since it was read or written here.
    pub(crate) fn was_changed_externally(&self, folder: &Path) -> io::Result<bool> {
        match fs::metadata(folder.join(FILE)) {
            Ok(metadata) => Ok(Identity::of(&metadata) != self.identity),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(cause) => Err(cause),
        }
    }

    /// Whether so many lines are of removed messages that the file should be written anew. `live`: messages there are.
    pub(crate) fn needs_rewrite(&self, live: usize) -> bool {
        self.lines > 2 * live + 64
    }
}

fn push_line(text: &mut String, uid: u32, extra: Option<&str>, base: &str) {
    let _ = match extra {
        Some(extra) => writeln!(text, "{uid} {extra} :{base}"),
        None => writeln!(text, "{uid} :{base}"),
    };
}

fn parse_header(line: &str) -> Option<UidList> {
    let mut fields = line.split(' ');
    if fields.next()? != "3" {
        return None;
    }
    let (mut uid_validity, mut next_uid, mut extra) = (None, None, Vec::new());
    for field in fields.filter(|field| !field.is_empty()) {
        match field.split_at_checked(1)? {
            ("V", number) => uid_validity = Some(number.parse().ok().filter(|v| *v > 0)?),
            ("N", number) => next_uid = Some(number.parse().ok().filter(|n| *n > 0)?),
            _ => extra.push(field),
        }
    }
    Some(UidList {
        uid_validity: uid_validity?,
        next_uid: next_uid?,
        extra: extra.join(" "),
        lines: 0,
        identity: Identity::default(),
    })
}

fn parse_records(mut list: UidList, text: &str) -> Option<(UidList, Vec<Record>)> {
    // A last line without its end was truncated, and others, whose UIDs clients know, may have been lost with it.
    let body = text.strip_suffix('\n')?.split('\n').skip(1);
    let mut records: Vec<Record> = Vec::new();
    for line in body {
        let (fields, file) = line.split_once(" :")?;
        let (uid, extra) = fields.split_once(' ').map_or((fields, None), |(uid, extra)| (uid, Some(extra)));
        let uid: u32 = uid.parse().ok()?;
        // RFC 9051 §2.3.1.1: strictly ascending. Zero is no UID, and the last one leaves none to follow it.
        if uid == u32::MAX || uid <= records.last().map_or(0, |r| r.uid) || file.is_empty() {
            return None;
        }
        let base = maildir::base_of(file).to_owned();
        records.push(Record { uid, extra: extra.map(str::to_owned), base });
    }
    list.lines = records.len();
    list.next_uid = list.next_uid.max(records.last().map_or(0, |r| r.uid) + 1);
    // No folder has received four thousand million messages; such a number is corrupt, and would exhaust the UIDs.
    (list.next_uid < 4_000_000_000).then_some((list, records))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Option<(UidList, Vec<Record>)> {
        parse_records(parse_header(text.lines().next()?)?, text)
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_list_no_uid_in_it_is_given_again(text in "(3 V[0-9]{1,11} N[0-9]{1,11}( G[a-f]{4})?\n)?([0-9]{1,10}( [A-Z][0-9]{1,3})? ?:?[a-z.,]{0,4}\n?){0,6}") {
            if let Some((list, records)) = parse(&text) {
                prop_assert!(records.iter().all(|record| record.uid < list.next_uid), "{text:?}");
                prop_assert!(records.is_sorted_by(|a, b| a.uid < b.uid), "{text:?}");
            }
        }

        #[test]
        fn what_is_written_is_read_back(lines in prop::collection::btree_map(1_u32..4_000_000_000, ("[a-z0-9.=,]{1,20}", prop::option::of("W[0-9]{1,4}")), 0..20)) {
            let folder = tempfile::tempdir().unwrap();
            let mut list = UidList::new(7);
            let written = |(uid, (base, extra)): (&u32, &(String, Option<String>))| Record { uid: *uid, extra: extra.clone(), base: base.clone() };
            let records: Vec<Record> = lines.iter().map(written).collect();
            let (first, rest) = records.split_at(records.len() / 2);
            fn line(record: &Record) -> (u32, Option<&str>, &str) {
                (record.uid, record.extra.as_deref(), &record.base)
            }
            list.rewrite(folder.path(), first.iter().map(line)).unwrap();
            list.append(folder.path(), rest.iter().map(line)).unwrap();
            let (read, found) = UidList::load(folder.path()).unwrap();
            prop_assert_eq!(found, records);
            prop_assert_eq!((read.uid_validity, read.extra, read.identity), (7, list.extra, list.identity));
        }
    }
}
