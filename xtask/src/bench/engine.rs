//! A mail engine of a few lines to put behind the gate: it lets everybody in and answers `OK`, and on `POUR` it sends
//! bytes as fast as they are taken.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::JoinHandle;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::Failure;

/// The engine, on a thread of its own until it is dropped.
pub(super) struct StubEngine {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl StubEngine {
    /// Starts one, on the cores the caller is bound to.
    pub(super) fn start() -> Result<Self, Failure> {
        let failed = |error: io::Error| format!("the engine behind cannot listen: {error}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = serve(listener) => {}
                    _ = stopped => {}
                }
            });
        });
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for StubEngine {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _gone = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

async fn serve(listener: TcpListener) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (tcp, _) = listener.accept().await?;
        tokio::spawn(converse(tcp));
    }
}

/// How much is handed to the kernel at once: more saves nothing.
const POUR: usize = 256 * 1024;

async fn converse(tcp: TcpStream) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let mut stream = BufReader::with_capacity(512, tcp);
    stream.write_all(b"* OK [CAPABILITY IMAP4rev1 SASL-IR ID] stub\r\n").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let mut words = line.split_ascii_whitespace();
        let tag = words.next().unwrap_or("*");
        match words.next().unwrap_or_default() {
            "AUTHENTICATE" => {
                let ok = format!("{tag} OK [CAPABILITY IMAP4rev1 IDLE] in\r\n");
                stream.write_all(ok.as_bytes()).await?;
            }
            "IDLE" => stream.write_all(b"+ idling\r\n").await?,
            "POUR" => {
                let bytes = vec![b'x'; POUR];
                loop {
                    stream.write_all(&bytes).await?;
                }
            }
            _ => stream.write_all(format!("{tag} OK done\r\n").as_bytes()).await?,
        }
    }
}
