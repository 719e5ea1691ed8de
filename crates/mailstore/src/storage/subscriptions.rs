//! `subscriptions`: the names a mailbox is subscribed to, in the form Dovecot 2.3 writes (version 2, levels divided by tabs).
//! Version 1, a plain list of names, is read too.

use crate::folder_name::FolderName;
use crate::storage::maildir;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

const FILE: &str = "subscriptions";
const HEADER: &str = "V\t2";

/// The names subscribed to. They need not exist (RFC 9051 §6.3.7). INBOX always is.
pub(crate) fn load(maildir: &Path) -> io::Result<BTreeSet<FolderName>> {
    let text = match fs::read(maildir.join(FILE)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
        Err(cause) => return Err(cause),
    };
    let names = text.strip_prefix(HEADER).unwrap_or(&text).lines().filter(|line| !line.is_empty());
    let parsed = names.filter_map(|name| FolderName::parse_modified_utf7(&name.replace('\t', ".")).ok());
    Ok(parsed.chain([FolderName::inbox()]).collect())
}

/// Replaces the list.
pub(crate) fn save(maildir: &Path, names: &BTreeSet<FolderName>) -> io::Result<()> {
    let mut text = format!("{HEADER}\n\n");
    for name in names {
        text.push_str(&name.to_modified_utf7().replace(FolderName::DELIMITER, "\t"));
        text.push('\n');
    }
    maildir::replace_file(&maildir.join(FILE), text.as_bytes())
}
