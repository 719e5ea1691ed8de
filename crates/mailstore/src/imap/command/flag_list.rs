//! Flags and keywords, as clients write them in STORE and APPEND.

use crate::flags::Flags;
use imap_types::flag::Flag;

/// The flags of a command: system flags, and keywords by name.
pub(crate) struct FlagList {
    pub(crate) system: Flags,
    pub(crate) keywords: Vec<String>,
}

impl FlagList {
    /// `None` if one of them is no flag that a client may set, like `\Recent`.
    pub(crate) fn new(flags: &[Flag<'_>]) -> Option<Self> {
        let mut list = Self { system: Flags::NONE, keywords: Vec::new() };
        for flag in flags {
            let system = match flag {
                Flag::Answered => Flags::ANSWERED,
                Flag::Deleted => Flags::DELETED,
                Flag::Draft => Flags::DRAFT,
                Flag::Flagged => Flags::FLAGGED,
                Flag::Seen => Flags::SEEN,
                Flag::Keyword(name) => {
                    list.keywords.push(name.as_ref().to_owned());
                    continue;
                }
                Flag::Extension(_) => return None,
            };
            list.system = list.system | system;
        }
        Some(list)
    }
}
