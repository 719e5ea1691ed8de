//! One connection, read by lines.

use crate::deadline::in_time;
use crate::endpoint::{Duplex, Endpoint, Trust};
use std::io;
use std::os::fd::OwnedFd;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

/// A connection, read by lines. Every operation fails with [`io::ErrorKind::TimedOut`] after thirty seconds.
pub struct Connection {
    stream: BufReader<Box<dyn Duplex>>,
    socket: Option<OwnedFd>,
}

impl Connection {
    /// Connects.
    pub async fn open(endpoint: &Endpoint) -> io::Result<Self> {
        let (stream, socket) = endpoint.open().await?;
        Ok(Self { stream: BufReader::new(stream), socket: Some(socket) })
    }

    /// Connects and reads the greeting, a line that must start like this.
    pub(crate) async fn greeted(endpoint: &Endpoint, greeting: &str) -> io::Result<Self> {
        let mut connection = Self::open(endpoint).await?;
        let line = connection.line().await?;
        if line.starts_with(greeting) { Ok(connection) } else { Err(unexpected(&line)) }
    }

    /// A connection that goes through a stream, without a socket.
    pub fn over(stream: impl Duplex + 'static) -> Self {
        Self { stream: BufReader::new(Box::new(stream)), socket: None }
    }

    /// Does the TLS handshake, once the server has said that it is ready for it.
    pub async fn start_tls(self, trust: &Trust) -> io::Result<Self> {
        let stream = in_time(trust.handshake(self.stream.into_inner())).await?;
        Ok(Self { stream: BufReader::new(stream), socket: self.socket })
    }

    /// The socket underneath, to poll its state.
    pub fn socket(&self) -> io::Result<OwnedFd> {
        self.socket.as_ref().ok_or(io::ErrorKind::Unsupported)?.try_clone()
    }

    /// The stream itself, for whoever has to read and write at once.
    pub fn stream(&mut self) -> &mut impl Duplex {
        &mut self.stream
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        in_time(async {
            self.stream.write_all(bytes.as_ref()).await?;
            self.stream.flush().await
        })
        .await
    }

    /// Sends a command and reads one line.
    pub async fn ask(&mut self, command: &str) -> io::Result<String> {
        self.send(format!("{command}\r\n")).await?;
        self.line().await
    }

    /// Sends nothing more, but goes on reading.
    pub async fn shutdown(&mut self) -> io::Result<()> {
        in_time(self.stream.shutdown()).await
    }

    /// Reads a line, without its end.
    pub async fn line(&mut self) -> io::Result<String> {
        let mut line = self.raw_line().await?;
        line.truncate(line.trim_ascii_end().len());
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    /// Reads a line with its end. Half a line before the end of the connection is none.
    pub async fn raw_line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        in_time(self.stream.read_until(b'\n', &mut line)).await?;
        if line.ends_with(b"\n") { Ok(line) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Reads all lines up to the one that starts like this, which is the last of what is returned.
    pub async fn lines_until(&mut self, start: &str) -> io::Result<Vec<String>> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await.map_err(|error| {
                io::Error::new(error.kind(), format!("{error} before {start:?}, after {lines:?}"))
            })?;
            lines.push(line);
            if lines.last().is_some_and(|line| line.starts_with(start)) {
                return Ok(lines);
            }
        }
    }

    /// Reads on to the line that starts like this, and returns it.
    pub async fn line_starting(&mut self, start: &str) -> io::Result<String> {
        Ok(self.lines_until(start).await?.pop().unwrap_or_default())
    }

    /// Reads so many bytes.
    pub async fn bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        in_time(self.stream.read_exact(&mut bytes)).await?;
        Ok(bytes)
    }

    /// Waits until anything has come and leaves it unread. Returns how many bytes are there; none at the end.
    pub async fn wait_readable(&mut self) -> io::Result<usize> {
        in_time(self.stream.fill_buf()).await.map(<[u8]>::len)
    }

    /// Reads whatever is left to the end of the connection, and returns how many bytes it was. A connection that is reset
    /// is over, like one that is closed.
    pub async fn drain(&mut self) -> io::Result<usize> {
        let mut rest = Vec::new();
        match in_time(self.stream.read_to_end(&mut rest)).await {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(error),
            _ => Ok(rest.len()),
        }
    }
}

/// The error for an answer that was not expected.
pub fn unexpected(answer: &str) -> io::Error {
    io::Error::other(format!("the server answered {answer:?}"))
}
