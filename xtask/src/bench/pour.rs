//! A flood over one TLS connection, and who pours and who drinks it.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustls::{ClientConnection, ServerConfig, ServerConnection};

use super::client::Door;
use super::process;

/// What a client drank.
pub(super) struct Drunk {
    pub(super) bytes: u64,
    pub(super) time: Duration,
    /// What the client's own thread spent.
    pub(super) cpu: Duration,
    /// What was asked at the beginning and at the end of the time.
    pub(super) asked: [Duration; 2],
    pub(super) cipher: String,
}

/// A client that says its lines, waits for the answer to each, and then takes what comes.
pub(super) fn drink(
    door: &Door,
    address: SocketAddr,
    lines: &[(String, &str)],
    time: Duration,
    ask: impl Fn() -> Duration,
) -> io::Result<Drunk> {
    let mut tcp = TcpStream::connect(address)?;
    tcp.set_nodelay(true)?;
    let mut tls =
        ClientConnection::new(Arc::clone(door.tls()), door.name().clone()).map_err(io::Error::other)?;
    let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
    let mut heard: Vec<u8> = Vec::new();
    for (line, answer) in lines {
        stream.write_all(line.as_bytes())?;
        heard.clear();
        while !heard.windows(answer.len()).any(|window| window == answer.as_bytes()) {
            let mut some = [0; 512];
            let read = stream.read(&mut some)?;
            heard.extend(
                some.get(..read).filter(|some| !some.is_empty()).ok_or(io::ErrorKind::UnexpectedEof)?,
            );
        }
    }
    let mut sink = vec![0; 64 * 1024];
    // The first tenth is for windows to open and buffers to grow.
    swallow(&mut stream, &mut sink, time / 10)?;
    let (asked, cpu, start) = (ask(), process::thread_cpu(), Instant::now());
    let bytes = swallow(&mut stream, &mut sink, time)?;
    let (time, cpu, asked) = (start.elapsed(), process::thread_cpu().saturating_sub(cpu), [asked, ask()]);
    let cipher =
        tls.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite())).unwrap_or_default();
    Ok(Drunk { bytes, time, cpu, asked, cipher })
}

fn swallow(stream: &mut impl Read, sink: &mut [u8], time: Duration) -> io::Result<u64> {
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

/// A TLS server that pours for one client and knows nothing else. Ends when the client hangs up.
pub(super) fn pourer(tls: Arc<ServerConfig>) -> io::Result<(SocketAddr, JoinHandle<io::Result<()>>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let pouring = std::thread::spawn(move || {
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
    Ok((address, pouring))
}
