//! `postward demo`: a whole host with sample accounts and mail, ready to click and connect.
//!
//! It is the real server on a directory of its own, without any code path that depends on being a demo.

mod alerts;
mod attachment;
mod credentials_file;
mod guide;
mod maildir_writer;
mod messages;
mod sample_accounts;
mod sample_image;

use crate::certificate;
use crate::clock;
use crate::command_error::CommandError;
use crate::config::{self, FILE_NAME, LogFormat, Source};
use crate::data_dir::DataDir;
use crate::private_file;
use crate::serve::{BoundAddresses, Server};
use crate::{logs, process};
use clap::Args;
use credentials_file::CredentialsFile;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tempfile::TempDir;
use tracing::level_filters::LevelFilter;

/// The arguments of `demo`.
#[derive(Args, Debug, Default)]
pub(crate) struct Options {
    /// Keep everything in this directory; without it, a throw-away one is used and removed at the end
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Listen on free ports instead of the usual ones
    #[arg(long)]
    ephemeral: bool,
    /// Write addresses and credentials into this file once everything listens
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Starts a demo, prints how to use it, and runs it until a signal stops it.
pub(crate) async fn run(options: Options) -> Result<ExitCode, CommandError> {
    logs::start(LogFormat::Text, LevelFilter::WARN);
    process::raise_file_limit();
    if let Some(file) = &options.json {
        // A file of an earlier demo would name ports that no longer listen.
        let _ = fs::remove_file(file);
    }
    let demo = Demo::start(&options).await?;
    if let Some(file) = &options.json {
        let written = demo.credentials_file().write(file);
        written
            .map_err(|error| CommandError::new(format!("{} cannot be written: {error}.", file.display())))?;
    }
    guide::print(&demo.credentials_file(), demo.directory.path(), options.dir.is_some());
    // The directory is removed last, when nothing in it is open any more.
    let Demo { server, directory: _directory } = demo;
    crate::serve::run_until_signal(server).await?;
    Ok(ExitCode::SUCCESS)
}

/// A demo that listens.
pub(crate) struct Demo {
    server: Server,
    directory: DemoDir,
}

impl Demo {
    async fn start(options: &Options) -> Result<Self, CommandError> {
        let directory = DemoDir::at(options.dir.as_deref())?;
        let path = directory.path();
        let fresh = !path.join(MARKER_FILE).exists();
        if fresh {
            write_config_and_certificate(path, options.ephemeral)?;
        }
        let server = Server::start(config::load(&Source::Directory(path.to_owned()))?).await;
        let server = server.map_err(|error| {
            let hint =
                if options.ephemeral { "" } else { " With --ephemeral the demo takes ports that are free." };
            CommandError::new(format!("{error}{hint}"))
        })?;
        if fresh {
            let now = clock::now();
            sample_accounts::create_accounts(server.authority(), now).await?;
            if let Some(mailstore) = server.mailstore() {
                maildir_writer::fill(mailstore, &DataDir::at(path).mail(), now).await?;
            }
            private_file::create(&path.join(MARKER_FILE), "").map_err(|error| unusable(path, &error))?;
        }
        Ok(Self { server, directory })
    }

    /// Starts a demo on free ports, in a temporary directory.
    pub(crate) async fn start_ephemeral() -> Result<Self, CommandError> {
        Self::start(&Options { ephemeral: true, ..Options::default() }).await
    }

    /// The owner of the host and two owners of mailboxes, with the passwords they start with.
    pub(crate) fn logins() -> [(&'static str, &'static str); 3] {
        let [mailbox, another, ..] = &sample_accounts::MAILBOXES;
        [&sample_accounts::OWNER, mailbox, another].map(|user| (user.address, user.password))
    }

    /// Its data directory.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The addresses it listens on.
    pub(crate) fn bound(&self) -> &BoundAddresses {
        self.server.bound()
    }

    /// Stops it and removes a temporary directory.
    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }

    fn credentials_file(&self) -> CredentialsFile {
        CredentialsFile::of(self.server.bound(), self.directory.path().join(CA_CERT))
    }
}

/// The certificate of the demo's CA, for clients to trust.
const CA_CERT: &str = "ca.pem";

/// An empty file that marks the directory of a demo whose accounts and mail are complete.
const MARKER_FILE: &str = "this-is-a-demo";

/// The directory of a demo.
enum DemoDir {
    /// Removed when this is dropped.
    Temporary(TempDir),
    Kept(PathBuf),
}

impl DemoDir {
    fn at(dir: Option<&Path>) -> Result<Self, CommandError> {
        let Some(dir) = dir else {
            let private = Permissions::from_mode(0o700);
            let created = tempfile::Builder::new().prefix("postward-demo-").permissions(private).tempdir();
            return created.map(Self::Temporary).map_err(|error| unusable(&std::env::temp_dir(), &error));
        };
        let empty = fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
        if !empty && !dir.join(MARKER_FILE).exists() {
            return Err(CommandError::new(format!(
                "{} holds something else than a demo, and nothing in it was touched; name a new directory.",
                dir.display()
            )));
        }
        DataDir::at(dir).create().map_err(|error| unusable(dir, &error))?;
        Ok(Self::Kept(dir.to_owned()))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Temporary(dir) => dir.path(),
            Self::Kept(dir) => dir,
        }
    }
}

/// Writes the configuration and the certificates.
fn write_config_and_certificate(path: &Path, ephemeral: bool) -> Result<(), CommandError> {
    let (pair, ca) = certificate::signed_by_new_ca(&["localhost", "127.0.0.1", "::1"])?;
    let tls = DataDir::at(path.join("tls"));
    tls.create()
        .and_then(|()| private_file::create(&tls.path().join("key.pem"), &pair.key))
        .and_then(|()| private_file::create(&tls.path().join("cert.pem"), &pair.certificate))
        .and_then(|()| private_file::create(&path.join(CA_CERT), &ca))
        .and_then(|()| private_file::create(&path.join(FILE_NAME), &config_text(ephemeral)))
        .map_err(|error| unusable(path, &error))
}

fn config_text(ephemeral: bool) -> String {
    let at = |port: u16| format!("[\"127.0.0.1:{}\"]", if ephemeral { 0 } else { port });
    let section = |name: &str, plain: u16, tls: u16| {
        format!("[{name}]\nplain = {}\nstarttls = []\ntls = {}\n\n", at(plain), at(tls))
    };
    format!(
        "# Made by `postward demo`. Passwords in clear are taken on this machine only.\n\n{}{}{}[web]\nhttp = {}\n\n\
         [lmtp]\nlisten = {}\n",
        section("imap", 1143, 1993),
        section("pop3", 1110, 1995),
        section("smtp", 1587, 1465),
        at(8080),
        at(1024),
    )
}

fn unusable(path: &Path, error: &io::Error) -> CommandError {
    CommandError::new(format!("{} cannot be used: {error}.", path.display()))
}
