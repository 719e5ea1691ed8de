//! A connection before authentication, from the accept to the sign-in: drives its dialogue under one absolute deadline.

use crate::context::GateContext;
use crate::engine::EngineSession;
use crate::listener::Encryption;
use crate::pre_auth_limits::Slot;
use crate::socket::Socket;
use futures_util::FutureExt;
use postward_authority::{Origin, Request, SessionGuard, Timestamp};
use postward_wire::{Attempt, Channel, CloseReason, Dialogue, Protocol, Refusal, Step, upstream};
use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::{TlsAcceptor, TlsStream};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// A connection that has just been accepted.
pub(crate) struct Accepted {
    pub(crate) protocol: Protocol,
    pub(crate) encryption: Encryption,
    pub(crate) tcp: TcpStream,
    pub(crate) peer: SocketAddr,
    pub(crate) slot: Slot,
}

/// A connection that has signed in, and the engine that has opened its mailbox. The client has been told.
pub(crate) struct SignedIn {
    pub(crate) client: Socket,
    pub(crate) guard: SessionGuard,
    pub(crate) engine: EngineSession,
    /// What the client sent behind its sign-in command.
    pub(crate) pipelined: Vec<u8>,
}

/// Drives an accepted connection to its session. None where there is none: the client hung up, quit, failed too often
/// or took too long, its slot was taken, or the server shuts down.
pub(crate) async fn drive(
    context: &GateContext,
    accepted: Accepted,
    stop: &CancellationToken,
) -> Option<SignedIn> {
    let Accepted { protocol, encryption, tcp, peer, slot } = accepted;
    let deadline = Instant::now() + context.limits.sign_in;
    let channel = match encryption {
        Encryption::Tls => Channel::Tls,
        Encryption::StartTls => Channel::StartTlsRequired,
        Encryption::PlainOnLoopback => Channel::StartTlsOptional,
    };
    let dialogue = Dialogue::new(protocol, context.dialogue_config(channel));
    let mut pre_auth = PreAuthSession { context, peer, dialogue, client: Some(Socket::Plain(tcp)) };
    let close_reason = tokio::select! {
        signed_in = timeout_at(deadline, pre_auth.run(encryption)) => match signed_in {
            Ok(Ok(signed_in)) => return signed_in,
            // An open port sees many broken connections; they are not worth a log line.
            Ok(Err(_broken)) => return None,
            Err(_) => CloseReason::TimedOut,
        },
        () = slot.evicted() => {
            let (ip, protocol) = (peer.ip().to_canonical(), protocol.name());
            tracing::info!(%ip, protocol, reason = "too-many-connections", "a stranger made room for a newcomer");
            CloseReason::TooBusy
        }
        () = stop.cancelled() => CloseReason::ShuttingDown,
    };
    pre_auth.close_with(close_reason);
    None
}

/// A connection whose dialogue is under way.
struct PreAuthSession<'a> {
    context: &'a GateContext,
    peer: SocketAddr,
    dialogue: Dialogue,
    /// None during a TLS handshake.
    client: Option<Socket>,
}

/// In bytes; larger than any line of an ordinary sign-in.
const READ_SIZE: usize = 2048;

impl PreAuthSession<'_> {
    async fn run(&mut self, encryption: Encryption) -> io::Result<Option<SignedIn>> {
        if encryption == Encryption::Tls {
            self.start_tls().await?;
        }
        // It may hold a password.
        let mut buffer = Zeroizing::new([0; READ_SIZE]);
        loop {
            match self.dialogue.step() {
                Step::Receive => {
                    let idle = self.context.limits.pre_auth_idle;
                    let Ok(received) = timeout(idle, self.client()?.read(&mut *buffer)).await else {
                        self.close_with(CloseReason::TimedOut);
                        return Ok(None);
                    };
                    match buffer.get(..received?) {
                        None | Some([]) => return Ok(None),
                        Some(bytes) => self.dialogue.receive(bytes),
                    }
                }
                Step::Send(bytes) => self.send(&bytes).await?,
                Step::StartTls => {
                    self.start_tls().await?;
                    self.dialogue.tls_started();
                }
                Step::SignIn(attempt) => {
                    let Some((guard, engine)) = self.sign_in(attempt).await else {
                        continue;
                    };
                    self.dialogue.accepted(engine.capabilities());
                    let Step::Splice { reply, pipelined } = self.dialogue.step() else {
                        return Ok(None);
                    };
                    tokio::select! {
                        biased;
                        // Whoever ends a session waits for its end, and must not wait for a client that does not read.
                        _reason = guard.ended() => {
                            if let Some(client) = self.client.take() {
                                client.abort_on_close();
                            }
                            return Ok(None);
                        }
                        sent = self.send(&reply) => sent?,
                    }
                    return Ok(self.client.take().map(|client| SignedIn {
                        client,
                        guard,
                        engine,
                        pipelined,
                    }));
                }
                Step::Splice { .. } => return Ok(None),
                Step::Close => {
                    // Where it can be sent at once, TLS is closed by close_notify (RFC 8446 §6.1).
                    let _polled_once = self.client()?.shutdown().now_or_never();
                    return Ok(None);
                }
            }
        }
    }

    /// Asks the authority, then the engine. None where either refuses; the dialogue has its reply then.
    async fn sign_in(&mut self, attempt: Attempt) -> Option<(SessionGuard, EngineSession)> {
        let protocol = self.dialogue.protocol();
        let mut origin = Origin::new(self.peer.ip(), protocol.into());
        if let Some(name) = self.dialogue.client_name() {
            origin = origin.with_client(name.as_str());
        }
        let ip = origin.ip;
        #[expect(clippy::disallowed_methods, reason = "an attempt has come: here the clock is read")]
        let request = Request::new(origin, Timestamp::now());
        let guard = match self.context.authority.sign_in(attempt, &request).await {
            Ok(guard) => guard,
            Err(refusal) => {
                // The name stays out of the log: people type their password into the wrong field.
                tracing::info!(%ip, protocol = protocol.name(), reason = reason(refusal), "sign-in refused");
                self.dialogue.refused(refusal);
                return None;
            }
        };
        let session = guard.id();
        let mailbox = guard.address();
        let origin = upstream::Origin { ip, port: self.peer.port(), session: session.to_string() };
        let opened = tokio::select! {
            opened = self.context.engine.open(protocol, mailbox, origin) => opened,
            reason = guard.ended() => {
                tracing::info!(%ip, protocol = protocol.name(), %mailbox, ?reason, "sign-in overtaken");
                self.dialogue.refused(Refusal::Unavailable);
                return None;
            }
        };
        match opened {
            Ok(ready) => {
                tracing::info!(%ip, protocol = protocol.name(), %mailbox, %session, "signed in");
                Some((guard, ready))
            }
            Err(cause) => {
                tracing::warn!(%ip, protocol = protocol.name(), %mailbox, %cause, "engine unavailable");
                self.dialogue.refused(Refusal::Unavailable);
                None
            }
        }
    }

    async fn start_tls(&mut self) -> io::Result<()> {
        let tcp = self.client.take().and_then(Socket::into_plain).ok_or(io::ErrorKind::NotConnected)?;
        let acceptor = TlsAcceptor::from(self.context.tls.current());
        let tls = timeout(self.context.limits.handshake, acceptor.accept(tcp)).await??;
        self.client = Some(Socket::Tls(Box::new(TlsStream::from(tls))));
        Ok(())
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let client = self.client()?;
        client.write_all(bytes).await?;
        client.flush().await
    }

    fn client(&mut self) -> io::Result<&mut Socket> {
        self.client.as_mut().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Sends the reason as the last line, if that can be done without waiting.
    fn close_with(&mut self, close_reason: CloseReason) {
        let line = close_reason.line(self.dialogue.protocol());
        let closing = async {
            self.send(line).await?;
            self.client()?.shutdown().await
        };
        let _polled_once = closing.now_or_never();
    }
}

fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Rejected => "rejected",
        Refusal::Unavailable => "unavailable",
        Refusal::TooManyTries => "too-many-tries",
    }
}
