//! Invariant 7: a full disk is our trouble. It is never the password's fault, and it passes.

use crate::test_host::{BINARY, QUICK, TestHost};
use postward_testclient::{ImapClient, Pop3Client, SignInOutcome, SmtpClient};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::Command;

/// Room for the demo, and not much more.
const DISK: &str = "96m";

/// A host on a disk of its own, which only it can see and which goes with it. None where this is not permitted.
async fn on_a_small_disk() -> Option<(TestHost, Arc<TempDir>)> {
    let mut may = Command::new("unshare");
    may.args(["--mount", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    if !may.status().await.is_ok_and(|status| status.success()) {
        return None;
    }
    let home = Arc::new(tempfile::tempdir().unwrap());
    let script = format!("mount -t tmpfs -o size={DISK} tmpfs \"$1\" && shift && exec \"$@\"");
    let mut command = Command::new("unshare");
    fs::create_dir(home.path().join("host")).unwrap();
    command.args(["--mount", "sh", "-c", &script, "sh"]).arg(home.path().join("host")).arg(BINARY);
    let settings = QUICK.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let host = TestHost::run(Arc::clone(&home), settings.to_vec(), command).await;
    Some((host, home))
}

#[tokio::test]
async fn a_full_disk_is_a_temporary_error_and_never_a_wrong_password() {
    let Some((host, _home)) = on_a_small_disk().await else { return };
    let (address, password) = host.mailbox(0);
    assert!(host.opens(&address, &password).await);
    let mut dashboard = {
        let (owner, owners) = host.owner();
        host.signed_in("/dashboard", &owner, &owners).await
    };
    let list = dashboard.get("/dashboard/mailboxes").await.unwrap();
    let settings = list.link_beside(&format!(">{address}<"), "/dashboard/mailboxes/").unwrap();
    let form = dashboard.get(&format!("{settings}/security")).await.unwrap();
    let csrf = form.form(&format!("{settings}/password")).unwrap().value("csrf").unwrap().to_owned();

    let ballast = host.dir().join("ballast");
    fill(&ballast);
    let mut heard = Vec::new();
    let until = Instant::now() + Duration::from_secs(20);
    // What the store had set aside before is used up first.
    while heard.len() < 4 && Instant::now() < until {
        heard.clear();
        let imap = ImapClient::sign_in(&host.tls("imap"), &address, &password).await.unwrap();
        heard.extend(temporary(imap, "NO [UNAVAILABLE]"));
        let pop3 = Pop3Client::sign_in(&host.tls("pop3"), &address, &password).await.unwrap();
        heard.extend(temporary(pop3, "-ERR [SYS/TEMP]"));
        let smtp = SmtpClient::sign_in(&host.tls("smtp"), &address, &password).await.unwrap();
        heard.extend(temporary(smtp, "454"));
        let page = host.browser().sign_in("/webmail", &address, &password).await.unwrap();
        heard.extend(temporary(page, "503"));
        fill(&ballast);
    }
    assert_eq!(heard.len(), 4, "on a full disk every endpoint should be closed for a while: {heard:?}");
    let fields = [
        ("csrf", csrf.as_str()),
        ("password", "Brand-New-Password-1"),
        ("password_again", "Brand-New-Password-1"),
    ];
    let page = dashboard.post(&format!("{settings}/password"), &fields).await.unwrap();
    assert_eq!(page.status, 503, "{}", page.summary());

    fs::remove_file(&ballast).unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while temporary(
        ImapClient::sign_in(&host.tls("imap"), &address, &password).await.unwrap(),
        "NO [UNAVAILABLE]",
    )
    .is_some()
    {
        assert!(Instant::now() < until, "there is room again, and still nobody gets in: {}", host.log());
    }
    assert!(host.opens(&address, &password).await, "the old password is still in force");
    assert!(!host.opens(&address, "Brand-New-Password-1").await);
    host.passwd(&address, "Brand-New-Password-1").await;
    assert!(host.opens(&address, "Brand-New-Password-1").await);
    assert!(!host.opens(&address, &password).await);
}

/// What was said, if it was the temporary error. It opens or it does not; it is never the password's fault.
fn temporary<C>(tried: SignInOutcome<C>, expected: &str) -> Option<String> {
    match tried {
        SignInOutcome::Opened(_) => None,
        SignInOutcome::Refused(words) => {
            assert!(words.starts_with(expected), "{words}");
            Some(words)
        }
    }
}

/// Takes all the room there is.
fn fill(ballast: &Path) {
    let mut file = File::options().create(true).append(true).open(ballast).unwrap();
    for size in [1 << 20, 1 << 12, 1] {
        let some = vec![b'x'; size];
        while file.write_all(&some).is_ok() {}
    }
}
