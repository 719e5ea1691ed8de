//! The server of the control socket.
//!
//! One line of JSON in, one line of JSON out. The socket lies in the data directory and answers its owner (and root)
//! only: whoever can open it could as well write the store.

use super::command::{Command, MAX_REQUEST};
use super::reply::Reply;
use super::run::run;
use crate::clock;
use bytes::BufMut;
use postward_authority::Authority;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// How long a command may take to be sent and answered. Hashing waits for a permit, which takes seconds under load.
const DEADLINE: Duration = Duration::from_secs(60);

/// How many commands are executed at the same time.
const AT_ONCE: usize = 16;

/// Opens the socket. A file left behind by a server that was killed is replaced: whoever calls this holds the lock of
/// the directory.
pub(crate) fn bind(path: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Executes commands until `stop`; those in progress are finished.
pub(crate) async fn serve(listener: UnixListener, authority: Authority, stop: CancellationToken) {
    let mut commands = JoinSet::new();
    loop {
        while commands.len() >= AT_ONCE {
            commands.join_next().await;
        }
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let authority = authority.clone();
                commands.spawn(async move {
                    match timeout(DEADLINE, answer(stream, &authority)).await {
                        Ok(Ok(())) => {}
                        Ok(Err(error)) => tracing::debug!(%error, "a command went away before its answer"),
                        Err(_) => tracing::warn!("a command was not answered in time"),
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the control socket cannot accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        while commands.try_join_next().is_some() {}
    }
    while commands.join_next().await.is_some() {}
}

async fn answer(mut stream: UnixStream, authority: &Authority) -> io::Result<()> {
    let peer = stream.peer_cred()?.uid();
    if peer != 0 && peer != rustix::process::geteuid().as_raw() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let (mut read, mut write) = stream.split();
    // The line may hold a password: it is read into one buffer, which never moves and is erased at the end.
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_REQUEST));
    while !line.ends_with(b"\n") && line.len() < MAX_REQUEST {
        let room = MAX_REQUEST - line.len();
        if read.read_buf(&mut (&mut *line).limit(room)).await? == 0 {
            break;
        }
    }
    let reply = match serde_json::from_slice::<Command>(&line) {
        Ok(command) => run(authority, command, clock::now()).await,
        // The column of the error, and never a part of the line: it may hold a password.
        Err(error) => Reply::Refused {
            why: format!("The server does not understand this command (column {}).", error.column()),
        },
    };
    let mut text = serde_json::to_vec(&reply)?;
    text.push(b'\n');
    write.write_all(&text).await?;
    write.shutdown().await
}
