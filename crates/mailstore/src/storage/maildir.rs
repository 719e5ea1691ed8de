//! Maildir: the names of message files, and writing files so that they survive a power loss.

use crate::clock;
use crate::flags::Flags;
use rand::RngExt as _;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

/// Separates the base of a file name, which stays, from its flags.
const INFO: char = ':';
/// Marks a name that this program has given. In it the seconds are the INTERNALDATE and the sizes are right, so that
/// opening a folder of ten thousand messages needs the listing of its directories only.
const OWN_MARK: &str = ".postward,";

/// A directory of a Maildir in which messages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MaildirDir {
    /// `new`: delivered, and not claimed by a session yet.
    New,
    /// `cur`: claimed by a session, with or without `\Seen`.
    Cur,
}

impl MaildirDir {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Cur => "cur",
        }
    }
}

/// The base of a file name: the part that stays when flags change.
pub(crate) fn base_of(file: &str) -> &str {
    file.split_once(INFO).map_or(file, |(base, _)| base)
}

/// The flags a file name carries.
pub(crate) fn flags_of(file: &str) -> Flags {
    let letters = file.split_once(INFO).and_then(|(_, info)| info.strip_prefix("2,"));
    Flags::from_letters(letters.unwrap_or_default())
}

/// The file name with other flags.
pub(crate) fn with_flags(file: &str, flags: Flags) -> String {
    format!("{}{INFO}2,{}", base_of(file), flags.letters())
}

/// The new path of a message file that was renamed; `None` when it is gone.
pub(crate) fn renamed(file: &Path) -> io::Result<Option<PathBuf>> {
    let (Some(folder), Some(name)) =
        (file.parent().and_then(Path::parent), file.file_name().and_then(OsStr::to_str))
    else {
        return Ok(None);
    };
    for dir in [MaildirDir::Cur, MaildirDir::New] {
        for entry in fs::read_dir(folder.join(dir.name()))? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(|other| base_of(other) == base_of(name)) {
                return Ok(Some(entry.path()));
            }
        }
    }
    Ok(None)
}

/// What a file name has about its message.
pub(crate) struct NameFacts {
    /// The size with CRLF line ends (`,W=`).
    pub(crate) size: Option<u64>,
    /// The INTERNALDATE, in names that this program has given.
    pub(crate) received: Option<i64>,
}

pub(crate) fn facts_of(file: &str) -> NameFacts {
    let base = base_of(file);
    let size = size_field(base, "W=");
    let received =
        base.contains(OWN_MARK).then(|| base.split('.').next().and_then(|s| s.parse().ok())).flatten();
    NameFacts { size, received }
}

fn size_field(base: &str, key: &str) -> Option<u64> {
    base.split(',').skip(1).find_map(|field| field.strip_prefix(key))?.parse().ok()
}

/// The order in which new messages get UIDs: by the time in the name, then by the name.
pub(crate) fn arrival_order(file: &str) -> (u64, u64, &str) {
    let mut parts = file.splitn(3, '.');
    let seconds = parts.next().and_then(|s| s.parse().ok()).unwrap_or(u64::MAX);
    let micros = parts.next().and_then(|unique| {
        let digits = unique.strip_prefix('M')?;
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        digits.get(..end)?.parse().ok()
    });
    (seconds, micros.unwrap_or_default(), file)
}

/// A unique file name. `size` is that of the file, `crlf_size` that of the message with CRLF line ends.
pub(crate) fn unique_name(received: i64, size: u64, crlf_size: u64) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let micros = clock::since_epoch().subsec_micros();
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let random: u64 = rand::rng().random();
    // A date before 1970 cannot be in a name.
    let seconds = received.max(0);
    let process = std::process::id();
    format!("{seconds}.M{micros:06}P{process}Q{count:06}R{random:016x}{OWN_MARK}S={size},W={crlf_size}")
}

/// The time, as an INTERNALDATE in seconds since 1970.
pub(crate) fn now() -> i64 {
    clock::since_epoch().as_secs().cast_signed()
}

/// A message that is being written into a folder: in `tmp`, and removed if it is not published.
///
/// Three steps, in this order, make it survive a power loss: contents ([`Incoming::sync`]), name
/// ([`Incoming::publish`]), directory ([`sync_directory`]).
pub(crate) struct Incoming {
    file: File,
    tmp: PathBuf,
    folder: PathBuf,
    written: u64,
    published: bool,
}

impl Incoming {
    /// Opens a file in the folder's `tmp`.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        let tmp = folder.join("tmp").join(unique_name(now(), 0, 0));
        let file = create_file(&tmp)?;
        Ok(Self { file, tmp, folder: folder.to_owned(), written: 0, published: false })
    }

    /// Makes the contents survive a power loss.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Makes the contents of every file of this file system survive a power loss: for many files faster than [`Self::sync`]
    /// of each.
    pub(crate) fn sync_file_system(&self) -> io::Result<()> {
        Ok(rustix::fs::syncfs(&self.file)?)
    }

    /// Renames the file, whose contents were synced, into `dir`. Returns its name.
    pub(crate) fn publish(mut self, dir: MaildirDir, flags: Flags, received: i64) -> io::Result<String> {
        let base = unique_name(received, self.written, self.written);
        let name = match dir {
            MaildirDir::New => base,
            MaildirDir::Cur => with_flags(&base, flags),
        };
        fs::rename(&self.tmp, self.folder.join(dir.name()).join(&name))?;
        self.published = true;
        Ok(name)
    }

    /// Sets the INTERNALDATE where Dovecot looks for it.
    pub(crate) fn set_received(&self, received: i64) -> io::Result<()> {
        self.file.set_modified(UNIX_EPOCH + Duration::from_secs(received.max(0).cast_unsigned()))
    }
}

impl Write for Incoming {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.published {
            // What cannot be removed now is removed with other old files of `tmp`.
            let _ = fs::remove_file(&self.tmp);
        }
    }
}

/// Makes renames in a directory survive a power loss.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Replaces a small file as a whole: after a crash it is the old one or the new one.
pub(crate) fn replace_file(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut tmp = path.as_os_str().to_owned();
    tmp.push(format!(".{:016x}.tmp", rand::rng().random::<u64>()));
    let tmp = PathBuf::from(tmp);
    let replaced = create_file(&tmp).and_then(|mut file| {
        file.write_all(contents)?;
        file.sync_all()?;
        fs::rename(&tmp, path)
    });
    if replaced.is_err() {
        let _ = fs::remove_file(&tmp);
    }
    replaced?;
    path.parent().map_or(Ok(()), sync_directory)
}

/// Creates a file that only its owner reads.
pub(crate) fn create_file(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

/// Creates a directory and its parents, for the owner only, and makes them survive a power loss.
pub(crate) fn create_directories(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        create_directories(above)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        created => created?,
    }
    path.parent().filter(|above| !above.as_os_str().is_empty()).map_or(Ok(()), sync_directory)
}

/// Creates the directories of a folder. `cur` is last: if it exists, the folder is complete.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    ["tmp", "new", "cur"].iter().try_for_each(|name| create_directories(&folder.join(name)))
}

/// The octets of a folder's messages: from their names, or from the file system where a name does not have them.
pub(crate) fn stored_size(folder: &Path) -> io::Result<u64> {
    let mut sum = 0;
    for dir in [MaildirDir::New, MaildirDir::Cur] {
        for entry in fs::read_dir(folder.join(dir.name()))? {
            let entry = entry?;
            let name = entry.file_name();
            let named = name.to_str().and_then(|name| size_field(base_of(name), "S="));
            // A file that is removed meanwhile counts nothing.
            sum += named.unwrap_or_else(|| entry.metadata().map_or(0, |m| m.len()));
        }
    }
    Ok(sum)
}

/// Removes files of unfinished deliveries from `tmp`. The Maildir convention gives them 36 hours.
pub(crate) fn remove_old_tmp(folder: &Path) -> io::Result<()> {
    const MAX_AGE: Duration = Duration::from_hours(36);
    for entry in fs::read_dir(folder.join("tmp"))? {
        let entry = entry?;
        let modified = entry.metadata().and_then(|m| m.modified());
        if modified.is_ok_and(|m| m.elapsed().is_ok_and(|age| age > MAX_AGE)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
