//! When connections died, as the kernel knows it.
//!
//! A client that reads learns of the end after everything that was sent before it, and one that has stopped reading
//! never does. The kernel knows at once: it is asked, not the stream.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A watch over connections.
pub(super) struct Watch {
    thread: JoinHandle<io::Result<Vec<Option<Instant>>>>,
    enough: Arc<AtomicBool>,
}

impl Watch {
    /// Begins to watch.
    pub(super) fn over(sockets: Vec<OwnedFd>) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&enough);
        // A thread of its own: the time of a death does not depend on what the runtime is busy with.
        Self { thread: std::thread::spawn(move || watch(&sockets, &stop)), enough }
    }

    /// Waits for the last death, at most so long, and returns the moment of each.
    pub(super) async fn end(self, patience: Duration) -> io::Result<Vec<Option<Instant>>> {
        let Self { thread, enough } = self;
        let until = Instant::now() + patience;
        while !thread.is_finished() && Instant::now() < until {
            tokio::time::sleep(TURN).await;
        }
        enough.store(true, Ordering::Relaxed);
        let joined = tokio::task::spawn_blocking(move || thread.join()).await.map_err(io::Error::other)?;
        joined.unwrap_or_else(|_| Err(io::Error::other("the watch over the connections has failed")))
    }
}

/// How often the watch looks whether it is still wanted.
const TURN: Duration = Duration::from_millis(5);

fn watch(sockets: &[OwnedFd], enough: &AtomicBool) -> io::Result<Vec<Option<Instant>>> {
    let mut deaths = vec![None; sockets.len()];
    while deaths.iter().any(Option::is_none) && !enough.load(Ordering::Relaxed) {
        let alive = || deaths.iter().enumerate().filter(|(_, death)| death.is_none()).map(|(at, _)| at);
        let watched: Vec<_> = alive().filter_map(|at| Some((at, sockets.get(at)?.as_fd()))).collect();
        let closed = closed(watched.iter().map(|(_, socket)| *socket), TURN)?;
        let now = Instant::now();
        for ((at, _), closed) in watched.into_iter().zip(closed) {
            if let (true, Some(death)) = (closed, deaths.get_mut(at)) {
                *death = Some(now);
            }
        }
    }
    Ok(deaths)
}

/// Whether the other end has closed or reset each connection, by now.
pub(super) fn closed_by_now<'a>(sockets: impl Iterator<Item = &'a OwnedFd>) -> io::Result<Vec<bool>> {
    closed(sockets.map(AsFd::as_fd), Duration::ZERO)
}

fn closed<'a>(sockets: impl Iterator<Item = BorrowedFd<'a>>, patience: Duration) -> io::Result<Vec<bool>> {
    let mut polled: Vec<_> =
        sockets.map(|socket| PollFd::from_borrowed_fd(socket, PollFlags::RDHUP)).collect();
    let patience = Timespec::try_from(patience).map_err(io::Error::other)?;
    match poll(&mut polled, Some(&patience)) {
        Ok(_) => {}
        Err(rustix::io::Errno::INTR) => return Ok(vec![false; polled.len()]),
        Err(error) => return Err(error.into()),
    }
    let over = PollFlags::RDHUP | PollFlags::HUP | PollFlags::ERR;
    Ok(polled.iter().map(|socket| socket.revents().intersects(over)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    #[tokio::test]
    async fn only_what_the_other_end_has_closed_is_dead() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let connect = || {
            let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            (OwnedFd::from(near), listener.accept().unwrap().0)
        };
        let (living, mut talking) = connect();
        let (dead, closed) = connect();
        talking.write_all(b"unread").unwrap();
        drop(closed);
        let sockets = [living, dead];
        assert_eq!(closed_by_now(sockets.iter()).unwrap(), [false, true]);
        let deaths = Watch::over(sockets.into()).end(Duration::from_millis(20)).await.unwrap();
        assert!(matches!(deaths.as_slice(), [None, Some(_)]), "{deaths:?}");
    }
}
