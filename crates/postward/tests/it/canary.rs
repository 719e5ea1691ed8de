//! Invariant 9: nothing secret is ever written anywhere, whatever happens to it, but where it is shown once.

use crate::leak_scanner::{LeakScanner, Place, ScannedClient, files};
use crate::test_host::TestHost;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use jiff::SignedDuration;
use postward_authority::{Authority, Database, Settings, Timestamp};
use postward_testclient::{Authenticator, ImapClient, Page, Pop3Client, SignInOutcome, SmtpClient};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const FIRST: &str = "Canary-Yellow-Feather-1";
const SECOND: &str = "Canary-Yellow-Feather-2";
const WRONG: &str = "Canary-Wrong-Feather-3";
const OWNERS: &str = "Canary-Owner-Feather-4";

#[tokio::test]
async fn no_password_is_found_on_disk_or_in_the_log() {
    let mut host = TestHost::start_with(&[("RUST_LOG", "trace")]).await;
    let (address, password) = host.mailbox(0);
    host.passwd(&address, FIRST).await;
    for tried in [FIRST, WRONG] {
        let right = tried == FIRST;
        assert_eq!(opened(ImapClient::sign_in(&host.plain("imap"), &address, tried).await.unwrap()), right);
        assert_eq!(opened(Pop3Client::sign_in(&host.plain("pop3"), &address, tried).await.unwrap()), right);
        assert_eq!(opened(SmtpClient::sign_in(&host.plain("smtp"), &address, tried).await.unwrap()), right);
        assert_eq!(opened(host.browser().sign_in("/webmail", &address, tried).await.unwrap()), right);
        assert_eq!(opened(host.browser().sign_in("/panel", &address, tried).await.unwrap()), right);
        assert!(!opened(host.browser().sign_in("/dashboard", &address, tried).await.unwrap()));
    }
    // Commands nobody understands, with a password in them.
    let mut imap = ImapClient::connect(&host.plain("imap")).await.unwrap();
    imap.ask(&format!("LOGIM {address} {WRONG}")).await.unwrap();
    imap.ask(&format!("LOGIN {address} \"{WRONG}")).await.unwrap();
    let mut pop3 = Pop3Client::connect(&host.plain("pop3")).await.unwrap();
    pop3.ask(&format!("PASS {WRONG}")).await.unwrap();
    let mut smtp = SmtpClient::connect(&host.plain("smtp")).await.unwrap();
    smtp.ask(&format!("AUTH PLAIN {}!", BASE64_STANDARD.encode(WRONG))).await.unwrap();

    let mut panel = host.signed_in("/panel", &address, FIRST).await;
    let form = panel.get("/panel/password").await.unwrap().form("/panel/password").unwrap();
    let csrf = form.value("csrf").unwrap().to_owned();
    let differing = [("csrf", csrf.as_str()), ("password", SECOND), ("password_again", WRONG)];
    let page = panel.post("/panel/password", &differing).await.unwrap();
    assert_eq!(page.status, 422, "{}", page.summary());
    assert!(!page.body.contains("Canary-"), "a page that repeats a password");
    let right = [("csrf", csrf.as_str()), ("password", SECOND), ("password_again", SECOND)];
    assert_eq!(panel.post("/panel/password", &right).await.unwrap().status, 303);
    assert!(host.opens(&address, SECOND).await);
    host.command(&["account", "add", "Canaries", "--owner", "owner@canaries.example"], OWNERS).await;
    host.stop().await;

    let scanner = LeakScanner::default();
    for text in [FIRST, SECOND, WRONG, OWNERS, password.as_str()] {
        scanner.password(&address, text);
    }
    let log = host.log();
    assert!(!log.is_empty(), "at this level something is logged");
    scanner.assert_log_is_clean(&log);
    let files = scanner.assert_files_are_clean(&host.dir(), &BTreeSet::new());
    assert!(files > 100, "only {files} files were looked at");
}

fn opened<C>(tried: SignInOutcome<C>) -> bool {
    matches!(tried, SignInOutcome::Opened(_))
}

/// How long a letter may take to lie where it belongs.
const TIMEOUT: Duration = Duration::from_secs(30);
const RESET: &str = "/webmail/password-reset";
const VERIFY: &str = "/webmail/recovery-email/verify";
const NOT_ME: &str = "/webmail/not-me";
const STAFF_RESET: &str = "/dashboard/password-reset/link";

/// The mailboxes that take part: the owner, the one her links are mailed to, and somebody who is staff as well.
const MAYA: usize = 0;
const TOMAS: usize = 1;
const ROSA: usize = 10;

#[tokio::test]
async fn no_secret_of_the_second_factor_or_a_way_back_is_found_but_where_it_is_shown_once() {
    let mut scanned = ScannedHost::open().await;
    let (maya, _) = scanned.host.mailbox(MAYA);
    scanned.key_file();
    scanned.owner_sets_up().await;
    scanned.owner_comes_back_by_code().await;
    scanned.key_file_is_rotated().await;
    scanned.owner_comes_back_by_mail().await;
    scanned.owner_says_it_was_not_them().await;
    scanned.staff_set_up_and_come_back().await;
    for arguments in [
        vec!["audit", "--limit", "500", "--json"],
        vec!["audit", &maya, "--limit", "500"],
        vec!["mailbox", "sessions", &maya],
        vec!["mailbox", "list", "--json"],
        vec!["check"],
    ] {
        scanned.command(&arguments, "").await;
    }
    scanned.letters_of([MAYA, TOMAS, ROSA]);
    assert!(scanned.host.log().contains(" DEBUG "), "at this level something is logged");

    // While it runs, for what stands beside the database then; and after it, for what it leaves.
    let ScannedHost { host, scanner, old, .. } = &mut scanned;
    scanner.assert_files_are_clean(&host.dir(), old);
    host.stop().await;
    for token in undelivered(host).await {
        scanner.token(&token, None);
    }
    scanner.assert_log_is_clean(&host.log());
    let files = scanner.assert_files_are_clean(&host.dir(), old);
    assert!(files > 100, "only {files} files were looked at");
    scanner.assert_answers_are_clean();
}

/// A host at its most talkative, and whoever watches it.
struct ScannedHost {
    host: TestHost,
    scanner: LeakScanner,
    /// The files that were there before anything happened.
    old: BTreeSet<PathBuf>,
    /// Maya's password of the hour.
    password: String,
}

impl ScannedHost {
    async fn open() -> Self {
        let host = TestHost::start_with(&[("RUST_LOG", "trace")]).await;
        let mut old = files(&host.dir());
        old.retain(|file| file.starts_with(host.dir().join("mail")));
        let password = host.mailbox(MAYA).1;
        let this = Self { host, scanner: LeakScanner::default(), old, password: String::new() };
        this.set_password(password)
    }

    fn set_password(mut self, password: String) -> Self {
        self.know_password(password);
        self
    }

    fn know_password(&mut self, password: String) {
        self.scanner.password(&self.host.mailbox(MAYA).0, &password);
        self.password = password;
    }

    fn browser(&self) -> ScannedClient {
        ScannedClient::new(self.host.browser(), &self.scanner)
    }

    async fn command(&self, arguments: &[&str], stdin: &str) -> String {
        let output = self.host.command(arguments, stdin).await;
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        let said = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&said).into_owned();
        self.scanner.record_answer(format!("postward {}", arguments.join(" ")), said);
        text
    }

    /// The next code of an authenticator, which nobody may write down.
    async fn code(&self, authenticator: &Authenticator) -> String {
        let code = authenticator.next_code().await.unwrap();
        self.scanner.code(&code);
        code
    }

    fn authenticator(&self, begun: &Page) -> Authenticator {
        let typed = begun.shown("typed-key").unwrap();
        self.scanner.seed(&typed);
        Authenticator::of(&typed).unwrap()
    }

    fn once(&self, what: &str, page: &Page, id: &str) -> String {
        let text = page.shown(id).unwrap();
        self.scanner.text(what, Place::OneAnswer, &text);
        text
    }

    /// Every key of the file.
    fn key_file(&self) {
        let text = fs::read_to_string(self.host.dir().join("postward.keys")).unwrap();
        let keys = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        for key in keys {
            let (_, key) = key.split_once(' ').unwrap();
            self.scanner.bytes("a key", Place::KeyFile, key, &BASE64_STANDARD_NO_PAD.decode(key).unwrap());
        }
    }

    async fn key_file_is_rotated(&self) {
        self.command(&["keys", "rotate"], "").await;
        self.key_file();
    }

    fn maildir(&self, mailbox: usize) -> PathBuf {
        let (address, _) = self.host.mailbox(mailbox);
        let (local, domain) = address.split_once('@').unwrap();
        self.host.dir().join("mail").join(domain).join(local).join("Maildir")
    }

    /// The tokens in the letters of a mailbox that lead to a page.
    fn tokens(&self, mailbox: usize, path: &str) -> BTreeSet<String> {
        let link = format!("{path}?token=");
        let new = files(&self.maildir(mailbox));
        let texts = new.difference(&self.old).filter_map(|file| {
            let message = mail_parser::MessageParser::default().parse(&fs::read(file).ok()?)?.into_owned();
            message.body_text(0).map(|text| text.into_owned())
        });
        let tokens = texts.filter_map(|text| {
            let (_, rest) = text.split_once(&link)?;
            rest.split_whitespace().next().map(str::to_owned)
        });
        tokens.collect()
    }

    /// The token of a letter that comes in and was not seen before.
    async fn mailed(&self, mailbox: usize, path: &str) -> String {
        let until = Instant::now() + TIMEOUT;
        loop {
            let new = self.tokens(mailbox, path).into_iter().find(|token| !self.scanner.knows(token));
            if let Some(token) = new {
                self.scanner.token(&token, Some(self.maildir(mailbox)));
                return token;
            }
            assert!(Instant::now() < until, "no letter leads to {path}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Makes every link known that was mailed, whether somebody has followed it or not.
    fn letters_of(&self, mailboxes: [usize; 3]) {
        for mailbox in mailboxes {
            for path in [&format!("{RESET}/link"), VERIFY, NOT_ME, STAFF_RESET] {
                for token in self.tokens(mailbox, path) {
                    self.scanner.token(&token, Some(self.maildir(mailbox)));
                }
            }
        }
    }

    async fn owner_sets_up(&mut self) {
        let (maya, password) = (self.host.mailbox(MAYA).0, self.password.clone());
        let mut panel = self.browser();
        panel.post("/panel/sign-in", &[("address", &maya), ("password", &password)]).await;
        let page = "/panel/two-factor";
        self.authenticator(&panel.fill(page, "/panel/two-factor/begin", &[]).await);
        let authenticator = self.authenticator(&panel.fill(page, "/panel/two-factor/begin", &[]).await);
        let wrong = panel.fill(page, "/panel/two-factor/on", &[("code", "12345")]).await;
        assert_eq!(wrong.status, 422);
        let code = self.code(&authenticator).await;
        let on = panel.fill(page, "/panel/two-factor/on", &[("code", &code)]).await;
        assert_eq!(on.status, 303, "{}", on.summary());

        // At a mail port the code stands behind the password; there it is good once.
        let both = format!("{password}{}", self.code(&authenticator).await);
        self.scanner.password(&maya, &both);
        let imap = self.host.plain("imap");
        assert!(opened(ImapClient::sign_in(&imap, &maya, &both).await.unwrap()));
        assert!(!opened(ImapClient::sign_in(&imap, &maya, &both).await.unwrap()));
        assert!(!opened(Pop3Client::sign_in(&self.host.plain("pop3"), &maya, &both).await.unwrap()));

        let mut webmail = self.browser();
        let sign_in = [("address", maya.as_str()), ("password", password.as_str())];
        let owed = webmail.post("/webmail/sign-in", &sign_in).await;
        assert!(owed.location().unwrap().starts_with("/webmail/code"));
        assert_eq!(webmail.fill("/webmail/code", "/webmail/code", &[("code", &code)]).await.status, 403);
        let code = self.code(&authenticator).await;
        let signed_in = webmail.fill("/webmail/code", "/webmail/code", &[("code", &code)]).await;
        assert_eq!(signed_in.location(), Some("/webmail"), "{}", signed_in.summary());
        self.app_passwords(&mut webmail).await;

        let (email, page) = (self.host.mailbox(TOMAS).0, "/webmail/account/recovery/email");
        assert_eq!(webmail.fill(page, page, &[("address", &email)]).await.status, 303);
        let token = self.mailed(TOMAS, VERIFY).await;
        let verified = self.browser().fill(&format!("{VERIFY}?token={token}"), VERIFY, &[]).await;
        assert_eq!(verified.status, 200, "{}", verified.summary());
        let again = self.browser().post(VERIFY, &[("token", &token)]).await;
        assert_eq!(again.status, 410);

        webmail.fill("/webmail/account", "/webmail/user-settings", &[]).await;
        for page in ["", "/two-factor", "/app-passwords", "/recovery", "/sessions"] {
            assert_eq!(webmail.get(&format!("/panel{page}")).await.status, 200, "{page}");
            assert_eq!(webmail.get(&format!("/webmail/account{page}")).await.status, 200, "{page}");
        }
    }

    async fn app_passwords(&self, webmail: &mut ScannedClient) {
        let (maya, page) = (self.host.mailbox(MAYA).0, "/webmail/account/app-passwords");
        let added = webmail.fill(page, page, &[("name", "Authenticator")]).await;
        let first = self.once("an app password", &added, "letters");
        let list = webmail.get(page).await;
        let mut links = list.body.split("href=\"").filter_map(|rest| rest.split('"').next());
        let rotate = links.find(|link| link.ends_with("/rotate")).unwrap().to_owned();
        let rotated = webmail.fill(&rotate, &rotate, &[]).await;
        let second = self.once("a rotated app password", &rotated, "letters");
        for (letters, right) in [(&first, false), (&second, true)] {
            for typed in [letters.clone(), letters.replace(' ', ""), letters.to_uppercase()] {
                self.scanner.sasl(&maya, &typed);
                let (imap, pop3, smtp) =
                    (self.host.plain("imap"), self.host.plain("pop3"), self.host.plain("smtp"));
                assert_eq!(opened(ImapClient::sign_in(&imap, &maya, &typed).await.unwrap()), right);
                assert_eq!(opened(Pop3Client::sign_in(&pop3, &maya, &typed).await.unwrap()), right);
                assert_eq!(opened(SmtpClient::sign_in(&smtp, &maya, &typed).await.unwrap()), right);
                let sign_in = [("address", maya.as_str()), ("password", typed.as_str())];
                let refused = self.browser().post("/webmail/sign-in", &sign_in).await;
                assert_eq!(refused.status, 403, "{}", refused.summary());
            }
            // Commands nobody understands, with an app password in them.
            let mut imap = ImapClient::connect(&self.host.plain("imap")).await.unwrap();
            imap.ask(&format!("LOGIM {maya} \"{letters}\"")).await.unwrap();
            let mut pop3 = Pop3Client::connect(&self.host.plain("pop3")).await.unwrap();
            pop3.ask(&format!("PASS {letters}")).await.unwrap();
        }
    }

    /// From the owner's page, the dashboard and the command line: each code ends the one before.
    async fn owner_comes_back_by_code(&mut self) {
        let (maya, _) = self.host.mailbox(MAYA);
        let mut rosa = self.staff(ROSA_FIRST).await;
        let list = rosa.get(&format!("/dashboard/mailboxes?q={maya}")).await;
        let settings = list.link_beside(&format!(">{maya}<"), "/dashboard/mailboxes/").unwrap();
        let page = format!("{settings}/recovery-code");
        let of_staff = self.once("a recovery code", &rosa.fill(&page, &page, &[]).await, "once-code");
        for page in ["/security", "/sessions", "/recovery-code"] {
            assert_eq!(rosa.get(&format!("{settings}{page}")).await.status, 200);
        }
        assert_eq!(rosa.get("/dashboard/audit").await.status, 200);
        let said = self.command(&["mailbox", "recovery-code", &maya, "--json"], "").await;
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        let of_operator = said["recovery_code"].as_str().unwrap().to_owned();
        self.scanner.text("a recovery code", Place::OneAnswer, &of_operator);

        let set = async |code: &str, password: &str| {
            let fields = [
                ("by", "code"),
                ("address", maya.as_str()),
                ("recovery_code", code),
                ("password", password),
                ("password_again", password),
            ];
            self.browser().post(RESET, &fields).await.status
        };
        self.scanner.password(&maya, SECOND);
        assert_eq!(set(&of_staff, SECOND).await, 403);
        assert_eq!(set(&of_operator, "short").await, 422);
        assert_eq!(set(&of_operator.to_lowercase().replace('-', " "), SECOND).await, 303);
        assert_eq!(set(&of_operator, SECOND).await, 403);
        self.know_password(SECOND.to_owned());

        let mut panel = self.browser();
        panel.post("/panel/sign-in", &[("address", &maya), ("password", SECOND)]).await;
        let page = "/panel/recovery/code";
        self.once("a recovery code", &panel.fill(page, page, &[]).await, "code");
    }

    async fn owner_comes_back_by_mail(&mut self) {
        let (maya, _) = self.host.mailbox(MAYA);
        let mut panel = self.browser();
        panel.post("/panel/sign-in", &[("address", &maya), ("password", SECOND)]).await;
        let (page, on) = ("/panel/two-factor", "/panel/two-factor/on");
        let authenticator = self.authenticator(&panel.fill(page, "/panel/two-factor/begin", &[]).await);
        let code = self.code(&authenticator).await;
        assert_eq!(panel.fill(page, on, &[("code", &code)]).await.status, 303);
        // Another authenticator, for a code of this one.
        let (replace, code) = ("/panel/two-factor/replace", self.code(&authenticator).await);
        let authenticator = self.authenticator(&panel.fill(replace, replace, &[("code", &code)]).await);
        let code = self.code(&authenticator).await;
        assert_eq!(panel.fill(page, on, &[("code", &code)]).await.status, 303);

        self.browser().post(RESET, &[("by", "mail"), ("address", &maya)]).await;
        let action = format!("{RESET}/link");
        let token = self.mailed(TOMAS, &action).await;
        let link = format!("{action}?token={token}");
        let code = self.code(&authenticator).await;
        self.scanner.password(&maya, FIRST);
        let set = async |again: &str, code: &str| {
            let fields = [("password", FIRST), ("password_again", again), ("code", code)];
            self.browser().fill(&link, &action, &fields).await
        };
        assert_eq!(set(WRONG, &code).await.status, 422);
        assert_eq!(set(FIRST, "").await.status, 422);
        assert_eq!(set(FIRST, "12345").await.status, 403);
        assert_eq!(set(FIRST, &code).await.status, 303);
        assert_eq!(self.browser().get(&link).await.status, 410);
        self.know_password(FIRST.to_owned());
    }

    async fn owner_says_it_was_not_them(&self) {
        let token = self.mailed(MAYA, NOT_ME).await;
        let done = self.browser().fill(&format!("{NOT_ME}?token={token}"), NOT_ME, &[]).await;
        assert!(done.status == 200 && done.text().contains("Everybody is signed out"), "{}", done.text());
        assert_eq!(self.browser().get(&format!("{NOT_ME}?token={token}")).await.status, 410);
        // Where it opens nothing it is not repeated either.
        for path in [VERIFY, "/webmail/password-reset/link", STAFF_RESET] {
            assert_eq!(self.browser().get(&format!("{path}?token={token}")).await.status, 410);
        }
    }

    async fn staff(&self, password: &str) -> ScannedClient {
        let mut staff = self.browser();
        let (email, _) = self.host.mailbox(ROSA);
        self.scanner.password(&email, password);
        staff.post("/dashboard/sign-in", &[("email", &email), ("password", password)]).await;
        staff
    }

    async fn staff_set_up_and_come_back(&self) {
        let (email, page) = (self.host.mailbox(ROSA).0, "/dashboard/account");
        let mut rosa = self.staff(ROSA_FIRST).await;
        let authenticator = self.authenticator(&rosa.fill(page, "/dashboard/account/two-factor", &[]).await);
        let code = self.code(&authenticator).await;
        let on = rosa.fill(page, "/dashboard/account/two-factor/on", &[("code", &code)]).await;
        self.backup_codes(&on);
        let codes = self.backup_codes(&rosa.fill(page, "/dashboard/account/backup-codes", &[]).await);
        for page in [page, "/dashboard/mailboxes", "/dashboard/audit"] {
            assert_eq!(rosa.get(page).await.status, 200);
        }
        let finish = async |code: &str| {
            let mut rosa = self.staff(ROSA_FIRST).await;
            rosa.fill("/dashboard/code", "/dashboard/code", &[("code", code)]).await.status
        };
        assert_eq!(finish(&codes[0].to_lowercase()).await, 303);
        assert_eq!(finish(&codes[0]).await, 403);
        assert_eq!(finish(&self.code(&authenticator).await).await, 303);

        self.browser().post("/dashboard/password-reset", &[("email", &email)]).await;
        let token = self.mailed(ROSA, STAFF_RESET).await;
        self.scanner.password(&email, OWNERS);
        let mut link = self.browser();
        let fields = [("password", OWNERS), ("password_again", OWNERS), ("code", codes[1].as_str())];
        let set = link.fill(&format!("{STAFF_RESET}?token={token}"), STAFF_RESET, &fields).await;
        assert_eq!(set.status, 303, "{}", set.summary());
        // Where no letter can go it waits, with a link in it.
        let (ingrid, _) = self.host.owner();
        self.browser().post("/dashboard/password-reset", &[("email", &ingrid)]).await;
    }

    fn backup_codes(&self, page: &Page) -> Vec<String> {
        let codes: Vec<_> = page.shown("backup-codes").unwrap().lines().map(str::to_owned).collect();
        for code in &codes {
            self.scanner.text("a backup code", Place::OneAnswer, code);
        }
        assert_eq!(codes.len(), 10);
        codes
    }
}

/// The password of Rosa at the dashboard.
const ROSA_FIRST: &str = "Saffron-Ladder-28";

/// The tokens of the links whose letters are not out, on a host that does not run.
async fn undelivered(host: &TestHost) -> Vec<String> {
    let database = Database::Sqlite(host.dir().join("postward.db"));
    let settings =
        Settings { node: "node-1".to_owned(), ..Settings::on(database, host.dir().join("postward.keys")) };
    let now = Timestamp::now();
    let authority = Authority::open(settings, now).await.unwrap();
    let mut tokens = Vec::new();
    // When its next try is due, and its link still good.
    let soon = now + SignedDuration::from_mins(30);
    for letter in authority.letters_due(soon, 1_000).await.unwrap() {
        let link = authority.link_of(&letter, now).await.unwrap();
        tokens.extend(link.map(|(_, token)| token.expose().to_owned()));
    }
    authority.shut_down().await;
    assert!(!tokens.is_empty(), "no letter waits");
    tokens
}
