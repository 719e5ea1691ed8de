//! A built-in engine for tests: it echoes lines, and misbehaves on command.

use futures_util::future::BoxFuture;
use postward_gate::{BoxStream, ClientConnection, EngineUnavailable, LocalEngine, LocalSession};
use postward_wire::{Address, Protocol};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Says who is served first, then echoes every line.
///
/// `FLOOD` sends without end, `MESSAGE` sends as much as one long message, `HANG` ignores `stop`.
pub(crate) struct Echo {
    /// Opening a mailbox takes a permit; a test that holds them back holds every sign-in at that point.
    pub(crate) open_permits: Arc<Semaphore>,
    /// Gets a permit for every mailbox that is to be opened.
    pub(crate) open_attempts: Arc<Semaphore>,
}

impl Echo {
    pub(crate) fn ready() -> Self {
        Self { open_permits: Arc::new(Semaphore::new(1_000_000)), open_attempts: Arc::new(Semaphore::new(0)) }
    }

    pub(crate) fn blocked() -> Self {
        Self { open_permits: Arc::new(Semaphore::new(0)), open_attempts: Arc::new(Semaphore::new(0)) }
    }
}

impl LocalEngine for Echo {
    fn open(
        &self,
        protocol: Protocol,
        mailbox: &Address,
    ) -> BoxFuture<'_, Result<LocalSession, EngineUnavailable>> {
        let mailbox = mailbox.clone();
        Box::pin(async move {
            self.open_attempts.add_permits(1);
            let Ok(permit) = self.open_permits.acquire().await else {
                return Err(EngineUnavailable::new("the engine is closed"));
            };
            permit.forget();
            Ok(LocalSession {
                capabilities: "IMAP4rev1 ECHO".into(),
                serve: Box::new(move |client| Box::pin(serve(protocol, mailbox, client))),
            })
        })
    }
}

async fn serve(protocol: Protocol, mailbox: Address, client: ClientConnection) {
    let ClientConnection { stream, pipelined, stop } = client;
    let (reading, mut writing) = tokio::io::split(stream);
    let mut reading = BufReader::new(std::io::Cursor::new(pipelined).chain(reading));
    let _hung_up = async {
        writing.write_all(format!("* {} {mailbox}\r\n", protocol.name()).as_bytes()).await?;
        writing.flush().await?;
        echo_lines(&mut reading, &mut writing, stop).await
    }
    .await;
}

type Reading = BufReader<tokio::io::Chain<std::io::Cursor<Vec<u8>>, tokio::io::ReadHalf<BoxStream>>>;

/// In bytes: a message that the kernel takes at once, though its client reads nothing of it.
pub(crate) const MESSAGE: usize = 48 * 1024;

async fn echo_lines(
    reading: &mut Reading,
    writing: &mut tokio::io::WriteHalf<BoxStream>,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        tokio::select! {
            () = stop.cancelled() => {
                writing.write_all(b"* BYE\r\n").await?;
                return writing.shutdown().await;
            }
            read = reading.read_line(&mut line) => if read? == 0 { return Ok(()) },
        }
        match line.trim_end() {
            "FLOOD" => loop {
                writing.write_all(&[b'x'; 16 * 1024]).await?;
            },
            "MESSAGE" => writing.write_all(&vec![b'x'; MESSAGE]).await?,
            "HANG" => {
                writing.write_all(b"* hanging\r\n").await?;
                writing.flush().await?;
                std::future::pending::<()>().await;
            }
            other => writing.write_all(format!("echo {other}\r\n").as_bytes()).await?,
        }
        writing.flush().await?;
    }
}
