//! A host of the real binary, in a directory that goes with the test.

use postward_testclient::{Endpoint, HttpClient, ImapClient, Pop3Client, SignInOutcome, SmtpClient, Trust};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde_json::Value;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_postward");

/// Hashing that costs next to nothing, a throttle that lets a test try as often as it likes.
pub(crate) const QUICK: [(&str, &str); 5] = [
    ("POSTWARD_PASSWORDS__ARGON2_MEMORY_KIB", "8"),
    ("POSTWARD_PASSWORDS__ARGON2_PASSES", "1"),
    ("POSTWARD_THROTTLE__REFUSAL_AFTER", "0"),
    ("POSTWARD_THROTTLE__PER_NETWORK", "1000000"),
    ("POSTWARD_THROTTLE__PER_MAILBOX", "1000000"),
];

/// How long a host may take to start or to stop.
const DEADLINE: Duration = Duration::from_secs(60);

/// A running host. It is killed when this is dropped.
pub(crate) struct TestHost {
    process: Child,
    home: Arc<TempDir>,
    settings: Vec<(String, String)>,
    credentials: Value,
}

impl TestHost {
    /// A demo on free ports.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with more settings, as environment variables.
    pub(crate) async fn start_with(settings: &[(&str, &str)]) -> Self {
        let home = Arc::new(tempfile::tempdir().unwrap());
        let all = QUICK.iter().chain(settings).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Self::run(home, all.collect(), Command::new(BINARY)).await
    }

    /// The host whose data directory stands in an archive of `tests/fixtures`.
    pub(crate) async fn unpacked(archive: &str) -> Self {
        let home = Arc::new(tempfile::tempdir().unwrap());
        let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(archive);
        let host = home.path().join("host");
        fs::create_dir(&host).unwrap();
        let mut tar = Command::new("tar");
        let status = tar.arg("-xzf").arg(archive).arg("-C").arg(host).status().await.unwrap();
        assert!(status.success(), "the archive cannot be unpacked: {status}");
        let settings = QUICK.map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self::run(home, settings.into(), Command::new(BINARY)).await
    }

    /// Starts a host with a command that runs the binary with the arguments that are added to it.
    pub(crate) async fn run(
        home: Arc<TempDir>,
        settings: Vec<(String, String)>,
        mut command: Command,
    ) -> Self {
        let credentials = home.path().join("credentials.json");
        drop(fs::remove_file(&credentials));
        let log = File::options().create(true).append(true).open(home.path().join("log")).unwrap();
        let mut process = command
            .args(["demo", "--ephemeral", "--dir"])
            .arg(home.path().join("host"))
            .arg("--json")
            .arg(&credentials)
            .envs(settings.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let until = Instant::now() + DEADLINE;
        let text = loop {
            if let Ok(text) = fs::read_to_string(&credentials) {
                break text;
            }
            let log = || fs::read_to_string(home.path().join("log")).unwrap();
            assert!(process.try_wait().unwrap().is_none(), "the host did not start: {}", log());
            assert!(Instant::now() < until, "the host takes too long to start: {}", log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        Self { process, home, settings, credentials: serde_json::from_str(&text).unwrap() }
    }

    /// Kills it with SIGKILL.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(&mut self) {
        let pid = rustix::process::Pid::from_raw(self.pid().cast_signed()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        tokio::time::timeout(DEADLINE, self.process.wait()).await.unwrap().unwrap();
    }

    /// Starts it again on the same directory, after a kill or a stop.
    pub(crate) async fn start_again(self) -> Self {
        let Self { mut process, home, settings, .. } = self;
        assert!(process.try_wait().unwrap().is_some(), "it still runs");
        Self::run(home, settings, Command::new(BINARY)).await
    }

    /// Sets a variable for the next start.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        self.settings.push((key.to_owned(), value.to_owned()));
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id().unwrap()
    }

    /// What it holds in memory, in KiB.
    pub(crate) fn memory_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Its data directory, seen through the process where nobody else sees it.
    pub(crate) fn dir(&self) -> PathBuf {
        let dir = self.home.path().join("host");
        let mounted_apart = fs::read_dir(&dir).unwrap().next().is_none();
        if mounted_apart { format!("/proc/{}/root{}", self.pid(), dir.display()).into() } else { dir }
    }

    /// What it has written to its log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.home.path().join("log")).unwrap()
    }

    /// The address and the first password of the `n`th mailbox.
    pub(crate) fn mailbox(&self, n: usize) -> (String, String) {
        let mailbox = &self.credentials["mailboxes"][n];
        (text(&mailbox["address"]), text(&mailbox["password"]))
    }

    /// The host's owner, who signs in at the dashboard.
    pub(crate) fn owner(&self) -> (String, String) {
        (text(&self.credentials["owner"]["email"]), text(&self.credentials["owner"]["password"]))
    }

    /// The TLS port of `imap`, `pop3` or `smtp`.
    pub(crate) fn tls(&self, protocol: &str) -> Endpoint {
        Endpoint::tls(self.port(protocol, "tls_port"), self.trust())
    }

    /// The plain port of a protocol.
    pub(crate) fn plain(&self, protocol: &str) -> Endpoint {
        Endpoint::plain(self.port(protocol, "port"))
    }

    fn port(&self, protocol: &str, port: &str) -> SocketAddr {
        let port = self.credentials[protocol][port].as_u64().unwrap();
        SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).unwrap()))
    }

    /// Trust in the certificate the demo hands out.
    pub(crate) fn trust(&self) -> Trust {
        let ca = CertificateDer::from_pem_file(self.dir().join(self.ca_cert())).unwrap();
        Trust::in_roots("localhost", [ca]).unwrap().resuming()
    }

    /// The name of the file with the certificate to trust.
    fn ca_cert(&self) -> OsString {
        Path::new(&text(&self.credentials["ca_cert"])).file_name().unwrap().to_owned()
    }

    /// A browser that was never here.
    pub(crate) fn browser(&self) -> HttpClient {
        HttpClient::new(Endpoint::plain(self.web().parse().unwrap()), self.web())
    }

    /// Host and port of the pages.
    pub(crate) fn web(&self) -> String {
        text(&self.credentials["web"]["dashboard"]).split('/').nth(2).unwrap().to_owned()
    }

    /// Signs in to IMAP, which has to work.
    pub(crate) async fn imap(&self, address: &str, password: &str) -> ImapClient {
        opened(ImapClient::sign_in(&self.tls("imap"), address, password).await)
    }

    /// Signs in to POP3, which has to work.
    pub(crate) async fn pop3(&self, address: &str, password: &str) -> Pop3Client {
        opened(Pop3Client::sign_in(&self.tls("pop3"), address, password).await)
    }

    /// Signs in to submission, which has to work.
    pub(crate) async fn smtp(&self, address: &str, password: &str) -> SmtpClient {
        opened(SmtpClient::sign_in(&self.tls("smtp"), address, password).await)
    }

    /// Signs in with a browser, which has to work.
    pub(crate) async fn signed_in(&self, surface: &str, name: &str, password: &str) -> HttpClient {
        opened(self.browser().sign_in(surface, name, password).await)
    }

    /// Whether a password opens IMAP; anything but a clear yes or no ends the test.
    pub(crate) async fn opens(&self, address: &str, password: &str) -> bool {
        match ImapClient::sign_in(&self.tls("imap"), address, password).await.unwrap() {
            SignInOutcome::Opened(_) => true,
            SignInOutcome::Refused(words) => {
                assert!(words.contains("[AUTHENTICATIONFAILED]"), "{words}");
                false
            }
        }
    }

    /// Sets a password by the command line and returns the receipt.
    pub(crate) async fn passwd(&self, address: &str, password: &str) -> Value {
        let output = self.command(&["mailbox", "passwd", address, "--json"], password).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs a command on the host's directory, with a line on its standard input.
    pub(crate) async fn command(&self, arguments: &[&str], stdin: &str) -> Output {
        let mut command = postward(arguments, &self.dir());
        command.envs(self.settings.iter().cloned());
        finish(command, stdin).await
    }
}

/// A command on a directory.
pub(crate) fn postward(arguments: &[&str], dir: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).arg("--dir").arg(dir).envs(QUICK);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Runs a command to its end, with a line on its standard input.
pub(crate) async fn finish(mut command: Command, stdin: &str) -> Output {
    let mut child = command.spawn().unwrap();
    // A command that reads nothing may be gone already.
    drop(child.stdin.take().unwrap().write_all(format!("{stdin}\n").as_bytes()).await);
    tokio::time::timeout(DEADLINE, child.wait_with_output()).await.unwrap().unwrap()
}

fn opened<C>(tried: io::Result<SignInOutcome<C>>) -> C {
    match tried.unwrap() {
        SignInOutcome::Opened(client) => client,
        SignInOutcome::Refused(words) => panic!("refused: {words}"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
