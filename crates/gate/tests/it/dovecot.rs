//! Debian's Dovecot as remote engine, by its master user.

use crate::test_host::{ADA, PASSWORD, TestHost, imap_login, secret, skip};
use postward_authority::Surface;
use postward_gate::{Encryption, Engine, Limits, MasterUser, RemoteEngine};
use postward_testclient::Connection;
use postward_wire::Protocol;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

const DOVECOT: &str = "/usr/sbin/dovecot";

/// A Dovecot of our own, in a throw-away directory.
struct Dovecot {
    master: Child,
    port: u16,
    directory: TempDir,
}

impl Dovecot {
    /// Nothing where Dovecot is not installed, except on CI, which has to have it.
    async fn start() -> Option<Self> {
        if !Path::new(DOVECOT).exists() {
            skip("/usr/sbin/dovecot is missing (apt-get install dovecot-imapd)");
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        // Dovecot's processes run as users of their own.
        fs::set_permissions(at, Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(at.join("mail")).unwrap();
        fs::set_permissions(at.join("mail"), Permissions::from_mode(0o777)).unwrap();
        fs::write(at.join("master"), "gate:{PLAIN}engine-secret\n").unwrap();
        fs::write(at.join("nobody"), "").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        fs::write(at.join("dovecot.conf"), configuration(at, port)).unwrap();
        let master = Command::new(DOVECOT)
            .arg("-F")
            .arg("-c")
            .arg(at.join("dovecot.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let dovecot = Self { master, port, directory };
        dovecot.listens().await;
        Some(dovecot)
    }

    /// Another program says in no other way that it is ready.
    async fn listens(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            assert!(Instant::now() < deadline, "Dovecot does not listen: {}", self.log());
            sleep(Duration::from_millis(50)).await;
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    fn engine(&self) -> Engine {
        let master = MasterUser { user: "gate".into(), password: secret("engine-secret") };
        let url = format!("imap://127.0.0.1:{}", self.port);
        Engine::Remote(Arc::new(RemoteEngine::new(&url, b"", master).unwrap()))
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // SIGTERM, so that it takes its own processes along.
        let _gone = Command::new("kill").arg(self.master.id().to_string()).status();
        let _gone = self.master.wait();
    }
}

fn configuration(at: &Path, port: u16) -> String {
    let at = at.display();
    let me = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    let (internal, login) = match me.trim() {
        "root" => ("dovecot", "dovenull"),
        me => (me, me),
    };
    format!(
        "
        base_dir = {at}/run
        log_path = {at}/log
        protocols = imap
        listen = 127.0.0.1
        ssl = no
        disable_plaintext_auth = no
        default_internal_user = {internal}
        default_login_user = {login}
        first_valid_uid = 1
        login_trusted_networks = 127.0.0.0/8
        auth_master_user_separator = *
        auth_failure_delay = 0
        passdb {{
          driver = passwd-file
          args = {at}/master
          master = yes
        }}
        passdb {{
          driver = passwd-file
          args = {at}/nobody
        }}
        userdb {{
          driver = static
          args = uid={internal} gid={internal} home={at}/mail/%u
        }}
        mail_location = maildir:~/Maildir
        service anvil {{
          chroot =
        }}
        service imap-login {{
          chroot =
          inet_listener imap {{
            port = {port}
          }}
          inet_listener imaps {{
            port = 0
          }}
        }}
        "
    )
}

#[tokio::test]
async fn a_session_of_dovecot_is_opened_by_the_master_user_and_ends_with_the_password() {
    let Some(dovecot) = Dovecot::start().await else {
        return;
    };
    let host = TestHost::with(dovecot.engine(), Limits::default()).await;
    let mut client = host.connect(Protocol::Imap, Encryption::Tls).await;
    let answer = imap_login(&mut client, ADA, PASSWORD).await;
    assert!(answer.starts_with("l OK [CAPABILITY IMAP4rev1 "), "{answer}\n{}", dovecot.log());
    assert!(answer.contains(" IDLE "), "{answer}");

    deliver(&mut client).await;
    client.send("f FETCH 1 BODY[TEXT]\r\n").await.unwrap();
    client.line_starting("* 1 FETCH").await.unwrap();
    assert_eq!(client.line().await.unwrap(), "Hello.");
    client.line_starting("f OK").await.unwrap();
    client.send("i IDLE\r\n").await.unwrap();
    client.line_starting("+ ").await.unwrap();

    let receipt = host.reset().await;
    assert_eq!(receipt.ended[&Surface::Imap], 1);
    assert_eq!(client.drain().await.unwrap(), 0);
}

async fn deliver(client: &mut Connection) {
    let message = "From: ada@example.com\r\nSubject: hello\r\n\r\nHello.\r\n";
    client.send(format!("a APPEND INBOX {{{}+}}\r\n{message}\r\n", message.len())).await.unwrap();
    client.line_starting("a OK").await.unwrap();
    client.send("s SELECT INBOX\r\n").await.unwrap();
    client.line_starting("s OK").await.unwrap();
}
