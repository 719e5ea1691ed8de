//! The style sheets, scripts and pictures that are embedded in the binary, the script that holds the texts of the
//! others, and the addresses by which pages name them.

use crate::view::script_texts;
use rust_embed::Embed;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::sync::LazyLock;

#[derive(Embed)]
#[folder = "assets/"]
struct Files;

/// One stamp for all files: a script that imports its neighbour finds the neighbour of its own build.
static STAMP: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for file in names.iter().filter_map(|name| Files::get(name)) {
        hash.update(file.metadata.sha256_hash());
    }
    hash.update(script_texts::module());
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// The address of a file.
pub(crate) fn url(name: &str) -> String {
    format!("/assets/{}/{name}", *STAMP)
}

/// The stamp of this build's files.
pub(crate) fn stamp() -> &'static str {
    &STAMP
}

/// What a file holds, by its name.
pub(crate) fn get(name: &str) -> Option<Cow<'static, [u8]>> {
    match name {
        script_texts::NAME => Some(script_texts::module().into_bytes().into()),
        _ => Files::get(name).map(|file| file.data),
    }
}
