//! What bad input gets: a protocol-correct error or a closed connection, flat memory, and nobody else notices.

use crate::test_host::TestHost;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use postward_testclient::{Connection, Endpoint, ImapClient, Pop3Client, SmtpClient, Trust};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How much the whole server may grow while a test does its worst.
const GROWTH_KIB: u64 = 48 * 1024;

/// How long the server may take over anything.
const DEADLINE: Duration = Duration::from_secs(30);

const GIBIBYTE: usize = 1024 * 1024 * 1024;

/// Somebody who is signed in all the while, and what the server weighed when he came.
struct Bystander {
    host: TestHost,
    imap: ImapClient,
    kib: u64,
}

impl Bystander {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let host = TestHost::start_with(settings).await;
        let (address, password) = host.mailbox(1);
        let mut imap = host.imap(&address, &password).await;
        imap.command("SELECT INBOX").await.unwrap();
        let kib = host.memory_kib();
        Self { host, imap, kib }
    }

    /// His session goes on, the next one opens, and the server is no heavier than it was.
    async fn assert_unaffected(mut self) {
        self.imap.command("NOOP").await.unwrap();
        let (address, password) = self.host.mailbox(2);
        self.host.pop3(&address, &password).await.command("NOOP").await.unwrap();
        let kib = self.host.memory_kib();
        assert!(kib < self.kib + GROWTH_KIB, "from {} KiB to {kib} KiB", self.kib);
    }
}

#[tokio::test]
async fn a_literal_of_a_gibibyte_is_refused_before_it_is_sent() {
    let bystander = Bystander::start(&[]).await;
    let host = &bystander.host;
    let (address, password) = host.mailbox(0);
    for endpoint in [host.plain("imap"), host.tls("imap")] {
        let mut imap = ImapClient::connect(&endpoint).await.unwrap();
        imap.connection.send(format!("a LOGIN {{{GIBIBYTE}}}\r\n").as_bytes()).await.unwrap();
        let heard = imap.connection.line().await.unwrap();
        assert!(
            heard.starts_with("a BAD") || heard.starts_with("a NO") || heard.starts_with("* BYE"),
            "{heard}"
        );
        // RFC 7888: the client does not wait to be asked, so nothing but the end of the connection can stop it.
        let mut imap = ImapClient::connect(&endpoint).await.unwrap();
        imap.connection.send(format!("a LOGIN {{{GIBIBYTE}+}}\r\n").as_bytes()).await.unwrap();
        assert!(
            send_until_refused(&mut imap.connection, 64 * 1024 * 1024).await < 64 * 1024 * 1024,
            "it took 64 MiB of it"
        );
    }
    let mut imap = host.imap(&address, &password).await;
    let (_, answer) = imap.ask(&format!("APPEND INBOX {{{GIBIBYTE}}}")).await.unwrap();
    assert!(answer.starts_with("NO [TOOBIG]") || answer.starts_with("NO [LIMIT]"), "{answer}");
    let mut smtp = host.smtp(&address, &password).await;
    let answer = smtp.ask(&format!("MAIL FROM:<{address}> SIZE={GIBIBYTE}")).await.unwrap();
    assert!(answer.starts_with("552"), "{answer}");
    bystander.assert_unaffected().await;
}

#[tokio::test]
async fn nuls_newlines_and_wrong_utf_8_open_nothing_and_break_nothing() {
    let bystander = Bystander::start(&[]).await;
    let host = &bystander.host;
    let (address, password) = host.mailbox(0);
    let bad: [&[u8]; 5] = [b"\0", b"a\0b", b"\xff\xfe", b"\xc3\x28", b"a\rb"];
    for bytes in bad {
        let line = |parts: &[&[u8]]| [parts.concat(), b"\r\n".to_vec()].concat();
        let (name, secret) = (address.as_bytes(), password.as_bytes());
        let mut connection = Connection::open(&host.plain("imap")).await.unwrap();
        connection.line().await.unwrap();
        connection.send(&line(&[b"a LOGIN \"", name, bytes, b"\" \"", secret, b"\""])).await.unwrap();
        refused(&mut connection, &["a NO", "a BAD", "* BAD", "* BYE"]).await;
        let mut connection = Connection::open(&host.plain("pop3")).await.unwrap();
        connection.line().await.unwrap();
        connection.send(&line(&[b"USER ", name])).await.unwrap();
        connection.line().await.unwrap();
        connection.send(&line(&[b"PASS ", secret, bytes])).await.unwrap();
        refused(&mut connection, &["-ERR"]).await;
        for response in [[b"\0".as_slice(), name, bytes, b"\0", secret], [bytes, name, b"\0", secret, bytes]]
        {
            let mut smtp = SmtpClient::connect(&host.plain("smtp")).await.unwrap();
            let answer =
                smtp.ask(&format!("AUTH PLAIN {}", BASE64_STANDARD.encode(response.concat()))).await.unwrap();
            assert!(answer.starts_with('5'), "{answer}");
        }
    }
    let mut browser = host.browser();
    let form = [("address", "maya\0@larkspur-bakery.example"), ("password", "a\0b\n")];
    assert_eq!(browser.post("/webmail/sign-in", &form).await.unwrap().status, 403);
    bystander.assert_unaffected().await;
}

#[tokio::test]
async fn nobody_signs_in_on_behalf_of_somebody_else() {
    let bystander = Bystander::start(&[]).await;
    let host = &bystander.host;
    let (maya, password) = host.mailbox(0);
    let (tomas, _) = host.mailbox(1);
    let plain = BASE64_STANDARD.encode(format!("{tomas}\0{maya}\0{password}"));
    let mut imap = ImapClient::connect(&host.plain("imap")).await.unwrap();
    let (_, answer) = imap.ask(&format!("AUTHENTICATE PLAIN {plain}")).await.unwrap();
    assert!(answer.starts_with("NO [AUTHENTICATIONFAILED]"), "{answer}");
    let mut pop3 = Pop3Client::connect(&host.plain("pop3")).await.unwrap();
    let answer = pop3.ask(&format!("AUTH PLAIN {plain}")).await.unwrap();
    assert!(answer.starts_with("-ERR [AUTH]"), "{answer}");
    let mut smtp = SmtpClient::connect(&host.plain("smtp")).await.unwrap();
    let answer = smtp.ask(&format!("AUTH PLAIN {plain}")).await.unwrap();
    assert!(answer.starts_with("535 5.7.8"), "{answer}");
    bystander.assert_unaffected().await;
}

#[tokio::test]
async fn ten_thousand_pipelined_commands_are_answered_in_turn_or_end_the_connection() {
    const COMMANDS: usize = 10_000;
    let bystander = Bystander::start(&[]).await;
    let host = &bystander.host;
    let (address, password) = host.mailbox(0);
    for (protocol, command) in [("imap", "a NOOP"), ("pop3", "CAPA"), ("smtp", "NOOP")] {
        let mut connection = Connection::open(&host.plain(protocol)).await.unwrap();
        let heard = send_while_reading(&mut connection, &format!("{command}\r\n").repeat(COMMANDS)).await;
        assert!(heard.len() < 1024 * 1024, "a stranger was told {} bytes", heard.len());
    }
    let mut imap = host.imap(&address, &password).await;
    let burst = format!("{}z LOGOUT\r\n", "a NOOP\r\n".repeat(COMMANDS));
    let heard = send_while_reading(&mut imap.connection, &burst).await;
    let heard = String::from_utf8_lossy(&heard);
    assert_eq!(heard.lines().filter(|line| line.starts_with("a OK")).count(), COMMANDS);
    assert!(heard.lines().last().unwrap().starts_with("z OK"), "{:?}", heard.lines().last());
    bystander.assert_unaffected().await;
}

#[tokio::test]
async fn what_is_pipelined_behind_starttls_is_thrown_away() {
    let bystander = Bystander::start(&[]).await;
    let host = &bystander.host;
    let (address, password) = host.mailbox(0);
    let check = async |protocol: &str, begin: &str, injected: &str, after: &str, lines: usize| {
        let Endpoint { address: at, .. } = host.plain(protocol);
        let mut stream = BufReader::new(TcpStream::connect(at).await.unwrap());
        stream.get_mut().write_all(format!("{begin}\r\n{injected}\r\n").as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        while !String::from_utf8_lossy(&heard).contains("Begin TLS now.\r\n") {
            let mut byte = [0];
            assert_eq!(timeout(DEADLINE, stream.read(&mut byte)).await.unwrap().unwrap(), 1, "{protocol}");
            heard.push(byte[0]);
        }
        let Trust { name, config } = host.trust();
        let mut tls = TlsConnector::from(config).connect(name, stream).await.unwrap();
        tls.write_all(format!("{after}\r\n").as_bytes()).await.unwrap();
        let mut answers = Vec::new();
        drop(timeout(DEADLINE, tls.read_to_end(&mut answers)).await.unwrap());
        let answers = String::from_utf8_lossy(&answers).into_owned();
        assert_eq!(answers.lines().count(), lines, "{protocol}: only the good-bye is answered: {answers}");
    };
    let plain = BASE64_STANDARD.encode(format!("\0{address}\0{password}"));
    let login = format!("b LOGIN {address} {password}");
    check("imap", "a STARTTLS", &login, "z LOGOUT", 2).await;
    check("pop3", "STLS", &format!("USER {address}\r\nPASS {password}"), "QUIT", 1).await;
    check("smtp", "EHLO x\r\nSTARTTLS", &format!("EHLO x\r\nAUTH PLAIN {plain}"), "QUIT", 1).await;
    bystander.assert_unaffected().await;
}

#[tokio::test]
async fn a_byte_at_a_time_does_not_stretch_the_deadline() {
    let bystander = Bystander::start(&[("POSTWARD_LIMITS__SIGN_IN", "2s")]).await;
    let host = &bystander.host;
    let check = async |protocol: &str| {
        let mut connection = Connection::open(&host.plain(protocol)).await.unwrap();
        connection.line().await.unwrap();
        let begun = Instant::now();
        // The pace is the attack.
        while begun.elapsed() < DEADLINE && connection.send(b"N").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(begun.elapsed() < Duration::from_secs(6), "{protocol}: after {:?}", begun.elapsed());
    };
    tokio::join!(check("imap"), check("pop3"), check("smtp"));
    bystander.assert_unaffected().await;
}

#[tokio::test]
async fn clients_that_never_read_cost_the_server_next_to_nothing() {
    const CLIENTS: usize = 48;
    let mut bystander = Bystander::start(&[]).await;
    let host = &bystander.host;
    let (address, password) = host.mailbox(0);
    let mut imap = host.imap(&address, &password).await;
    let message = format!("Subject: Large\r\n\r\n{}", "0123456789abcdef\r\n".repeat(450_000));
    imap.append("INBOX", message.as_bytes()).await.unwrap();
    bystander.kib = host.memory_kib();
    let mut stuck = Vec::new();
    for _ in 0..CLIENTS {
        let mut imap = host.imap(&address, &password).await;
        imap.command("SELECT INBOX").await.unwrap();
        imap.send("FETCH * BODY.PEEK[]").await.unwrap();
        imap.send("FETCH 1:* BODY.PEEK[]").await.unwrap();
        imap.connection.line().await.unwrap();
        stuck.push(imap);
    }
    bystander.assert_unaffected().await;
    drop(stuck);
}

/// Sends until the server has had enough or `most` bytes are gone, and returns how many were.
async fn send_until_refused(connection: &mut Connection, most: usize) -> usize {
    let some = vec![b'x'; 64 * 1024];
    let mut sent = 0;
    while sent < most && connection.send(&some).await.is_ok() {
        sent += some.len();
    }
    sent
}

/// Sends everything while it reads everything, to the end of the connection.
async fn send_while_reading(connection: &mut Connection, words: &str) -> Vec<u8> {
    let (mut read, mut write) = tokio::io::split(connection.stream());
    let mut heard = Vec::new();
    let hear = async {
        let mut some = vec![0; 16 * 1024];
        // A reset is an end like any other.
        while let Ok(count @ 1..) = read.read(&mut some).await {
            heard.extend_from_slice(&some[..count]);
        }
    };
    let say = async {
        // The server may have had enough before everything is said.
        if write.write_all(words.as_bytes()).await.is_ok() {
            drop(write.flush().await);
        }
    };
    timeout(DEADLINE, async { tokio::join!(hear, say) }).await.unwrap();
    heard
}

/// One of these answers, or the end of the connection.
async fn refused(connection: &mut Connection, answers: &[&str]) {
    if let Ok(heard) = connection.line().await {
        assert!(answers.iter().any(|answer| heard.starts_with(answer)), "{heard}");
    }
}
