//! A data directory that 0.1.0 has written is opened and used by this version: what stands on disk keeps its names.

use crate::test_host::TestHost;
use postward_testclient::{Authenticator, HttpClient, ImapClient, SignInOutcome};
use serde_json::Value;

/// Three messages in INBOX, folders, flags and a keyword; a second factor and an app password.
const ADA: (&str, &str) = ("ada@example.org", "Ada correct horse 1");
const ADAS_KEY: &str = "LBCHPCVMFDCXFTOBLFAPKKZRR35PWZBK";
const ADAS_APP_PASSWORD: &str = "xbls ovkb fqjc wgpc";
/// Had another password before.
const BEN: (&str, &str) = ("ben@example.org", "Ben second horse 22");
const BENS_PREVIOUS_PASSWORD: &str = "Ben correct horse 1";
/// Has a recovery code.
const CY: &str = "cy@example.org";
const CYS_RECOVERY_CODE: &str = "VBKW-B7RN-X6B3-7VE3-HB4N-DMPW-MEUT";
/// Deleted, with two messages.
const GONE: (&str, &str) = ("gone@example.org", "Gone correct horse 1");
/// The owner of the host, with a second factor and ten backup codes.
const OWNER: (&str, &str) = ("owner@example.net", "Owner correct horse 1");
const BACKUP_CODES: [&str; 2] = ["SM3K-6SQN-2BU3", "X9SZ-M4RH-HNTC"];

async fn host_of_0_1_0() -> TestHost {
    TestHost::unpacked("data-directory-0.1.0.tar.gz").await
}

/// What the server says to a command, in lines; without the arrival of notices, which may be told at any time
/// (RFC 9051 §7.4.1).
async fn told(imap: &mut ImapClient, command: &str) -> Vec<String> {
    let said = String::from_utf8(imap.command(command).await.unwrap()).unwrap();
    let arrival = |line: &&str| line.ends_with(" EXISTS") || line.ends_with(" RECENT");
    said.lines().filter(|line| !arrival(line)).map(str::to_owned).collect()
}

async fn app(host: &TestHost, address: &str, password: &str) -> ImapClient {
    match ImapClient::sign_in(&host.plain("imap"), address, password).await.unwrap() {
        SignInOutcome::Opened(imap) => imap,
        SignInOutcome::Refused(words) => panic!("{address}: {words}"),
    }
}

/// The owner at the dashboard, who gives a backup code.
async fn owner(host: &TestHost, backup_code: &str) -> HttpClient {
    let mut browser = host.browser();
    let password =
        browser.post("/dashboard/sign-in", &[("email", OWNER.0), ("password", OWNER.1)]).await.unwrap();
    assert!(password.location().unwrap().starts_with("/dashboard/code"), "{}", password.summary());
    let code = browser.post("/dashboard/code", &[("code", backup_code)]).await.unwrap();
    assert_eq!(code.location(), Some("/dashboard/mailboxes"), "{}", code.summary());
    browser
}

#[tokio::test]
async fn mail_of_0_1_0_keeps_its_uids_flags_keywords_and_folders() {
    let host = host_of_0_1_0().await;
    let mut imap = app(&host, ADA.0, ADAS_APP_PASSWORD).await;
    assert_eq!(
        told(&mut imap, "LIST \"\" \"*\"").await,
        [
            r#"* LIST (\HasChildren \Archive) "." Archive"#,
            r#"* LIST (\HasNoChildren) "." Archive.2026"#,
            r#"* LIST (\HasNoChildren \Drafts) "." Drafts"#,
            r#"* LIST (\HasNoChildren) "." INBOX"#,
            r#"* LIST (\HasNoChildren \Junk) "." Junk"#,
            r#"* LIST (\HasNoChildren \Sent) "." Sent"#,
            r#"* LIST (\HasNoChildren) "." Stra&AN8-e"#,
            r#"* LIST (\HasNoChildren \Trash) "." Trash"#,
            r#"* LIST (\HasNoChildren) "." &AMQ-rger"#,
        ]
    );
    assert_eq!(
        told(&mut imap, "STATUS Archive.2026 (MESSAGES UIDNEXT UIDVALIDITY)").await,
        ["* STATUS Archive.2026 (MESSAGES 2 UIDNEXT 3 UIDVALIDITY 1795863897)"]
    );
    let selected = told(&mut imap, "SELECT INBOX").await;
    assert!(selected.iter().any(|line| line.starts_with("* OK [UIDVALIDITY 1795863896]")), "{selected:?}");
    assert_eq!(
        told(&mut imap, "UID FETCH 1:4 (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])").await,
        [
            r"* 1 FETCH (UID 1 FLAGS (\Flagged \Seen $Label1) BODY[HEADER.FIELDS (SUBJECT)] {22}",
            "Subject: Message 1",
            "",
            ")",
            r"* 2 FETCH (UID 2 FLAGS (\Answered) BODY[HEADER.FIELDS (SUBJECT)] {22}",
            "Subject: Message 2",
            "",
            ")",
            r"* 3 FETCH (UID 3 FLAGS () BODY[HEADER.FIELDS (SUBJECT)] {22}",
            "Subject: Message 3",
            "",
            ")",
        ]
    );
    // Notices that were still in the outbox are delivered now: they come behind everything that was there.
    imap.append("INBOX", b"Subject: Message 8\r\n\r\n8\r\n").await.unwrap();
    let found = told(&mut imap, "UID SEARCH UID 1:* SUBJECT \"Message 8\"").await;
    let found = found.iter().find_map(|line| line.strip_prefix("* SEARCH ")).unwrap();
    assert!(found.parse::<u32>().unwrap() >= 5, "a UID is never given twice: {found}");
}

#[tokio::test]
async fn credentials_of_0_1_0_open_what_they_opened() {
    let host = host_of_0_1_0().await;
    let authenticator = Authenticator::of(ADAS_KEY).unwrap();
    for (address, password, expected) in [
        (ADA.0, ADA.1.to_owned(), false),
        (ADA.0, format!("{}{}", ADA.1, authenticator.next_code().await.unwrap()), true),
        (BEN.0, BEN.1.to_owned(), true),
        (BEN.0, BENS_PREVIOUS_PASSWORD.to_owned(), false),
        (GONE.0, GONE.1.to_owned(), false),
    ] {
        let tried = ImapClient::sign_in(&host.plain("imap"), address, &password).await.unwrap();
        assert_eq!(matches!(tried, SignInOutcome::Opened(_)), expected, "{address}");
    }
    let mut ben = host.signed_in("/webmail", BEN.0, BEN.1).await;
    assert!(ben.get("/webmail/folder/INBOX").await.unwrap().text().contains("Message 7"));

    let mut browser = owner(&host, BACKUP_CODES[0]).await;
    let account = browser.get("/dashboard/account").await.unwrap().text();
    assert!(account.contains("9 backup codes"), "{account}");
    let again = host.browser().sign_in("/dashboard", OWNER.0, OWNER.1).await.unwrap();
    assert!(matches!(again, SignInOutcome::Refused(_)), "the second factor is still asked for");
}

#[tokio::test]
async fn a_recovery_code_of_0_1_0_sets_a_password_once() {
    let host = host_of_0_1_0().await;
    const NEW: &str = "Cy second horse 22";
    let fields = [
        ("by", "code"),
        ("address", CY),
        ("recovery_code", CYS_RECOVERY_CODE),
        ("password", NEW),
        ("password_again", NEW),
    ];
    let mut browser = host.browser();
    let page = "/webmail/password-reset";
    let set = browser.fill(&format!("{page}?by=code"), page, &fields).await.unwrap();
    assert!(set.leads_to_sign_in(), "{}", set.summary());
    app(&host, CY, NEW).await;
    let spent = host.browser().fill(&format!("{page}?by=code"), page, &fields).await.unwrap();
    assert!(!spent.leads_to_sign_in(), "a recovery code works once");
}

#[tokio::test]
async fn a_mailbox_deleted_under_0_1_0_is_restored_with_its_mail() {
    let host = host_of_0_1_0().await;
    let mut browser = owner(&host, BACKUP_CODES[1]).await;
    let page = browser.get("/dashboard/mailboxes/deleted").await.unwrap();
    let action = page.body.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let action = action.filter(|action| action.ends_with("/restore")).map(str::to_owned).next().unwrap();
    let restored = browser.fill("/dashboard/mailboxes/deleted", &action, &[]).await.unwrap();
    assert_eq!(restored.status, 303, "{}", restored.summary());
    let mut imap = app(&host, GONE.0, GONE.1).await;
    told(&mut imap, "SELECT INBOX").await;
    let fetched = told(&mut imap, "UID FETCH 1:* (FLAGS)").await;
    assert_eq!(fetched, [r"* 1 FETCH (UID 1 FLAGS (\Seen))", r"* 2 FETCH (UID 2 FLAGS ())"]);
}

#[tokio::test]
async fn the_audit_of_0_1_0_reads_as_it_was_written() {
    let host = host_of_0_1_0().await;
    let output = host.command(&["audit", "--json"], "").await;
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let events: Vec<_> = rows.iter().map(|row| row["event"].as_str().unwrap()).collect();
    let mut kinds: Vec<_> = events.clone();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "account-added",
            "app-password-added",
            "domain-added",
            "mailbox-added",
            "mailbox-deleted",
            "password-reset",
            "recovery-code-issued",
            "second-factor-on",
            "staff-added",
        ]
    );
    assert_eq!(events.len(), 13, "{events:?}");
}
