//! A mail engine of a few lines to put behind the gate: it accepts every sign-in and answers `OK`, and on `STREAM` it sends
//! bytes as fast as they are taken.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::Failure;

use super::background::Background;

/// The engine, until it is dropped.
pub(super) struct StubEngine {
    address: SocketAddr,
    _serving: Background,
}

impl StubEngine {
    /// Starts one, on the cores the caller is bound to.
    pub(super) fn start() -> Result<Self, Failure> {
        Self::listen().map_err(|error| format!("the engine behind cannot listen: {error}"))
    }

    fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Self { address, _serving: Background::run(move || serve(listener))? })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn serve(listener: TcpListener) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (tcp, _) = listener.accept().await?;
        tokio::spawn(serve_connection(tcp));
    }
}

/// How much is handed to the kernel at once: more saves nothing.
const WRITE_SIZE: usize = 256 * 1024;

async fn serve_connection(tcp: TcpStream) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let mut stream = BufReader::with_capacity(512, tcp);
    stream.write_all(b"* OK [CAPABILITY IMAP4rev1 SASL-IR ID] stub\r\n").await?;
    let mut command = String::new();
    while read_command(&mut stream, &mut command).await? {
        let mut words = command.split_ascii_whitespace();
        let tag = words.next().unwrap_or("*");
        match words.next().unwrap_or_default() {
            "AUTHENTICATE" => {
                let ok = format!("{tag} OK [CAPABILITY IMAP4rev1 IDLE] in\r\n");
                stream.write_all(ok.as_bytes()).await?;
            }
            "IDLE" => stream.write_all(b"+ idling\r\n").await?,
            "STREAM" => {
                let bytes = vec![b'x'; WRITE_SIZE];
                loop {
                    stream.write_all(&bytes).await?;
                }
            }
            _ => stream.write_all(format!("{tag} OK done\r\n").as_bytes()).await?,
        }
    }
    Ok(())
}

/// Reads one command, and asks for the literals in it (RFC 9051 §4.3): nginx signs in that way. False at the end.
async fn read_command(stream: &mut BufReader<TcpStream>, command: &mut String) -> io::Result<bool> {
    command.clear();
    while stream.read_line(command).await? > 0 {
        if !command.trim_end().ends_with('}') {
            return Ok(true);
        }
        stream.write_all(b"+ go on\r\n").await?;
    }
    Ok(false)
}
