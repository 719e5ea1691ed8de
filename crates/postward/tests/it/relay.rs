//! A mail server that takes letters for everywhere: what stands behind `[relay]`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use postward_testclient::Duplex;
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use std::io;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What the relay says of a message.
#[derive(Clone, Copy)]
pub(crate) enum Verdict {
    /// 451, after the whole message.
    Later,
    /// 550, at the recipient.
    Never,
    Take,
}

/// A message the relay has accepted.
#[derive(Clone, Default)]
pub(crate) struct ReceivedMessage {
    /// What was said to AUTH PLAIN.
    pub(crate) user: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) message: String,
}

#[derive(Default)]
struct RelayState {
    verdicts: Vec<Verdict>,
    attempts: usize,
    received: Vec<ReceivedMessage>,
}

/// How the connection to the relay is secured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransportSecurity {
    None,
    Tls,
    StartTls,
    /// Somebody on the way puts answers behind the one to STARTTLS.
    Injected,
}

/// A running relay, on a free port. It goes with this.
pub(crate) struct Relay {
    port: u16,
    /// Its certificate, in PEM.
    pub(crate) certificate: String,
    state: Arc<Mutex<RelayState>>,
    serving: JoinHandle<()>,
}

impl Relay {
    /// Says these verdicts in turn, and the last of them for ever.
    pub(crate) async fn start(verdicts: Vec<Verdict>) -> Self {
        Self::start_with(TransportSecurity::None, verdicts).await
    }

    /// The same behind TLS.
    pub(crate) async fn start_with(security: TransportSecurity, verdicts: Vec<Verdict>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(RelayState { verdicts, ..RelayState::default() }));
        let (tls, certificate) = acceptor();
        let shared = state.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, state) = (tls.clone(), shared.clone());
                tokio::spawn(async move { drop(greet(security, stream, tls, &state).await) });
            }
        });
        Self { port, certificate, state, serving }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How many messages it was offered.
    pub(crate) fn attempts(&self) -> usize {
        self.state.lock().unwrap().attempts
    }

    pub(crate) fn received(&self) -> Vec<ReceivedMessage> {
        self.state.lock().unwrap().received.clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl RelayState {
    fn verdict(&mut self) -> Verdict {
        let verdict = self.verdicts[self.attempts.min(self.verdicts.len() - 1)];
        self.attempts += 1;
        verdict
    }
}

/// A certificate for the loopback address, and what shows it.
fn acceptor() -> (TlsAcceptor, String) {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), cert.pem())
}

async fn greet(
    security: TransportSecurity,
    stream: TcpStream,
    tls: TlsAcceptor,
    state: &Mutex<RelayState>,
) -> io::Result<()> {
    const GREETING: &str = "220 relay.example ESMTP";
    match security {
        TransportSecurity::None => {
            let mut stream = BufStream::new(stream);
            write_line(&mut stream, GREETING).await?;
            serve(stream, state).await
        }
        TransportSecurity::Tls => {
            let mut stream = BufStream::new(tls.accept(stream).await?);
            write_line(&mut stream, GREETING).await?;
            serve(stream, state).await
        }
        TransportSecurity::StartTls | TransportSecurity::Injected => {
            let mut stream = BufStream::new(stream);
            write_line(&mut stream, GREETING).await?;
            assert!(read_line(&mut stream).await?.starts_with("EHLO"));
            write_line(&mut stream, "250-relay.example\r\n250 STARTTLS").await?;
            assert_eq!(read_line(&mut stream).await?, "STARTTLS", "nothing is said in clear");
            let more = if security == TransportSecurity::Injected {
                "\r\n250-evil.example\r\n250 AUTH PLAIN"
            } else {
                ""
            };
            write_line(&mut stream, &format!("220 go on{more}")).await?;
            serve(BufStream::new(tls.accept(stream.into_inner()).await?), state).await
        }
    }
}

async fn serve<S: Duplex>(mut stream: BufStream<S>, state: &Mutex<RelayState>) -> io::Result<()> {
    let (mut letter, mut verdict) = (ReceivedMessage::default(), Verdict::Take);
    loop {
        let line = read_line(&mut stream).await?;
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match verb {
            "EHLO" => write_line(&mut stream, "250-relay.example\r\n250 AUTH PLAIN").await?,
            "AUTH" => {
                let plain = BASE64_STANDARD.decode(rest.strip_prefix("PLAIN ").unwrap_or_default());
                letter.user = String::from_utf8(plain.unwrap()).unwrap();
                write_line(&mut stream, "235 2.7.0 welcome").await?;
            }
            "MAIL" => {
                letter.from = rest.trim_start_matches("FROM:").to_owned();
                write_line(&mut stream, "250 2.1.0 ok").await?;
            }
            "RCPT" => {
                letter.to = rest.trim_start_matches("TO:").to_owned();
                verdict = state.lock().unwrap().verdict();
                match verdict {
                    Verdict::Never => write_line(&mut stream, "550 5.1.1 nobody").await?,
                    Verdict::Later | Verdict::Take => write_line(&mut stream, "250 2.1.5 ok").await?,
                }
            }
            "DATA" => {
                write_line(&mut stream, "354 go on").await?;
                letter.message.clear();
                loop {
                    match read_line(&mut stream).await? {
                        dot if dot == "." => break,
                        line => letter.message.push_str(&format!("{line}\r\n")),
                    }
                }
                match verdict {
                    Verdict::Later | Verdict::Never => write_line(&mut stream, "451 4.7.1 come back").await?,
                    Verdict::Take => {
                        state.lock().unwrap().received.push(letter.clone());
                        write_line(&mut stream, "250 2.0.0 taken").await?;
                    }
                }
            }
            "QUIT" => return write_line(&mut stream, "221 2.0.0 bye").await,
            _ => write_line(&mut stream, "500 5.5.1 what").await?,
        }
    }
}

async fn write_line<S: Duplex>(stream: &mut BufStream<S>, words: &str) -> io::Result<()> {
    stream.write_all(format!("{words}\r\n").as_bytes()).await?;
    stream.flush().await
}

async fn read_line<S: Duplex>(stream: &mut BufStream<S>) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
