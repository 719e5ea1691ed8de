//! The spool of a message while it is received: small ones in memory, large ones in an unlinked file.

use crate::storage::maildir;
use rand::RngExt as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Messages up to so many octets stay in memory: most do, and a hundred of them are 25 MiB.
const IN_MEMORY: usize = 256 * 1024;

/// The octets of a message that is being received.
pub(crate) struct Spool {
    directory: PathBuf,
    tail: Vec<u8>,
    /// What came before `tail`. The file is unlinked: it is freed when the spool is dropped, or the process dies.
    file: Option<File>,
    spilled: u64,
}

impl Spool {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory, tail: Vec::new(), file: None, spilled: 0 }
    }

    /// An empty spool instead of this one.
    pub(crate) fn emptied(self) -> Self {
        Self::new(self.directory)
    }

    pub(crate) fn len(&self) -> u64 {
        self.spilled + self.tail.len() as u64
    }

    /// Adds a piece. [`Fill::Full`] asks for [`Spool::spill`].
    pub(crate) fn push(&mut self, piece: &[u8]) -> Fill {
        self.tail.extend_from_slice(piece);
        if self.tail.len() > IN_MEMORY { Fill::Full } else { Fill::Room }
    }

    /// Writes what is in memory to the file. Blocks.
    pub(crate) fn spill(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(unlinked_file(&self.directory)?),
        };
        file.write_all(&self.tail)?;
        self.spilled += self.tail.len() as u64;
        self.tail.clear();
        Ok(())
    }

    /// The first octets, at most `limit`.
    pub(crate) fn head(&self, limit: usize) -> io::Result<Vec<u8>> {
        let wanted = usize::try_from(self.len()).unwrap_or(usize::MAX).min(limit);
        let mut head = vec![0; wanted];
        self.read_at(0, &mut head)?;
        Ok(head)
    }

    /// Writes the octets from `offset` on.
    pub(crate) fn copy_from(&self, offset: u64, out: &mut impl Write) -> io::Result<()> {
        let mut piece = vec![0; 64 * 1024];
        let mut at = offset;
        while at < self.len() {
            let length = usize::try_from(self.len() - at).unwrap_or(usize::MAX).min(piece.len());
            let part = piece.get_mut(..length).unwrap_or_default();
            self.read_at(at, part)?;
            out.write_all(part)?;
            at += length as u64;
        }
        Ok(())
    }

    /// Fills `out` from `at` on. There must be as many octets.
    fn read_at(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        let from_file = usize::try_from(self.spilled.saturating_sub(at)).unwrap_or(usize::MAX).min(out.len());
        let (in_file, in_tail) = out.split_at_mut(from_file);
        if let Some(file) = self.file.as_ref().filter(|_| !in_file.is_empty()) {
            file.read_exact_at(in_file, at)?;
        }
        let start = usize::try_from(at.saturating_sub(self.spilled)).unwrap_or(usize::MAX);
        let tail = start.checked_add(in_tail.len()).and_then(|end| self.tail.get(start..end));
        in_tail.copy_from_slice(tail.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// Whether a spool has to be written to its file.
#[derive(PartialEq, Eq)]
pub(crate) enum Fill {
    Room,
    Full,
}

/// Whether an error says that the disk or the quota is full.
pub(crate) fn is_out_of_space(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn unlinked_file(directory: &Path) -> io::Result<File> {
    maildir::create_directories(directory)?;
    let path = directory.join(format!("{:016x}", rand::rng().random::<u64>()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}
