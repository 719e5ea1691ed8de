//! A small mail host: two customers side by side, a mailbox each.

use crate::browser::Browser;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use postward_authority::{
    AccountKind, Actor, Authority, Database, EndReason, Hashing, MailboxId, NewStaff, Origin, Request, Role,
    SessionGuard, Settings, Surface, ThrottleLimits, Timestamp,
};
use postward_web::{ImapConnection, MailEngine, PublicUrl, Site, TrustedProxies, router};
use postward_wire::{Address, Attempt, Secret};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub(crate) const OLD: &str = "Ancient-Lighthouse-7";
pub(crate) const NEW: &str = "Fresh-Harbour-Breeze-9";
pub(crate) const STAFF: &str = "Quiet-Office-Corner-3";

/// A host that lives as long as its directory.
pub(crate) struct TestHost {
    pub(crate) authority: Authority,
    pub(crate) engine: Arc<SilentEngine>,
    pub(crate) router: axum::Router,
    pub(crate) operator: Actor,
    pub(crate) ada: MailboxId,
    pub(crate) eve: MailboxId,
    _dir: tempfile::TempDir,
    /// Links in letters that were read and not followed yet.
    pub(crate) post: std::sync::Mutex<Vec<(postward_authority::LinkKind, String)>>,
}

impl TestHost {
    /// `ada@birch.example` belongs to Birch, whose owner is `owner@birch.example` and whose read-only eye is
    /// `eye@birch.example`; `eve@cedar.example` belongs to Cedar, whose owner is `owner@cedar.example`.
    pub(crate) async fn start() -> Self {
        Self::start_at("http://127.0.0.1:8080").await
    }

    pub(crate) async fn start_at(url: &str) -> Self {
        Self::start_behind(url, &[]).await
    }

    /// The same, with proxies in front that are trusted.
    pub(crate) async fn start_behind(url: &str, proxies: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut settings =
            Settings::on(Database::Sqlite(dir.path().join("postward.db")), dir.path().join("postward.keys"));
        settings.hashing = Hashing { memory_kib: 64, passes: 1, ..Hashing::default() };
        settings.throttle = ThrottleLimits {
            refusal_after: Duration::ZERO,
            under_attack_wait: Duration::ZERO,
            ..ThrottleLimits::default()
        };
        let authority = Authority::open(settings, now()).await.unwrap();
        let operator = authority.operator(now()).await.unwrap();
        let ada = customer(&authority, &operator, "Birch", "birch.example", "ada").await;
        let eve = customer(&authority, &operator, "Cedar", "cedar.example", "eve").await;
        let url = PublicUrl::parse(url).unwrap();
        let engine = Arc::new(SilentEngine::default());
        let mut site = Site::new(authority.clone(), engine.clone(), url);
        site.clock = now;
        site.trusted_proxies = TrustedProxies::parse(proxies.iter().copied()).unwrap();
        Self {
            router: router(site),
            authority,
            engine,
            operator,
            ada,
            eve,
            _dir: dir,
            post: Default::default(),
        }
    }

    /// A browser with nothing in it.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// A browser in which somebody is signed in at the dashboard.
    pub(crate) async fn staff(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.post("/dashboard/sign-in", &[("email", email), ("password", STAFF)]).await;
        assert_eq!(answer.status, 303, "{email} signs in");
        browser
    }

    /// A browser in which a mailbox is signed in at the panel.
    pub(crate) async fn owner(&self, address: &str, password: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.post("/panel/sign-in", &[("address", address), ("password", password)]).await;
        assert_eq!(answer.status, 303, "{address} signs in");
        browser
    }

    /// A mail app that is signed in. What comes back resolves when its connection is closed.
    pub(crate) async fn mail_app(&self, surface: Surface, address: &str) -> JoinHandle<EndReason> {
        let attempt = Attempt { authcid: address.to_owned(), secret: Secret::new(OLD.to_owned()) };
        let origin = Origin::new([127, 0, 0, 1].into(), surface);
        let guard = self.authority.sign_in(attempt, &Request::new(origin, now())).await.ok().unwrap();
        tokio::spawn(async move { guard.ended().await })
    }
}

async fn customer(
    authority: &Authority,
    operator: &Actor,
    name: &str,
    domain: &str,
    local: &str,
) -> MailboxId {
    let account = authority.add_account(operator, None, AccountKind::Customer, name, now()).await.unwrap();
    authority.add_domain(operator, account, domain, now()).await.unwrap();
    for (email, role) in [("owner", Role::Owner), ("eye", Role::ReadOnly)] {
        let email = Address::parse(&format!("{email}@{domain}")).unwrap();
        let password = Secret::new(STAFF.to_owned());
        let new = NewStaff { account, email: &email, role, domains: None, password };
        authority.add_staff(operator, new, now()).await.unwrap();
    }
    let address = Address::parse(&format!("{local}@{domain}")).unwrap();
    authority.add_mailbox(operator, &address, Secret::new(OLD.to_owned()), now()).await.unwrap()
}

/// A mail engine that is asked and does not answer: what is open at that moment must still end.
#[derive(Default)]
pub(crate) struct SilentEngine {
    pub(crate) asked: Notify,
}

impl MailEngine for SilentEngine {
    fn imap<'a>(&'a self, _: &'a SessionGuard) -> BoxFuture<'a, io::Result<ImapConnection>> {
        self.asked.notify_one();
        Box::pin(std::future::pending())
    }
}

/// Seconds by which the clock of the tests runs ahead. Each test is a process of its own under nextest; under
/// `cargo test` a clock that runs ahead for everybody ends no session of a minute ago.
static AHEAD: AtomicI64 = AtomicI64::new(0);

/// Moves the clock.
pub(crate) fn pass(time: SignedDuration) {
    AHEAD.fetch_add(time.as_secs(), Ordering::SeqCst);
}

pub(crate) fn now() -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(AHEAD.load(Ordering::SeqCst))
}
