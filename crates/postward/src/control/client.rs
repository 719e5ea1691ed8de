//! The client of the control socket: a command goes to the running server, or to the store when none runs.

use super::command::{Command, MAX_REQUEST};
use super::reply::{MAX_REPLY, Reply};
use super::run::run;
use crate::clock;
use crate::command_error::CommandError;
use crate::config::Config;
use crate::data_dir::{DataDir, DataDirLock, LockError};
use crate::open;
use postward_authority::Authority;
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep, timeout};
use zeroize::Zeroizing;

/// How long a server may take to answer.
const DEADLINE: Duration = Duration::from_secs(90);

/// How long to wait until the process that holds the lock of the directory answers or releases it.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// Where commands are executed.
pub(crate) enum ControlClient {
    /// The server that holds the directory.
    Server(DataDir),
    /// The store itself, which no server can open while this exists.
    Store {
        /// Opened for this command.
        authority: Authority,
        /// Kept until the command is done.
        _lock: DataDirLock,
    },
}

impl ControlClient {
    /// Finds out where commands are executed. A server that holds the directory is never bypassed: its sessions would
    /// survive.
    pub(crate) async fn open(config: &Config) -> Result<Self, CommandError> {
        let data = DataDir::at(&config.data);
        let until = Instant::now() + LOCK_TIMEOUT;
        loop {
            match data.lock() {
                Ok(lock) => {
                    return Ok(Self::Store { authority: open::authority(config).await?, _lock: lock });
                }
                Err(LockError::Io(error)) => {
                    let path = data.path().display();
                    return Err(CommandError::new(format!("The directory {path} cannot be used: {error}.")));
                }
                Err(LockError::Locked) => {}
            }
            match UnixStream::connect(data.control_socket()).await {
                Ok(_) => return Ok(Self::Server(data)),
                // Another command is running, or a server starts or stops: that passes.
                Err(_) if Instant::now() < until => sleep(Duration::from_millis(50)).await,
                Err(error) => return Err(unresponsive(&data, &error)),
            }
        }
    }

    /// Executes a command.
    pub(crate) async fn ask(&self, command: Command) -> Result<Reply, CommandError> {
        let reply = match self {
            Self::Store { authority, .. } => run(authority, command, clock::now()).await,
            Self::Server(data) => {
                let path = data.control_socket();
                let asked = timeout(DEADLINE, ask_server(&path, &command)).await;
                let asked = asked.unwrap_or(Err(io::ErrorKind::TimedOut.into()));
                asked.map_err(|error| unresponsive(data, &error))?
            }
        };
        match reply {
            Reply::Refused { why } => Err(CommandError::new(why)),
            reply => Ok(reply),
        }
    }

    /// Closes the store, where it was opened here.
    pub(crate) async fn close(self) {
        match self {
            Self::Store { authority, .. } => authority.shut_down().await,
            Self::Server(_) => {}
        }
    }
}

fn unresponsive(data: &DataDir, error: &io::Error) -> CommandError {
    let (directory, socket) = (data.path().display(), data.control_socket());
    CommandError::new(format!(
        "A server holds {directory} but does not answer on {} ({error}), and nothing is changed behind its back.",
        socket.display(),
    ))
}

async fn ask_server(path: &Path, command: &Command) -> io::Result<Reply> {
    let mut stream = UnixStream::connect(path).await?;
    // Serialized into one buffer that does not grow: a buffer that is moved leaves copies of a password behind.
    let mut request = Zeroizing::new(Vec::with_capacity(MAX_REQUEST));
    serde_json::to_writer(&mut *request, command)?;
    request.push(b'\n');
    stream.write_all(&request).await?;
    let mut line = Vec::new();
    BufReader::new(stream).take(MAX_REPLY).read_until(b'\n', &mut line).await?;
    Ok(serde_json::from_slice(&line)?)
}
