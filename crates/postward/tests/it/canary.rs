//! Invariant 9: no password is ever written anywhere, whatever happens to it.

use crate::client::Tried;
use crate::client::imap::Imap;
use crate::client::pop3::Pop3;
use crate::client::smtp::Smtp;
use crate::house::House;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::fs;
use std::path::Path;

const FIRST: &str = "Canary-Yellow-Feather-1";
const SECOND: &str = "Canary-Yellow-Feather-2";
const WRONG: &str = "Canary-Wrong-Feather-3";
const OWNERS: &str = "Canary-Owner-Feather-4";

#[tokio::test]
async fn no_password_is_found_on_disk_or_in_the_log() {
    let mut house = House::start_with(&[("RUST_LOG", "trace")]).await;
    let (address, password) = house.mailbox(0);
    house.passwd(&address, FIRST).await;
    for tried in [FIRST, WRONG] {
        let right = tried == FIRST;
        assert_eq!(opened(Imap::sign_in(&house.plain("imap"), &address, tried).await.unwrap()), right);
        assert_eq!(opened(Pop3::sign_in(&house.plain("pop3"), &address, tried).await.unwrap()), right);
        assert_eq!(opened(Smtp::sign_in(&house.plain("smtp"), &address, tried).await.unwrap()), right);
        assert_eq!(opened(house.browser().sign_in("/webmail", &address, tried).await.unwrap()), right);
        assert_eq!(opened(house.browser().sign_in("/panel", &address, tried).await.unwrap()), right);
        assert!(!opened(house.browser().sign_in("/dashboard", &address, tried).await.unwrap()));
    }
    // Commands nobody understands, with a password in them.
    let mut imap = Imap::connect(&house.plain("imap")).await.unwrap();
    imap.ask(&format!("LOGIM {address} {WRONG}")).await.unwrap();
    imap.ask(&format!("LOGIN {address} \"{WRONG}")).await.unwrap();
    let mut pop3 = Pop3::connect(&house.plain("pop3")).await.unwrap();
    pop3.ask(&format!("PASS {WRONG}")).await.unwrap();
    let mut smtp = Smtp::connect(&house.plain("smtp")).await.unwrap();
    smtp.ask(&format!("AUTH PLAIN {}!", BASE64_STANDARD.encode(WRONG))).await.unwrap();

    let mut panel = house.signed_in("/panel", &address, FIRST).await;
    let form = panel.get("/panel/password").await.unwrap().form("/panel/password").unwrap();
    let csrf = form.value("csrf").unwrap().to_owned();
    let differing = [("csrf", csrf.as_str()), ("password", SECOND), ("password_again", WRONG)];
    let page = panel.post("/panel/password", &differing).await.unwrap();
    assert_eq!(page.status, 422, "{}", page.heard());
    assert!(!page.body.contains("Canary-"), "a page that repeats a password");
    let right = [("csrf", csrf.as_str()), ("password", SECOND), ("password_again", SECOND)];
    assert_eq!(panel.post("/panel/password", &right).await.unwrap().status, 303);
    assert!(house.opens(&address, SECOND).await);
    house.command(&["account", "add", "Canaries", "--owner", "owner@canaries.example"], OWNERS).await;
    house.stop().await;

    let log = house.log();
    assert!(!log.is_empty(), "at this level something is logged");
    let mut files = 0;
    let canaries: Vec<_> = [FIRST, SECOND, WRONG, OWNERS, password.as_str()]
        .into_iter()
        .flat_map(|text| {
            let plain = BASE64_STANDARD.encode(format!("\0{address}\0{text}"));
            [text.to_owned(), BASE64_STANDARD.encode(text), plain]
        })
        .collect();
    for canary in &canaries {
        assert!(!log.contains(canary), "in the log: {}", line_with(&log, canary));
    }
    scan(&house.dir(), &canaries, &mut files);
    assert!(files > 100, "only {files} files were looked at");
}

fn opened<C>(tried: Tried<C>) -> bool {
    matches!(tried, Tried::Opened(_))
}

fn line_with<'a>(text: &'a str, canary: &str) -> &'a str {
    text.lines().find(|line| line.contains(canary)).unwrap_or_default()
}

fn scan(dir: &Path, canaries: &[String], files: &mut usize) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            scan(&entry.path(), canaries, files);
        } else if kind.is_file() {
            *files += 1;
            let bytes = fs::read(entry.path()).unwrap();
            let found = canaries.iter().find(|canary| contains(&bytes, canary.as_bytes()));
            assert_eq!(found, None, "in {}", entry.path().display());
        }
    }
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    let first = needle[0];
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == first);
    starts.into_iter().any(|(at, _)| bytes[at..].starts_with(needle))
}
