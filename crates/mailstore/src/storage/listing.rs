//! Listing the message files of a folder, and what can be learnt of a file without opening it.

use crate::clock;
use crate::crlf::CrlfEnds;
use crate::storage::maildir::{self, MaildirDir};
use crate::storage::snapshot::Message;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The modification times of `new` and `cur`, in seconds and nanoseconds. While they stay, so does what is in there.
pub(crate) type Mtimes = [(i64, i64); 2];

/// A message file, as the directories list it.
#[derive(Clone)]
pub(crate) struct ListedFile {
    pub(crate) dir: MaildirDir,
    pub(crate) name: Arc<str>,
}

impl ListedFile {
    pub(crate) fn path(&self, folder: &Path) -> PathBuf {
        folder.join(self.dir.name()).join(&*self.name)
    }
}

/// Reads the modification times of the directories.
pub(crate) fn mtimes(folder: &Path) -> io::Result<Mtimes> {
    let of = |dir: MaildirDir| fs::metadata(folder.join(dir.name())).map(|m| (m.mtime(), m.mtime_nsec()));
    Ok([of(MaildirDir::New)?, of(MaildirDir::Cur)?])
}

/// Whether the last change is so young that a later one may carry the same time: file systems count time in ticks.
pub(crate) fn may_hide_a_change(mtimes: Mtimes) -> bool {
    const TICKS: Duration = Duration::from_millis(50);
    let newest = mtimes.iter().max().copied().unwrap_or_default();
    let since_epoch = Duration::new(newest.0.max(0).cast_unsigned(), u32::try_from(newest.1).unwrap_or(0));
    clock::since_epoch().checked_sub(since_epoch).is_none_or(|age| age < TICKS)
}

/// The message files of the folder, and the modification times from before they were listed.
///
/// A directory in which files are renamed while it is read may list a file twice or not at all. A file listed twice
/// counts once; for one that is `expected` and missing the directories are listed again, so that a flag change by another
/// program does not look like a deletion.
pub(crate) fn list<'a>(
    folder: &Path,
    expected: impl Iterator<Item = &'a str>,
) -> io::Result<(Mtimes, Vec<ListedFile>)> {
    let mtimes = mtimes(folder)?;
    let mut files = list_once(folder)?;
    let missing: HashSet<&str> = expected.filter(|base| !files.contains_key(*base)).collect();
    if !missing.is_empty() {
        for (base, found) in list_once(folder)? {
            if missing.contains(base.as_str()) {
                files.insert(base, found);
            }
        }
    }
    Ok((mtimes, files.into_values().collect()))
}

/// `new` first: a file that is moved to `cur` between the two is then listed twice, and not missed.
fn list_once(folder: &Path) -> io::Result<HashMap<String, ListedFile>> {
    let mut files = HashMap::new();
    for dir in [MaildirDir::New, MaildirDir::Cur] {
        for entry in fs::read_dir(folder.join(dir.name()))? {
            let name = entry?.file_name();
            // A name that is not UTF-8 is no Maildir name, a line break in one would break the uidlist, and files whose
            // names begin with a dot are no messages.
            let plain = |name: &&str| !name.starts_with('.') && !name.contains(char::is_control);
            if let Some(name) = name.to_str().filter(plain) {
                files.insert(maildir::base_of(name).to_owned(), ListedFile { dir, name: name.into() });
            }
        }
    }
    Ok(files)
}

/// What is known of a message file, besides its name.
pub(crate) struct FileFacts {
    size: u64,
    received: i64,
    pub(crate) extra: Option<String>,
}

impl FileFacts {
    /// Determines size and date: from the name and the uidlist where they have them, else from the file. `None` if the
    /// file is gone. A size that had to be counted goes into `extra`, so that it is counted once.
    pub(crate) fn read(folder: &Path, file: &ListedFile, extra: Option<&str>) -> io::Result<Option<Self>> {
        match Self::read_existing(folder, file, extra) {
            Ok(facts) => Ok(Some(facts)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause),
        }
    }

    fn read_existing(folder: &Path, file: &ListedFile, extra: Option<&str>) -> io::Result<Self> {
        let named = maildir::facts_of(&file.name);
        let listed = extra.and_then(|e| e.split(' ').find_map(|field| field.strip_prefix('W'))?.parse().ok());
        let received = match named.received {
            Some(received) => received,
            None => fs::metadata(file.path(folder))?.mtime(),
        };
        let (size, extra) = match named.size.or(listed) {
            Some(size) => (size, extra.map(str::to_owned)),
            None => {
                let size = crlf_size(&file.path(folder))?;
                (size, Some(extra.map_or_else(|| format!("W{size}"), |extra| format!("{extra} W{size}"))))
            }
        };
        Ok(Self { size, received, extra })
    }

    /// The message in the file, now that it has a UID.
    pub(crate) fn into_message(self, uid: u32, file: ListedFile) -> Message {
        let Self { size, received, extra } = self;
        let ListedFile { dir, name } = file;
        Message {
            uid,
            flags: maildir::flags_of(&name),
            size,
            received,
            dir,
            file: name,
            extra: extra.map(Into::into),
        }
    }
}

/// The size of a message with CRLF line ends.
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
