//! When the server has closed connections, as the kernel reports it.
//!
//! A client that reads learns of the end after everything that was sent before it, and one that has stopped reading
//! never does. `poll(2)` reports it at once, so the socket is polled and the stream is left alone.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A thread that polls connections until each is closed, or until it is stopped.
pub struct DisconnectWatch {
    thread: JoinHandle<io::Result<Vec<Option<Instant>>>>,
    stop_requested: Arc<AtomicBool>,
}

impl DisconnectWatch {
    /// Starts polling `sockets`.
    pub fn over(sockets: Vec<OwnedFd>) -> Self {
        let stop_requested = Arc::new(AtomicBool::new(false));
        let stop_flag = Arc::clone(&stop_requested);
        // A thread of its own, so that the moment that is noted does not depend on what the runtime is busy with.
        Self { thread: std::thread::spawn(move || watch(&sockets, &stop_flag)), stop_requested }
    }

    /// Waits until every connection is closed, for `timeout` at most. Returns when each was; none for one still open.
    pub async fn end(self, timeout: Duration) -> io::Result<Vec<Option<Instant>>> {
        let Self { thread, stop_requested } = self;
        let until = Instant::now() + timeout;
        while !thread.is_finished() && Instant::now() < until {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        stop_requested.store(true, Ordering::Relaxed);
        let joined = tokio::task::spawn_blocking(move || thread.join()).await.map_err(io::Error::other)?;
        joined.unwrap_or_else(|_| Err(io::Error::other("the watch over the connections has failed")))
    }
}

/// How long one `poll(2)` waits, and how soon a stop is noticed.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

fn watch(sockets: &[OwnedFd], stop_requested: &AtomicBool) -> io::Result<Vec<Option<Instant>>> {
    let mut disconnects = vec![None; sockets.len()];
    while disconnects.iter().any(Option::is_none) && !stop_requested.load(Ordering::Relaxed) {
        let open =
            || disconnects.iter().enumerate().filter(|(_, closed_at)| closed_at.is_none()).map(|(at, _)| at);
        let watched: Vec<_> = open().filter_map(|at| Some((at, sockets.get(at)?.as_fd()))).collect();
        let closed = closed(watched.iter().map(|(_, socket)| *socket), POLL_INTERVAL)?;
        let now = Instant::now();
        for ((at, _), closed) in watched.into_iter().zip(closed) {
            if let (true, Some(closed_at)) = (closed, disconnects.get_mut(at)) {
                *closed_at = Some(now);
            }
        }
    }
    Ok(disconnects)
}

/// Whether the other end has closed or reset each connection, by now.
pub fn closed_by_now<'a>(sockets: impl Iterator<Item = &'a OwnedFd>) -> io::Result<Vec<bool>> {
    closed(sockets.map(AsFd::as_fd), Duration::ZERO)
}

fn closed<'a>(sockets: impl Iterator<Item = BorrowedFd<'a>>, timeout: Duration) -> io::Result<Vec<bool>> {
    let mut polled: Vec<_> =
        sockets.map(|socket| PollFd::from_borrowed_fd(socket, PollFlags::RDHUP)).collect();
    let timeout = Timespec::try_from(timeout).map_err(io::Error::other)?;
    match poll(&mut polled, Some(&timeout)) {
        Ok(_) => {}
        Err(rustix::io::Errno::INTR) => return Ok(vec![false; polled.len()]),
        Err(error) => return Err(error.into()),
    }
    let closed = PollFlags::RDHUP | PollFlags::HUP | PollFlags::ERR;
    Ok(polled.iter().map(|socket| socket.revents().intersects(closed)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    #[tokio::test]
    async fn only_what_the_peer_has_closed_counts_as_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let connect = || {
            let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            (OwnedFd::from(near), listener.accept().unwrap().0)
        };
        let (open, mut peer) = connect();
        let (ended, closed) = connect();
        peer.write_all(b"unread").unwrap();
        drop(closed);
        let sockets = [open, ended];
        assert_eq!(closed_by_now(sockets.iter()).unwrap(), [false, true]);
        let disconnects = DisconnectWatch::over(sockets.into()).end(Duration::from_millis(20)).await.unwrap();
        assert!(matches!(disconnects.as_slice(), [None, Some(_)]), "{disconnects:?}");
    }
}
