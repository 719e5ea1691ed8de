//! `[engine]`: which mail engine keeps the mail.

use super::document::Section;
use super::error::ConfigError;
use std::path::PathBuf;

/// Which mail engine keeps the mail.
#[derive(Clone, Debug)]
pub(crate) enum EngineKind {
    /// The built-in engine of this process, in the data directory.
    Embedded,
    /// A remote IMAP server.
    Remote(Remote),
}

/// A remote IMAP server with a master user, who may sign in on behalf of others.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// Where it listens: `imaps://host:993`, or `imap://127.0.0.1:143`.
    pub(crate) url: String,
    /// The file with the certificates to trust, for `imaps://`.
    pub(crate) ca: Option<PathBuf>,
    /// The name of the master user.
    pub(crate) master_user: String,
    /// The file with the master user's password.
    pub(crate) master_password_file: PathBuf,
}

#[derive(Clone, Copy)]
enum Kind {
    Embedded,
    Remote,
}

/// Reads the section.
pub(super) fn engine(mut section: Section) -> Result<EngineKind, ConfigError> {
    let kinds = [("embedded", Kind::Embedded), ("remote", Kind::Remote)];
    let kind = section.word("kind", &kinds)?.unwrap_or(Kind::Embedded);
    let url = section.text("url")?;
    let ca = section.path("ca")?;
    let master_user = section.text("master_user")?;
    let master_password_file = section.path("master_password_file")?;
    let engine = match (kind, url, master_user, master_password_file) {
        (Kind::Embedded, None, None, None) if ca.is_none() => EngineKind::Embedded,
        (Kind::Embedded, ..) => {
            return Err(section.error("kind", "is \"embedded\", which takes no other keys"));
        }
        (Kind::Remote, Some(url), Some(master_user), Some(master_password_file)) => {
            EngineKind::Remote(Remote { url, ca, master_user, master_password_file })
        }
        (Kind::Remote, ..) => {
            let problem = "is \"remote\", which also needs url, master_user and master_password_file";
            return Err(section.error("kind", problem));
        }
    };
    section.finish()?;
    Ok(engine)
}
