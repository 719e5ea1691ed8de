//! A small host in a fresh store: what every test begins with.

use postward_authority::{
    AccountKind, Actor, Authority, Database, EndReason, Hashing, LinkError, LinkKind, MailboxId, NewStaff,
    Origin, Receipt, Request, Role, SessionGuard, Settings, SignedIn, StaffSession, Surface, ThrottleLimits,
    Timestamp, Token,
};
use postward_wire::{Address, Attempt, Refusal, Secret};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tempfile::TempDir;

/// The name of the key file.
const KEYS: &str = "postward.keys";
pub(crate) const OLD: &str = "Old horse battery 1";
pub(crate) const NEW: &str = "New horse battery 2";

/// A host with two customers, each with a domain, a mailbox and an owner.
pub(crate) struct TestHost {
    pub(crate) authority: Authority,
    pub(crate) operator: Actor,
    pub(crate) database: Database,
    pub(crate) ada: MailboxId,
    pub(crate) bob: MailboxId,
    /// Letters that were handed out, with their links.
    post: Mutex<Vec<(String, LinkKind, Token)>>,
    dir: TempDir,
}

/// Runs a test on SQLite, and on PostgreSQL where the test command has started one (`./test` always has).
pub(crate) fn on_both<F: Future<Output = ()>>(test: impl Fn(TestHost) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(dir.path().join("postward.db"));
        test(TestHost::build(database, dir).await).await;
        match std::env::var("POSTWARD_TEST_PG") {
            Ok(url) => {
                let dir = tempfile::tempdir().unwrap();
                test(TestHost::build(fresh_postgres(&url).await, dir).await).await;
            }
            Err(_) => assert!(std::env::var("CI").is_err(), "CI runs every test on PostgreSQL too"),
        }
    });
}

async fn fresh_postgres(url: &str) -> Database {
    let name = format!("t{:016x}", rand::random::<u64>());
    let mut admin = PgConnection::connect(url).await.unwrap();
    admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let (server, parameters) = url.split_once('?').unwrap_or((url, ""));
    let server = server.trim_end_matches('/');
    let base = match server.matches('/').count() {
        2 => server,
        _ => server.rsplit_once('/').unwrap().0,
    };
    Database::Postgres(format!("{base}/{name}?{parameters}"))
}

/// Settings under which a hash costs microseconds and a refusal does not wait.
pub(crate) fn settings(database: Database, keys: &Path) -> Settings {
    Settings {
        hashing: Hashing { memory_kib: 64, passes: 1, ..Hashing::default() },
        throttle: ThrottleLimits {
            refusal_after: Duration::ZERO,
            under_attack_wait: Duration::ZERO,
            ..ThrottleLimits::default()
        },
        ..Settings::on(database, keys.to_owned())
    }
}

impl TestHost {
    async fn build(database: Database, dir: TempDir) -> Self {
        let authority =
            Authority::open(settings(database.clone(), &dir.path().join(KEYS)), at(0)).await.unwrap();
        let operator = authority.operator(at(0)).await.unwrap();
        let mut mailboxes = Vec::new();
        for (customer, domain, name) in [("North", "north.example", "ada"), ("South", "south.example", "bob")]
        {
            let account =
                authority.add_account(&operator, None, AccountKind::Customer, customer, at(0)).await.unwrap();
            authority.add_domain(&operator, account, domain, at(0)).await.unwrap();
            let address = address(&format!("{name}@{domain}"));
            mailboxes.push(authority.add_mailbox(&operator, &address, secret(OLD), at(0)).await.unwrap());
            for (person, role) in [("owner", Role::Owner), ("reader", Role::ReadOnly)] {
                let email = self::address(&format!("{person}@{domain}"));
                let new = NewStaff { account, email: &email, role, domains: None, password: secret(OLD) };
                authority.add_staff(&operator, new, at(0)).await.unwrap();
            }
        }
        let [ada, bob] = mailboxes[..] else { unreachable!("two customers were made") };
        Self { authority, operator, database, ada, bob, post: Mutex::default(), dir }
    }

    /// The settings it was opened with, for a node or a process of its own.
    pub(crate) fn settings(&self) -> Settings {
        settings(self.database.clone(), &self.key_file())
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.dir.path().join(KEYS)
    }

    /// Why ada's tries were refused, as its activity tells once it is written.
    pub(crate) async fn causes(&self) -> Vec<String> {
        let mut seen = Vec::new();
        // Former passwords are looked at when nobody waits.
        for _ in 0..50 {
            let tries = self.authority.refused_attempts(&self.operator, self.ada, 100).await.unwrap();
            let now: Vec<_> = tries.into_iter().map(|refused| refused.cause.to_string()).collect();
            if !now.is_empty() && now == seen {
                break;
            }
            seen = now;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        seen
    }

    /// Whether something becomes so once connections that were let go are closed in the store.
    pub(crate) async fn closed(&self, so: impl AsyncFn() -> bool) -> bool {
        for _ in 0..1_500 {
            if so().await {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// The link in the newest letter to somebody, as the mailer writes it. Letters are handed out when they are due.
    pub(crate) async fn mailed(&self, recipient: &str, kind: LinkKind, second: i64) -> Token {
        // It is written apart from the answer; a busy machine takes its time.
        for _ in 0..3_000 {
            for letter in self.authority.letters_due(at(second), 100).await.unwrap() {
                let link = self.authority.link_of(&letter, at(second)).await.unwrap();
                self.authority.letter_sent(letter.id, at(second)).await.unwrap();
                if let Some((kind, token)) = link {
                    self.post.lock().unwrap().push((letter.recipient, kind, token));
                }
            }
            if let Some(token) = self.take_post(recipient, kind) {
                return token;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no letter to {recipient} with a link of the kind {kind:?}");
    }

    fn take_post(&self, recipient: &str, kind: LinkKind) -> Option<Token> {
        let mut post = self.post.lock().unwrap();
        let newest = post.iter().rposition(|(to, of, _)| to == recipient && *of == kind)?;
        Some(post.remove(newest).2)
    }

    /// To whom letters of a kind were written.
    pub(crate) async fn letters(&self, notice: &str) -> Vec<String> {
        let sql = "SELECT recipient FROM outbox WHERE notice = $1 ORDER BY at, recipient";
        let rows: Vec<(String,)> = match &self.database {
            Database::Sqlite(path) => {
                let mut store =
                    SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
                sqlx::query_as(sql).bind(notice).fetch_all(&mut store).await.unwrap()
            }
            Database::Postgres(url) => {
                let mut store = PgConnection::connect(url).await.unwrap();
                sqlx::query_as(sql).bind(notice).fetch_all(&mut store).await.unwrap()
            }
        };
        rows.into_iter().map(|(recipient,)| recipient).collect()
    }

    /// Signs a mailbox in at a mail protocol, from its own home network.
    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Result<SessionGuard, Refusal> {
        self.authority
            .sign_in(attempt(name, password), &request(&from("192.0.2.1", Surface::Imap), at(1)))
            .await
    }

    /// Signs the owner of a customer in at the dashboard.
    pub(crate) async fn staff(&self, email: &str) -> StaffSession {
        let origin = from("192.0.2.9", Surface::Dashboard);
        let signed_in = self.authority.sign_in_staff(attempt(email, OLD), &request(&origin, at(1))).await;
        let SignedIn::Session(_, session) = signed_in.unwrap() else { panic!("a code is owed") };
        session
    }
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub(crate) fn attempt(authcid: &str, password: &str) -> Attempt {
    Attempt { authcid: authcid.to_owned(), secret: secret(password) }
}

/// Sets a password through a link as a page does: it is opened, then used.
pub(crate) async fn reset_by_link(
    authority: &Authority,
    kind: LinkKind,
    token: &Token,
    code: Option<Secret>,
    new: Secret,
    request: &Request,
) -> Result<Receipt, LinkError> {
    match authority.open_link(token, kind, request.now).await? {
        Some(link) => authority.reset_by_link(link, code, new, request).await,
        None => Err(LinkError::Over),
    }
}

/// What somebody asks for from somewhere, at a moment.
pub(crate) fn request(origin: &Origin, now: Timestamp) -> Request {
    Request::new(origin.clone(), now)
}

pub(crate) fn from(ip: &str, surface: Surface) -> Origin {
    Origin::new(ip.parse().unwrap(), surface)
}

/// Serves a session as a gate would: until it is ended, then says so, then lets go.
pub(crate) fn serve(guard: SessionGuard) -> Served {
    let over = Arc::new(OnceLock::new());
    let said = over.clone();
    tokio::spawn(async move {
        said.set(guard.ended().await).unwrap();
        drop(guard);
    });
    Served(over)
}

/// A session somebody serves.
pub(crate) struct Served(Arc<OnceLock<EndReason>>);

impl Served {
    /// Why it is over, if it is.
    pub(crate) fn over(&self) -> Option<EndReason> {
        self.0.get().copied()
    }
}

/// The session of a sign-in that asks for no code.
pub(crate) fn whole<S>(signed_in: Result<SignedIn<S>, Refusal>) -> (Token, S) {
    match signed_in.unwrap() {
        SignedIn::Session(token, session) => (token, session),
        SignedIn::CodeOwed(_) => panic!("a code is owed"),
    }
}

/// The token of a browser that owes a code.
pub(crate) fn owed<S>(signed_in: Result<SignedIn<S>, Refusal>) -> Token {
    match signed_in.unwrap() {
        SignedIn::Session(..) => panic!("no code was asked for"),
        SignedIn::CodeOwed(token) => token,
    }
}
