//! Throughput of one TLS connection: a client that downloads, and a server that sends from memory.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use postward_testclient::Trust;
use rustls::{ClientConnection, ServerConfig, ServerConnection};

use super::process;

/// What a client received.
pub(super) struct Download {
    pub(super) bytes: u64,
    pub(super) time: Duration,
    /// What the client's own thread spent.
    pub(super) cpu: Duration,
    /// CPU time of the server at the beginning and at the end of the time.
    pub(super) server_cpu: [Duration; 2],
    pub(super) cipher: String,
}

/// Sends each line, waits for its answer, and then reads for so long.
pub(super) fn measure_download(
    trust: &Trust,
    address: SocketAddr,
    lines: &[(String, &str)],
    time: Duration,
    server_cpu: impl Fn() -> Duration,
) -> io::Result<Download> {
    let mut tcp = TcpStream::connect(address)?;
    tcp.set_nodelay(true)?;
    let mut tls =
        ClientConnection::new(Arc::clone(&trust.config), trust.name.clone()).map_err(io::Error::other)?;
    let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
    let mut received: Vec<u8> = Vec::new();
    for (line, answer) in lines {
        stream.write_all(line.as_bytes())?;
        received.clear();
        while !received.windows(answer.len()).any(|window| window == answer.as_bytes()) {
            let mut some = [0; 512];
            let read = stream.read(&mut some)?;
            received.extend(
                some.get(..read).filter(|some| !some.is_empty()).ok_or(io::ErrorKind::UnexpectedEof)?,
            );
        }
    }
    let mut sink = vec![0; 64 * 1024];
    // The first tenth is for windows to open and buffers to grow.
    read_for(&mut stream, &mut sink, time / 10)?;
    let (before, cpu, start) = (server_cpu(), process::thread_cpu(), Instant::now());
    let bytes = read_for(&mut stream, &mut sink, time)?;
    let (time, cpu) = (start.elapsed(), process::thread_cpu().saturating_sub(cpu));
    let server_cpu = [before, server_cpu()];
    let cipher =
        tls.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite())).unwrap_or_default();
    Ok(Download { bytes, time, cpu, server_cpu, cipher })
}

fn read_for(stream: &mut impl Read, sink: &mut [u8], time: Duration) -> io::Result<u64> {
    let deadline = Instant::now() + time;
    let mut bytes = 0;
    while Instant::now() < deadline {
        match stream.read(sink)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => bytes += read as u64,
        }
    }
    Ok(bytes)
}

/// A TLS server that sends to one client as fast as it reads. Ends when the client closes the connection.
pub(super) fn sending_server(tls: Arc<ServerConfig>) -> io::Result<(SocketAddr, JoinHandle<io::Result<()>>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let sending = std::thread::spawn(move || {
        let (mut tcp, _) = listener.accept()?;
        tcp.set_nodelay(true)?;
        let mut tls = ServerConnection::new(tls).map_err(io::Error::other)?;
        tls.complete_io(&mut tcp)?;
        // As much as the gate hands to TLS at once.
        let bytes = vec![b'x'; 64 * 1024];
        loop {
            tls.writer().write_all(&bytes)?;
            while tls.wants_write() {
                tls.write_tls(&mut tcp)?;
            }
        }
    });
    Ok((address, sending))
}
