//! `dovecot-uidvalidity`: the last UIDVALIDITY assigned to a folder of the mailbox, so that a folder that is deleted
//! and created again in the same second is not mistaken for the old one (RFC 9051 §2.3.1.1).

use crate::storage::maildir;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

const FILE: &str = "dovecot-uidvalidity";

/// The next UIDVALIDITY of this mailbox: the time, or one more than any before.
///
/// `at_least` is one more than what the folder itself had, as far as that is known.
pub(crate) fn next(maildir: &Path, at_least: u32) -> io::Result<u32> {
    static LOCK: Mutex<()> = Mutex::new(());
    let _lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let now = u32::try_from(maildir::now()).unwrap_or(u32::MAX);
    let last = last(maildir)?;
    let next = now.max(last.saturating_add(1)).max(at_least);
    maildir::replace_file(&maildir.join(FILE), format!("{next:08x}").as_bytes())?;
    // Dovecot believes the name of this empty file before the contents of the other.
    File::create(maildir.join(format!("{FILE}.{next:08x}")))?;
    if last != 0 {
        let _ = fs::remove_file(maildir.join(format!("{FILE}.{last:08x}")));
    }
    Ok(next)
}

fn last(maildir: &Path) -> io::Result<u32> {
    match fs::read_to_string(maildir.join(FILE)) {
        Ok(text) => Ok(u32::from_str_radix(text.trim(), 16).unwrap_or(0)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(0),
        // A malformed file is treated like a missing one.
        Err(cause) if cause.kind() == io::ErrorKind::InvalidData => Ok(0),
        Err(cause) => Err(cause),
    }
}
