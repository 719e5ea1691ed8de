//! `dovecot-keywords`: the keywords of a folder, by the number that a letter in a file name stands for.

use crate::error::{MailError, Result};
use crate::flags::Flags;
use crate::storage::maildir;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

const FILE: &str = "dovecot-keywords";
/// Longer keywords are refused. Real ones (`$MDNSent`, `NonJunk`) have a tenth of it.
const MAX_LEN: usize = 100;

/// Reads the names, by their number. A line that cannot be read leaves its number without a name.
pub(crate) fn load(folder: &Path) -> io::Result<Vec<String>> {
    let text = match fs::read(folder.join(FILE)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(cause),
    };
    let mut names = Vec::new();
    for (index, name) in text.lines().filter_map(|line| line.split_once(' ')) {
        let Ok(index) = index.parse::<usize>() else { continue };
        if index < Flags::MAX_KEYWORDS && !name.is_empty() {
            names.resize(names.len().max(index + 1), String::new());
            names[index] = name.to_owned();
        }
    }
    Ok(names)
}

/// Replaces the file.
pub(crate) fn save(folder: &Path, names: &[String]) -> io::Result<()> {
    let mut text = String::new();
    for (index, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let _ = writeln!(text, "{index} {name}");
    }
    maildir::replace_file(&folder.join(FILE), text.as_bytes())
}

/// The number of a name, taking a free one if it has none. RFC 9051 §2.3.2: keywords are case-insensitive.
pub(crate) fn intern(names: &mut Vec<String>, name: &str) -> Result<usize> {
    if let Some(index) = names.iter().position(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(index);
    }
    let is_atom = name.bytes().all(|b| b.is_ascii_graphic() && !b"(){%*\"\\]".contains(&b));
    if name.is_empty() || name.len() > MAX_LEN || !is_atom {
        return Err(MailError::Misuse("This is not a keyword."));
    }
    if names.len() == Flags::MAX_KEYWORDS {
        return Err(MailError::Misuse("This folder has as many keywords as it can have."));
    }
    names.push(name.to_owned());
    Ok(names.len() - 1)
}
