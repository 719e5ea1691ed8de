//! Invariants 3 and 5: what works once is spent in the transaction of its effect, wherever in between the process dies.

use crate::crash::open;
use crate::soak::rounds;
use crate::test_host::TestHost;
use jiff::SignedDuration;
use postward_authority::{
    Authority, LinkKind, LinkOwner, Notice, Origin, OtherSessions, Request, SessionGuard, SignedIn, Surface,
    Timestamp, Token,
};
use postward_testclient::{Authenticator, ImapClient, Pop3Client, SignInOutcome};
use postward_wire::{Address, Attempt, Secret};
use rand::RngExt;
use std::time::{Duration, Instant};

/// Kills of a server that is about to spend something.
const ROUNDS: usize = 30;
const SOAK_ROUNDS: usize = 300;

/// Kills a host in the middle of an act.
#[derive(Default)]
struct TimedKill {
    /// How long the act takes: the first is let alone.
    whole: Option<Duration>,
}

impl TimedKill {
    /// Kills the host at a moment of the act that is drawn anew. Returns whether the act was answered before.
    async fn kill_during(
        &mut self,
        host: &mut TestHost,
        act: impl Future<Output = bool> + Send + 'static,
    ) -> bool {
        let mut asked = tokio::spawn(act);
        let (begun, longest) = (Instant::now(), Duration::from_secs(60));
        let after = self.whole.map_or(longest, |whole| whole.mul_f64(rand::rng().random_range(0.0..1.2)));
        match tokio::time::timeout(after, &mut asked).await {
            Ok(answered) => {
                self.whole.get_or_insert_with(|| begun.elapsed());
                host.kill().await;
                answered.unwrap()
            }
            Err(_) => {
                host.kill().await;
                asked.await.unwrap()
            }
        }
    }
}

fn attempt(address: &str, password: &str) -> Attempt {
    Attempt { authcid: address.to_owned(), secret: Secret::new(password.to_owned()) }
}

fn request(surface: Surface, now: Timestamp) -> Request {
    Request::new(Origin::new([127, 0, 0, 1].into(), surface), now)
}

async fn opens(authority: &Authority, address: &str, password: &str) -> bool {
    let attempt = attempt(address, password);
    authority.sign_in(attempt, &request(Surface::Imap, Timestamp::now())).await.is_ok()
}

async fn guard(authority: &Authority, address: &str, password: &str, now: Timestamp) -> SessionGuard {
    let attempt = attempt(address, password);
    let signed_in = authority.sign_in_browser(attempt, &request(Surface::Webmail, now)).await;
    let Ok(SignedIn::Session(_, guard)) = signed_in else { panic!("{address} does not sign in") };
    guard
}

/// How many letters of a kind wait, and that none waits any more.
async fn told(authority: &Authority, notice: Notice) -> usize {
    let mut told = 0;
    let years = Timestamp::now() + SignedDuration::from_hours(24 * 365);
    for letter in authority.letters_due(years, 1_000).await.unwrap() {
        told += usize::from(letter.notice == notice);
        authority.letter_sent(letter.id, years).await.unwrap();
    }
    told
}

/// A recovery code is spent and the password set, or neither, wherever in between the server dies. The letter that tells of it
/// stands and falls with them, and so does the second factor that goes off.
#[tokio::test(flavor = "multi_thread")]
async fn r1_a_server_that_is_killed_has_spent_the_recovery_code_and_set_the_password_or_neither() {
    let mut host = TestHost::start().await;
    let (address, mut current) = host.mailbox(0);
    host.kill().await;
    let (mut spent, mut untouched) = (0, 0);
    let mut kill = TimedKill::default();
    for round in 0..=rounds("a server killed while a recovery code is used", ROUNDS, SOAK_ROUNDS) {
        let authority = open(&host.dir()).await;
        let operator = authority.operator(Timestamp::now()).await.unwrap();
        let parsed = Address::parse(&address).unwrap();
        let mailbox = authority.mailbox_by_address(&operator, &parsed).await.unwrap();
        let code = authority.issue_recovery_code(&operator, mailbox.id, Timestamp::now()).await.unwrap();
        authority.shut_down().await;
        host = host.start_again().await;

        let next = format!("Recovered-Number-{round}");
        let mut browser = host.browser();
        let asked = {
            let (address, code, next) = (address.clone(), code.expose().to_owned(), next.clone());
            async move {
                let fields = [
                    ("by", "code"),
                    ("address", &address),
                    ("recovery_code", &code),
                    ("password", &next),
                    ("password_again", &next),
                ];
                browser.post("/webmail/password-reset", &fields).await.is_ok_and(|page| page.status == 303)
            }
        };
        let acknowledged = kill.kill_during(&mut host, asked).await;
        let authority = open(&host.dir()).await;
        let issued = authority.recovery_code_issued(&operator, mailbox.id).await.unwrap().is_some();
        let opens_old = opens(&authority, &address, &current).await;
        let opens_new = opens(&authority, &address, &next).await;
        assert!(opens_old != opens_new, "round {round}: old {opens_old}, new {opens_new}");
        assert_eq!(
            opens_new,
            !issued,
            "round {round}: the code is {}",
            if issued { "alive" } else { "spent" }
        );
        assert!(opens_new || !acknowledged, "round {round}: acknowledged, and the old one opens");
        let told = told(&authority, Notice::RecoveredByCode).await;
        assert!(opens_new || told == 0, "round {round}: told of what did not happen");
        authority.shut_down().await;
        if opens_new {
            spent += 1;
            current = next;
        } else {
            untouched += 1;
        }
    }
    assert!(
        spent > 0 && untouched > 0,
        "{spent} times spent, {untouched} times not: the kills missed the act"
    );
}

/// The same with a link that was mailed: it is gone and the password set, or it still opens its page.
#[tokio::test(flavor = "multi_thread")]
async fn w5_a_server_that_is_killed_has_spent_the_mailed_link_and_set_the_password_or_neither() {
    let mut host = TestHost::start().await;
    let (address, mut current) = host.mailbox(0);
    let (email, _) = host.mailbox(1);
    host.kill().await;
    let authority = open(&host.dir()).await;
    let now = Timestamp::now();
    let owner = guard(&authority, &address, &current, now).await;
    authority.name_recovery_email(&owner, &Address::parse(&email).unwrap(), now).await.unwrap();
    drop(owner);
    let token = Token::from_link(&mailed(&authority, LinkKind::VerifyRecoveryEmail).await);
    authority.verify_recovery_email(&token, &request(Surface::Webmail, now)).await.unwrap();
    authority.shut_down().await;

    let (mut kill, mut live) = (TimedKill::default(), None);
    let (mut spent, mut untouched) = (0, 0);
    for round in 0..=rounds("a server killed while a mailed link is used", ROUNDS, SOAK_ROUNDS) {
        let authority = open(&host.dir()).await;
        let token = match live.take() {
            Some(token) => token,
            None => {
                let now = Timestamp::now();
                authority
                    .ask_for_reset_link(LinkOwner::Mailbox, &address, &request(Surface::Webmail, now))
                    .await
                    .unwrap();
                mailed(&authority, LinkKind::Reset).await
            }
        };
        authority.shut_down().await;
        host = host.start_again().await;

        let next = format!("Mailed-Number-{round}");
        let mut browser = host.browser();
        let asked = {
            let (token, next) = (token.clone(), next.clone());
            async move {
                let fields = [("token", &*token), ("password", &*next), ("password_again", &*next)];
                let page = browser.post("/webmail/password-reset/link", &fields).await;
                page.is_ok_and(|page| page.status == 303)
            }
        };
        let acknowledged = kill.kill_during(&mut host, asked).await;
        let authority = open(&host.dir()).await;
        let link = Token::from_link(&token);
        let alive = authority.open_link(&link, LinkKind::Reset, Timestamp::now()).await.unwrap().is_some();
        let opens_old = opens(&authority, &address, &current).await;
        let opens_new = opens(&authority, &address, &next).await;
        assert!(opens_old != opens_new, "round {round}: old {opens_old}, new {opens_new}");
        assert_eq!(opens_new, !alive, "round {round}: the link is {}", if alive { "alive" } else { "spent" });
        assert!(opens_new || !acknowledged, "round {round}: acknowledged, and the old one opens");
        let told = told(&authority, Notice::RecoveredByMail).await;
        assert!(opens_new || told == 0, "round {round}: told of what did not happen");
        authority.shut_down().await;
        if opens_new {
            spent += 1;
            current = next;
        } else {
            untouched += 1;
            live = Some(token);
        }
    }
    assert!(
        spent > 0 && untouched > 0,
        "{spent} times spent, {untouched} times not: the kills missed the act"
    );
}

/// The token of the newest letter with a link of a kind, which is written apart from the answer to whoever asked.
async fn mailed(authority: &Authority, kind: LinkKind) -> String {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let now = Timestamp::now();
        for letter in authority.letters_due(now, 1_000).await.unwrap() {
            let link = authority.link_of(&letter, now).await.unwrap();
            authority.letter_sent(letter.id, now).await.unwrap();
            if let Some((_, token)) = link.filter(|(of, _)| *of == kind) {
                return token.expose().to_owned();
            }
        }
        assert!(Instant::now() < until, "no link of the kind {kind:?} was mailed");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A code of the second factor opens one session, whether the server dies before, while or after it opens: whoever was
/// answered has spent it, and what was not spent opens after the restart.
#[tokio::test(flavor = "multi_thread")]
async fn g2_a_code_that_is_used_while_the_server_is_killed_opens_once_in_all() {
    const PASSWORD: &str = "Code-And-Kill-9";
    let mut host = TestHost::start().await;
    host.kill().await;
    let mut kills = [TimedKill::default(), TimedKill::default()];
    let (mut spent, mut unspent) = (0, 0);
    for round in 0..=rounds("a server killed while a TOTP code is used", ROUNDS, SOAK_ROUNDS) {
        // Somebody new, whose authenticator was set up a step ago: a code of now is a fresh one.
        let address = format!("code-{round}@larkspur-bakery.example");
        let authority = open(&host.dir()).await;
        let authenticator = set_up(&authority, &address, PASSWORD).await;
        authority.shut_down().await;
        host = host.start_again().await;

        // At a mail port the code stands behind the password, in a browser it has a page of its own.
        let in_browser = round % 2 == 1;
        let mut browser = host.browser();
        if in_browser {
            let fields = [("address", address.as_str()), ("password", PASSWORD)];
            let owed = browser.post("/webmail/sign-in", &fields).await.unwrap();
            assert!(owed.location().is_some_and(|to| to.starts_with("/webmail/code")), "{}", owed.summary());
        }
        let now = Timestamp::now().as_second();
        let code = authenticator.code_at(now).unwrap();
        let both = format!("{PASSWORD}{code}");
        let asked = {
            let (endpoint, address, both) = (host.plain("imap"), address.clone(), both.clone());
            async move {
                if in_browser {
                    let page = browser.post("/webmail/code", &[("code", &code)]).await;
                    page.is_ok_and(|page| page.location() == Some("/webmail"))
                } else {
                    matches!(
                        ImapClient::sign_in(&endpoint, &address, &both).await,
                        Ok(SignInOutcome::Opened(_))
                    )
                }
            }
        };
        let answered = kills[usize::from(in_browser)].kill_during(&mut host, asked).await;

        host = host.start_again().await;
        let again = host.opens(&address, &both).await;
        // On a machine that took too long to start the server again, the code is none any more.
        let in_time = Timestamp::now().as_second() / 30 <= now / 30 + 1;
        let third = Pop3Client::sign_in(&host.plain("pop3"), &address, &both).await.unwrap();
        assert!(!(answered && again), "round {round}: it has opened twice");
        assert!(matches!(third, SignInOutcome::Refused(_)), "round {round}: it opens another endpoint");
        host.kill().await;
        let authority = open(&host.dir()).await;
        let operator = authority.operator(Timestamp::now()).await.unwrap();
        let mailbox =
            authority.mailbox_by_address(&operator, &Address::parse(&address).unwrap()).await.unwrap();
        // Besides the one the authenticator was set up in.
        let opened = authority.sign_ins(&operator, mailbox.id).await.unwrap().len() - 1;
        assert!(opened == 1 || (opened == 0 && !in_time), "round {round}: {opened} sessions of one code");
        authority.shut_down().await;
        if again {
            unspent += 1;
        } else {
            spent += 1;
        }
    }
    assert!(spent > 0 && unspent > 0, "{spent} times spent, {unspent} times not: the kills missed the act");
}

/// Adds a mailbox with a second factor, set up one time step ago.
async fn set_up(authority: &Authority, address: &str, password: &str) -> Authenticator {
    let now = Timestamp::now() - SignedDuration::from_secs(30);
    let (operator, request) = (authority.operator(now).await.unwrap(), request(Surface::Webmail, now));
    let parsed = Address::parse(address).unwrap();
    authority.add_mailbox(&operator, &parsed, Secret::new(password.to_owned()), now).await.unwrap();
    let owner = guard(authority, address, password, now).await;
    let begun = authority.begin_second_factor(&owner, None, "Postward", &request).await.ok().unwrap();
    let authenticator = Authenticator::of(begun.typed.expose()).unwrap();
    let code = Secret::new(authenticator.code_at(now.as_second()).unwrap());
    let on = authority.turn_on_second_factor(&owner, &code, OtherSessions::Stay, &request).await;
    assert!(on.is_ok(), "{:?}", on.err());
    authenticator
}
