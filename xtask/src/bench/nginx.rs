//! nginx as a mail proxy before the same engine: what a gate of the field costs on this machine.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::Failure;

use super::background::Background;
use super::engine::StubEngine;
use super::host::free_port;
use super::process;

/// An nginx that listens.
pub(super) struct Nginx {
    child: Child,
    address: SocketAddr,
    _auth_server: Background,
    // Removed after nginx has ended: fields are dropped in this order.
    _folder: TempDir,
}

/// Where Debian puts the program and its mail module (nginx-light, libnginx-mod-mail).
const PROGRAM: &str = "/usr/sbin/nginx";
const MODULE: &str = "/usr/lib/nginx/modules/ngx_mail_module.so";

const TIMEOUT: Duration = Duration::from_secs(10);

impl Nginx {
    /// Starts one with a certificate, `cert.pem` and `key.pem` of a folder, before an engine. Nothing where it is not
    /// installed. It stays on the cores the caller is bound to.
    pub(super) fn start(tls: &Path, engine: &StubEngine) -> Result<Option<Self>, Failure> {
        if !Path::new(PROGRAM).exists() || !Path::new(MODULE).exists() {
            println!("bench: no nginx with its mail module here; nothing is measured beside it");
            return Ok(None);
        }
        Self::listen(tls, engine).map(Some).map_err(|error| format!("nginx cannot be started: {error}"))
    }

    fn listen(tls: &Path, engine: &StubEngine) -> io::Result<Self> {
        let folder = TempDir::with_prefix("postward-bench-nginx-")?;
        let auth_listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        auth_listener.set_nonblocking(true)?;
        let auth_http = auth_listener.local_addr()?;
        let engine = engine.address();
        let auth_server = Background::run(move || accept_everybody(auth_listener, engine))?;
        let address = free_port().map_err(io::Error::other)?;
        let file: PathBuf = folder.path().join("nginx.conf");
        fs::write(&file, configuration(folder.path(), tls, address, auth_http))?;
        let child = process::ending_with_this(Path::new(PROGRAM))
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let nginx = Self { child, address, _auth_server: auth_server, _folder: folder };
        let deadline = Instant::now() + TIMEOUT;
        while let Err(error) = TcpStream::connect(address) {
            if Instant::now() > deadline {
                return Err(error);
            }
            sleep(Duration::from_millis(20));
        }
        Ok(nginx)
    }

    /// Its processes.
    pub(super) fn pids(&self) -> Result<Vec<u32>, Failure> {
        let mut pids = process::children(self.child.id())?;
        pids.push(self.child.id());
        Ok(pids)
    }

    /// Where mail apps connect.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SIGTERM: the master ends its workers.
        if let Some(master) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            let _gone = rustix::process::kill_process(master, rustix::process::Signal::TERM);
        }
        let _gone = self.child.wait();
    }
}

fn configuration(folder: &Path, tls: &Path, imap: SocketAddr, auth_http: SocketAddr) -> String {
    let (folder, tls) = (folder.display(), tls.display());
    // One worker: it is compared with one core, and with the memory of one process.
    format!(
        "load_module {MODULE};\n\
         daemon off;\nworker_processes 1;\nworker_rlimit_nofile 20000;\nuser root;\n\
         pid {folder}/pid;\nerror_log {folder}/log;\n\
         events {{ worker_connections 19000; }}\n\
         mail {{\n\
           auth_http {auth_http}/;\n\
           ssl_certificate {tls}/cert.pem;\nssl_certificate_key {tls}/key.pem;\n\
           imap_capabilities IMAP4rev1 IDLE;\nimap_auth login plain;\n\
           server {{ listen {imap} ssl; protocol imap; }}\n\
         }}\n"
    )
}

/// The authentication server that nginx asks (`auth_http`): accepts everybody and names the engine.
async fn accept_everybody(auth_listener: TcpListener, engine: SocketAddr) -> io::Result<()> {
    let auth_listener = tokio::net::TcpListener::from_std(auth_listener)?;
    loop {
        let (tcp, _) = auth_listener.accept().await?;
        tokio::spawn(async move {
            let mut stream = BufReader::new(tcp);
            let mut line = String::new();
            while stream.read_line(&mut line).await? > 2 {
                line.clear();
            }
            let (server, port) = (engine.ip(), engine.port());
            let answer = format!(
                "HTTP/1.0 200 OK\r\nAuth-Status: OK\r\nAuth-Server: {server}\r\nAuth-Port: {port}\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).await
        });
    }
}
