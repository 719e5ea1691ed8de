//! A mail server that takes letters for everywhere: what stands behind `[relay]`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::io;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the relay says of a message.
#[derive(Clone, Copy)]
pub(crate) enum Verdict {
    /// 451, after the whole message.
    Later,
    /// 550, at the recipient.
    Never,
    Take,
}

/// A letter the relay has taken.
#[derive(Clone, Default)]
pub(crate) struct Taken {
    /// What was said to AUTH PLAIN.
    pub(crate) user: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) message: String,
}

#[derive(Default)]
struct Book {
    verdicts: Vec<Verdict>,
    tries: usize,
    taken: Vec<Taken>,
}

/// A running relay, on a free port. It goes with this.
pub(crate) struct Relay {
    port: u16,
    book: Arc<Mutex<Book>>,
    serving: JoinHandle<()>,
}

impl Relay {
    /// Says these verdicts in turn, and the last of them for ever.
    pub(crate) async fn start(verdicts: Vec<Verdict>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let book = Arc::new(Mutex::new(Book { verdicts, ..Book::default() }));
        let shared = book.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let book = shared.clone();
                tokio::spawn(async move { drop(serve(BufStream::new(stream), &book).await) });
            }
        });
        Self { port, book, serving }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How many messages it was offered.
    pub(crate) fn tries(&self) -> usize {
        self.book.lock().unwrap().tries
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.book.lock().unwrap().taken.clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Book {
    fn verdict(&mut self) -> Verdict {
        let verdict = self.verdicts[self.tries.min(self.verdicts.len() - 1)];
        self.tries += 1;
        verdict
    }
}

async fn serve(mut stream: BufStream<TcpStream>, book: &Mutex<Book>) -> io::Result<()> {
    say(&mut stream, "220 relay.example ESMTP").await?;
    let (mut letter, mut verdict) = (Taken::default(), Verdict::Take);
    loop {
        let line = hear(&mut stream).await?;
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match verb {
            "EHLO" => say(&mut stream, "250-relay.example\r\n250 AUTH PLAIN").await?,
            "AUTH" => {
                let plain = BASE64_STANDARD.decode(rest.strip_prefix("PLAIN ").unwrap_or_default());
                letter.user = String::from_utf8(plain.unwrap()).unwrap();
                say(&mut stream, "235 2.7.0 welcome").await?;
            }
            "MAIL" => {
                letter.from = rest.trim_start_matches("FROM:").to_owned();
                say(&mut stream, "250 2.1.0 ok").await?;
            }
            "RCPT" => {
                letter.to = rest.trim_start_matches("TO:").to_owned();
                verdict = book.lock().unwrap().verdict();
                match verdict {
                    Verdict::Never => say(&mut stream, "550 5.1.1 nobody").await?,
                    Verdict::Later | Verdict::Take => say(&mut stream, "250 2.1.5 ok").await?,
                }
            }
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                letter.message.clear();
                loop {
                    match hear(&mut stream).await? {
                        dot if dot == "." => break,
                        line => letter.message.push_str(&format!("{line}\r\n")),
                    }
                }
                match verdict {
                    Verdict::Later | Verdict::Never => say(&mut stream, "451 4.7.1 come back").await?,
                    Verdict::Take => {
                        book.lock().unwrap().taken.push(letter.clone());
                        say(&mut stream, "250 2.0.0 taken").await?;
                    }
                }
            }
            "QUIT" => return say(&mut stream, "221 2.0.0 bye").await,
            _ => say(&mut stream, "500 5.5.1 what").await?,
        }
    }
}

async fn say(stream: &mut BufStream<TcpStream>, words: &str) -> io::Result<()> {
    stream.write_all(format!("{words}\r\n").as_bytes()).await?;
    stream.flush().await
}

async fn hear(stream: &mut BufStream<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
