//! How long a client waits.

use std::io;
use std::time::Duration;
use tokio::time::timeout;

/// The timeout of every operation: sign-ins wait for hashing, and a drill starts many at once.
const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) async fn in_time<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(DEADLINE, work).await.unwrap_or(Err(io::ErrorKind::TimedOut.into()))
}
