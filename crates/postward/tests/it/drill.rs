//! O4: the drill proves the promise, and no way to a new password is hidden from it.

use crate::test_host::{BINARY, QUICK, TestHost};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

#[tokio::test]
async fn the_drill_is_green() {
    // With hashing at its usual cost: what is timed is what people will see.
    let output = Command::new(BINARY)
        .args(["drill", "--demo", "--json"])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    });
    assert!(output.status.success(), "{report:#}");
    assert_eq!(report["passed"], true, "{report:#}");
    let ways = report["ways"].as_array().unwrap();
    let names: Vec<_> = ways.iter().map(|way| way["way"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "security-tab",
            "list",
            "pop-up",
            "webmail",
            "forgotten-with-current",
            "mailed-link",
            "recovery-code",
            "panel",
            "command-line"
        ]
    );
    for (name, way) in names.iter().zip(ways) {
        let (fate, doors) = match *name {
            "mailed-link" => (Value::from("stays"), 5),
            "recovery-code" => (Value::from("goes-off"), 5),
            _ => (Value::Null, 0),
        };
        assert_eq!(way["second_factor"], fate, "{way:#}");
        assert_eq!(way["refused_with_code"].as_array().unwrap().len(), doors, "{way:#}");
    }
    for way in ways {
        assert_eq!(way["sessions"].as_array().unwrap().len(), 8, "{way:#}");
        assert_eq!(way["old_password"].as_array().unwrap().len(), 5, "{way:#}");
        assert_eq!(way["mail_unchanged"], true, "{way:#}");
    }
}

#[tokio::test]
async fn a_drill_leaves_a_real_host_as_it_was() {
    let host = TestHost::start().await;
    let (address, password) = host.mailbox(1);
    let (bystander, bystanders) = host.mailbox(2);
    let (owner, owners) = host.owner();
    let before = host.imap(&address, &password).await.command("LIST \"\" \"*\"").await.unwrap();
    let mut drill = Command::new(BINARY)
        .args(["drill", "--address", &address, "--bystander", &bystander, "--owner", &owner, "--dir"])
        .arg(host.dir())
        .envs(QUICK)
        // The ports were free ones, which the configuration does not know.
        .envs(["imap", "pop3", "smtp"].map(|name| {
            (format!("POSTWARD_{}__TLS", name.to_uppercase()), host.tls(name).address.to_string())
        }))
        .env("POSTWARD_WEB__HTTP", host.web())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let lines = format!("{password}\n{bystanders}\n{owners}\n");
    drill.stdin.take().unwrap().write_all(lines.as_bytes()).await.unwrap();
    let output = drill.wait_with_output().await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("8 changes, 64 sessions: every one was over before the answer"), "{told}");
    assert!(
        told.contains("Not tried: Forgot password?, mailed link, which a drill of a demo does"),
        "{told}"
    );
    let after = host.imap(&address, &password).await.command("LIST \"\" \"*\"").await.unwrap();
    assert_eq!(String::from_utf8_lossy(&before), String::from_utf8_lossy(&after));
}

/// The files that set a password for somebody, each tried by a `ChangePath` of the drill. A file that is added here adds the
/// path it stands for to `src/drill/change_path.rs`.
const CALLERS: [&str; 6] = [
    "postward/src/control/run.rs",
    "web/src/auth/mailed_link.rs",
    "web/src/auth/password_reset.rs",
    "web/src/dashboard/password.rs",
    "web/src/panel/password.rs",
    "web/src/webmail/account.rs",
];

/// What sets a password of a mailbox.
const USE_CASES: [&str; 5] = ["change", "reset", "change_signed_out", "recover_with_code", "reset_by_link"];

#[test]
fn no_way_to_a_new_password_is_hidden_from_the_drill() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut callers = Vec::new();
    for name in ["gate", "mailstore", "postward", "web"] {
        find_callers(crates, &crates.join(name).join("src"), &mut callers);
    }
    callers.sort();
    assert_eq!(callers, CALLERS);
}

fn find_callers(crates: &Path, dir: &Path, callers: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_callers(crates, &path, callers);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let code: String = fs::read_to_string(&path).unwrap().split_whitespace().collect();
            if USE_CASES.iter().any(|use_case| code.contains(&format!("authority.{use_case}("))) {
                callers.push(path.strip_prefix(crates).unwrap().to_string_lossy().into_owned());
            }
        }
    }
}
