//! A server under test: `postward serve` in a folder of its own, gone when this is dropped.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use postward_testclient::{Endpoint, Trust};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Failure;

use super::engine::StubEngine;
use super::process;

/// Where the mail of the server under test is.
#[derive(Clone, Copy)]
pub(super) enum Mail<'a> {
    /// In the server.
    Embedded,
    /// In an engine behind a socket.
    Remote(&'a StubEngine),
}

/// Whether a password that was right a moment ago is hashed again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ReconnectCache {
    On,
    Off,
}

/// A server that listens.
pub(super) struct Host {
    child: Child,
    address: SocketAddr,
    // Removed after the server has ended: fields are dropped in this order.
    folder: TempDir,
}

/// The name it has, and clients ask for.
pub(super) const HOSTNAME: &str = "mail.bench.example";
pub(super) const DOMAIN: &str = "bench.example";
/// The one person of its dashboard.
pub(super) const OWNER: &str = "owner@bench.example";

/// Long enough for a debug build on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(30);

impl Host {
    /// Starts one. It and all its threads stay on the cores the caller is bound to.
    pub(super) fn start(binary: &Path, mail: Mail<'_>, cache: ReconnectCache) -> Result<Self, Failure> {
        let address = free_port()?;
        Self::start_with(binary, address, &configuration(address, mail, cache))
    }

    /// Starts one that is configured otherwise. `address` is where mail apps connect.
    pub(super) fn start_with(binary: &Path, address: SocketAddr, toml: &str) -> Result<Self, Failure> {
        let folder = TempDir::with_prefix("postward-bench-").map_err(|error| error.to_string())?;
        let data = folder.path().join("host");
        let made = Command::new(binary)
            .arg("init")
            .arg("--dir")
            .arg(&data)
            .args(["--hostname", HOSTNAME, "--owner", OWNER, "--generate"])
            .stdout(Stdio::null())
            .status()
            .map_err(|error| format!("{} could not be started: {error}", binary.display()))?;
        if !made.success() {
            return Err(format!("postward init failed: {made}"));
        }
        let log = fs::write(data.join("postward.toml"), toml)
            .and_then(|()| fs::write(data.join("master"), "not looked at"))
            .and_then(|()| File::create(folder.path().join("log")))
            .map_err(|error| format!("{} cannot be written: {error}", data.display()))?;
        let child = process::ending_with_this(binary)
            .arg("serve")
            .arg("--dir")
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|error| error.to_string())?)
            .stderr(log)
            .spawn()
            .map_err(|error| format!("{} could not be started: {error}", binary.display()))?;
        let mut host = Self { child, address, folder };
        host.wait_until_it_answers()?;
        host.ask(&json!({ "command": "add-domain", "name": DOMAIN, "account": null }))?;
        Ok(host)
    }

    /// Its processes: one.
    pub(super) fn pids(&self) -> [u32; 1] {
        [self.child.id()]
    }

    /// Its folder.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join("host")
    }

    /// Where mail apps connect.
    pub(super) fn endpoint(&self) -> Result<Endpoint, Failure> {
        self.endpoint_at(self.address)
    }

    /// Another address that serves the same name and certificate: a proxy before this host.
    pub(super) fn endpoint_at(&self, address: SocketAddr) -> Result<Endpoint, Failure> {
        Ok(Endpoint::tls(address, self.trust()?))
    }

    /// What a client trusts that knows this host's certificate. Every handshake is a full one.
    pub(super) fn trust(&self) -> Result<Trust, Failure> {
        let file = self.data().join("tls/cert.pem");
        let roots =
            CertificateDer::pem_file_iter(&file).and_then(|roots| roots.collect::<Result<Vec<_>, _>>());
        let trust = roots.map_err(io::Error::other).and_then(|roots| Trust::in_roots(HOSTNAME, roots));
        trust.map_err(|error| format!("{}: {error}", file.display()))
    }

    /// Adds mailboxes with the same password.
    pub(super) fn add_mailboxes(&self, count: usize, password: &str) -> Result<Vec<String>, Failure> {
        let addresses = (0..count).map(|number| format!("mailbox{number}@{DOMAIN}"));
        addresses
            .map(|address| {
                self.ask(&json!({ "command": "add-mailbox", "address": address, "password": password }))?;
                Ok(address)
            })
            .collect()
    }

    /// Changes a password. Returns when the receipt is here.
    pub(super) fn change_password(&self, address: &str, password: &str) -> Result<(), Failure> {
        self.ask(&json!({ "command": "set-password", "address": address, "password": password })).map(drop)
    }

    /// Asks the operator's socket, as `postward mailbox …` does.
    fn ask(&self, command: &Value) -> Result<Value, Failure> {
        let reply = self.exchange(command).map_err(|error| self.failure(&format!("no answer: {error}")))?;
        match reply.get("reply").and_then(Value::as_str) {
            None | Some("refused") => Err(self.failure(&format!("refused: {reply}"))),
            Some(_) => Ok(reply),
        }
    }

    fn exchange(&self, command: &Value) -> io::Result<Value> {
        let mut stream = UnixStream::connect(self.control_socket())?;
        stream.write_all(format!("{command}\n").as_bytes())?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    fn control_socket(&self) -> PathBuf {
        self.data().join("control.sock")
    }

    fn wait_until_it_answers(&mut self) -> Result<(), Failure> {
        let deadline = Instant::now() + TIMEOUT;
        while self.exchange(&json!({ "command": "domains" })).is_err() {
            let ended = self.child.try_wait().map_err(|error| error.to_string())?;
            if ended.is_some() || Instant::now() > deadline {
                return Err(self.failure("it does not answer"));
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// What went wrong, with the server's own last words.
    pub(super) fn failure(&self, what: &str) -> Failure {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines.get(lines.len().saturating_sub(10)..).unwrap_or_default().join("\n");
        format!("the server under test: {what}\n{last}")
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// IMAP with TLS and nothing else.
fn configuration(imap: SocketAddr, mail: Mail<'_>, cache: ReconnectCache) -> String {
    let engine = match mail {
        Mail::Embedded => "kind = \"embedded\"".to_owned(),
        Mail::Remote(engine) => format!(
            "kind = \"remote\"\nurl = \"imap://{}\"\nmaster_user = \"gate\"\nmaster_password_file = \"master\"",
            engine.address()
        ),
    };
    let reconnect = match cache {
        ReconnectCache::On => "1h",
        ReconnectCache::Off => "0",
    };
    format!(
        "[server]\nhostname = {HOSTNAME:?}\n\
         [imap]\ntls = [\"{imap}\"]\nstarttls = []\n\
         [pop3]\ntls = []\nstarttls = []\n\
         [smtp]\ntls = []\nstarttls = []\n\
         [web]\nhttp = []\n\
         [lmtp]\nlisten = []\n\
         [engine]\n{engine}\n\
         [passwords]\nreconnect = {reconnect:?}\n"
    )
}

/// A port that was free a moment ago.
pub(super) fn free_port() -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map_err(|error| format!("no port is free: {error}"))
}
