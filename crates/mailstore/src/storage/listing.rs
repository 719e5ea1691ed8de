//! Looking into a folder's directories, and what can be told of a file without opening it.

use crate::crlf::CrlfEnds;
use crate::storage::maildir::{self, MaildirDir};
use crate::storage::snapshot::Message;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The times of the last change of `new` and `cur`. While they stay, so does what is in there.
pub(crate) type Stamp = [(i64, i64); 2];

/// A message file: where it is, and its name.
pub(crate) type Listed = (MaildirDir, Arc<str>);

/// Looks at the directories without reading them.
pub(crate) fn stamp(folder: &Path) -> io::Result<Stamp> {
    let of = |dir: MaildirDir| fs::metadata(folder.join(dir.name())).map(|m| (m.mtime(), m.mtime_nsec()));
    Ok([of(MaildirDir::New)?, of(MaildirDir::Cur)?])
}

/// Whether the last change is so young that another one can carry the same time: file systems count in ticks.
pub(crate) fn is_fresh(stamp: Stamp) -> bool {
    const TICKS: Duration = Duration::from_millis(50);
    let newest = stamp.iter().max().copied().unwrap_or_default();
    let since_epoch = Duration::new(newest.0.max(0).cast_unsigned(), u32::try_from(newest.1).unwrap_or(0));
    SystemTime::now().duration_since(UNIX_EPOCH + since_epoch).map_or(true, |age| age < TICKS)
}

/// The message files of the folder, and the stamp from before they were listed.
///
/// A directory that is renamed in while it is read may show a file twice or not at all. A file twice counts once; one
/// that is `expected` and missing is looked for again, so that no other tool's flag change looks like a deletion.
pub(crate) fn list<'a>(
    folder: &Path,
    expected: impl Iterator<Item = &'a str>,
) -> io::Result<(Stamp, Vec<Listed>)> {
    let stamp = stamp(folder)?;
    let mut files = list_once(folder)?;
    let missing: HashSet<&str> = expected.filter(|base| !files.contains_key(*base)).collect();
    if !missing.is_empty() {
        for (base, found) in list_once(folder)? {
            if missing.contains(base.as_str()) {
                files.insert(base, found);
            }
        }
    }
    Ok((stamp, files.into_values().collect()))
}

/// `new` first: a file that is moved on between the two is then seen twice, and not missed.
fn list_once(folder: &Path) -> io::Result<HashMap<String, Listed>> {
    let mut files = HashMap::new();
    for dir in [MaildirDir::New, MaildirDir::Cur] {
        for entry in fs::read_dir(folder.join(dir.name()))? {
            let name = entry?.file_name();
            // A name that is not UTF-8 is no Maildir name, a line break in one would tear the uidlist, and a dot
            // hides what is no message.
            let plain = |name: &&str| !name.starts_with('.') && !name.contains(char::is_control);
            if let Some(name) = name.to_str().filter(plain) {
                files.insert(maildir::base_of(name).to_owned(), (dir, name.into()));
            }
        }
    }
    Ok(files)
}

/// What is known of a message file, beside its name.
pub(crate) struct Found {
    size: u64,
    received: i64,
    pub(crate) extra: Option<String>,
}

impl Found {
    /// Learns size and date: from the name and the uidlist where they tell, else from the file. Nothing if the file
    /// is gone. A size that had to be counted goes into `extra`, so that it is counted once.
    pub(crate) fn measure(
        folder: &Path,
        dir: MaildirDir,
        file: &str,
        extra: Option<&str>,
    ) -> io::Result<Option<Self>> {
        match Self::measure_present(folder, dir, file, extra) {
            Ok(found) => Ok(Some(found)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause),
        }
    }

    fn measure_present(folder: &Path, dir: MaildirDir, file: &str, extra: Option<&str>) -> io::Result<Self> {
        let facts = maildir::facts_of(file);
        let listed = extra.and_then(|e| e.split(' ').find_map(|field| field.strip_prefix('W'))?.parse().ok());
        let path = || folder.join(dir.name()).join(file);
        let received = match facts.received {
            Some(received) => received,
            None => fs::metadata(path())?.mtime(),
        };
        let (size, extra) = match facts.size.or(listed) {
            Some(size) => (size, extra.map(str::to_owned)),
            None => {
                let size = crlf_size(&path())?;
                (size, Some(extra.map_or_else(|| format!("W{size}"), |extra| format!("{extra} W{size}"))))
            }
        };
        Ok(Self { size, received, extra })
    }

    /// The message this is, now that it has a UID.
    pub(crate) fn numbered(self, uid: u32, dir: MaildirDir, file: Arc<str>) -> Message {
        let Self { size, received, extra } = self;
        Message {
            uid,
            flags: maildir::flags_of(&file),
            size,
            received,
            dir,
            file,
            extra: extra.map(Into::into),
        }
    }
}

/// The size of a message once its line ends are in order.
fn crlf_size(path: &Path) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut piece = vec![0; 64 * 1024];
    let (mut ends, mut size) = (CrlfEnds::default(), 0);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(size),
            read => size += ends.fixed_len(piece.get(..read).unwrap_or_default()),
        }
    }
}
