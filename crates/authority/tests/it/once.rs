//! Invariant 5: what works once works once, whoever comes at the same time, over two processes.

use crate::authenticator::Authenticator;
use crate::soak;
use crate::test_host::{
    OLD, TestHost, address, at, attempt, from, on_both, request, reset_by_link, secret, settings,
};
use postward_authority::{Authority, Database, LinkError, LinkKind, LinkOwner, RecoverError, Surface, Token};
use postward_wire::Refusal;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const ADA: &str = "ada@north.example";
/// Uses in each of the two processes.
const EACH: usize = 32;
/// Rounds on each database. All uses of a round begin at a barrier, with connections that are open: where a time step
/// can be spent twice, 58 of the 64 uses of the first round win.
const ROUNDS: usize = 20;
const SOAK_ROUNDS: usize = 400;

/// The rounds of one test; their numbers count its time on.
fn rounds(experiment: &str) -> std::ops::RangeInclusive<i64> {
    1..=i64::try_from(soak::rounds(experiment, ROUNDS, SOAK_ROUNDS)).unwrap()
}

/// What is used by everybody at once.
#[derive(Clone)]
enum Once {
    /// A password with a code behind it, at IMAP.
    Totp(String),
    /// A recovery code, for a new password.
    RecoveryCode(String, String),
    /// A mailed link, for a new password.
    Link(String, String),
}

impl Once {
    fn line(&self, second: i64) -> String {
        match self {
            Self::Totp(typed) => format!("totp\t{second}\t{typed}\t\n"),
            Self::RecoveryCode(code, new) => format!("code\t{second}\t{code}\t{new}\n"),
            Self::Link(token, new) => format!("link\t{second}\t{token}\t{new}\n"),
        }
    }

    fn read(line: &str) -> Option<(Self, i64)> {
        let mut parts = line.trim_end_matches('\n').split('\t').map(str::to_owned);
        let (kind, second) = (parts.next()?, parts.next()?.parse().ok()?);
        let (what, new) = (parts.next()?, parts.next()?);
        let once = match kind.as_str() {
            "totp" => Self::Totp(what),
            "code" => Self::RecoveryCode(what, new),
            "link" => Self::Link(what, new),
            _ => return None,
        };
        Some((once, second))
    }

    /// Uses it as often as one process does, at the same time.
    async fn used(&self, authority: &Authority, second: i64) -> Outcome {
        let (start, mut uses) = (Arc::new(Barrier::new(EACH)), JoinSet::new());
        for n in 0..EACH {
            let (once, authority, start) = (self.clone(), authority.clone(), start.clone());
            uses.spawn(async move {
                start.wait().await;
                once.works(&authority, n, second).await
            });
        }
        let mut outcome = Outcome::default();
        while let Some(worked) = uses.join_next().await {
            match worked.unwrap() {
                Some(worked) => outcome.wins += usize::from(worked),
                None => outcome.troubles += 1,
            }
        }
        outcome
    }

    /// Whether it works; none when the store had too much to do to say.
    async fn works(&self, authority: &Authority, n: usize, second: i64) -> Option<bool> {
        let (now, webmail) = (at(second), from("192.0.2.1", Surface::Webmail));
        match self {
            Self::Totp(typed) => {
                let surface = [Surface::Imap, Surface::Pop3, Surface::Smtp][n % 3];
                match authority.sign_in(attempt(ADA, typed), &request(&from("192.0.2.1", surface), now)).await
                {
                    Err(Refusal::Unavailable) => None,
                    signed_in => Some(signed_in.is_ok()),
                }
            }
            Self::RecoveryCode(code, new) => {
                match authority
                    .recover_with_code(ADA, secret(code), secret(new), &request(&webmail, now))
                    .await
                {
                    Err(RecoverError::Unavailable(_)) => None,
                    recovered => Some(recovered.is_ok()),
                }
            }
            Self::Link(token, new) => {
                let token = Token::from_link(token);
                match reset_by_link(
                    authority,
                    LinkKind::Reset,
                    &token,
                    None,
                    secret(new),
                    &request(&webmail, now),
                )
                .await
                {
                    Err(LinkError::Unavailable(_)) => None,
                    reset => Some(reset.is_ok()),
                }
            }
        }
    }
}

/// What came of many uses.
#[derive(Default)]
struct Outcome {
    wins: usize,
    troubles: usize,
}

/// The other process: this very test program, told to be nothing else.
struct Other {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Other {
    fn start(house: &TestHost) -> Self {
        let database = match &house.database {
            Database::Sqlite(path) => path.display().to_string(),
            Database::Postgres(url) => url.clone(),
        };
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "once::the_other_process", "--nocapture"])
            .env("POSTWARD_TEST_OTHER", database)
            .env("POSTWARD_TEST_OTHER_KEYS", house.key_file())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (orders, answers) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let mut other = Self { process, orders, answers: BufReader::new(answers) };
        let _ready = other.answer();
        other
    }

    fn order(&mut self, once: &Once, second: i64) {
        self.orders.write_all(once.line(second).as_bytes()).unwrap();
        self.orders.flush().unwrap();
    }

    fn answer(&mut self) -> Outcome {
        loop {
            let mut line = String::new();
            assert_ne!(self.answers.read_line(&mut line).unwrap(), 0, "the other process is gone");
            if let Some((wins, troubles)) =
                line.trim().strip_prefix("wins ").and_then(|line| line.split_once(' '))
            {
                return Outcome { wins: wins.parse().unwrap(), troubles: troubles.parse().unwrap() };
            }
        }
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

/// No test of its own: the other process of the tests here, when they start it.
#[test]
fn the_other_process() {
    let Ok(database) = std::env::var("POSTWARD_TEST_OTHER") else { return };
    let keys = PathBuf::from(std::env::var("POSTWARD_TEST_OTHER_KEYS").unwrap());
    let database = match database.starts_with("postgres") {
        true => Database::Postgres(database),
        false => Database::Sqlite(database.into()),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut settings = settings(database, &keys);
        settings.node = "other".to_owned();
        let authority = Authority::open(settings, at(0)).await.unwrap();
        let mut stdout = std::io::stdout();
        writeln!(stdout, "wins 0 0").unwrap();
        for line in std::io::stdin().lock().lines() {
            let Some((once, second)) = Once::read(&line.unwrap()) else { break };
            let Outcome { wins, troubles } = once.used(&authority, second).await;
            writeln!(stdout, "wins {wins} {troubles}").unwrap();
        }
    });
}

/// Sixty-four at once: exactly one. On a machine that has no time for them all may be turned away for the moment; then
/// it was not spent either.
async fn exactly_one(house: &TestHost, other: &mut Other, once: &Once, second: i64) {
    other.order(once, second);
    let here = once.used(&house.authority, second).await;
    let there = other.answer();
    let (mut wins, troubles) = (here.wins + there.wins, here.troubles + there.troubles);
    if wins == 0 && troubles > 0 {
        wins += usize::from(once.works(&house.authority, 0, second).await == Some(true));
    }
    assert_eq!(wins, 1, "{} here, {} in the other process, {troubles} troubles", here.wins, there.wins);
}

#[test]
fn invariant_5_one_code_opens_one_session() {
    on_both(async |house: TestHost| {
        let phone: Authenticator = house.second_factor(0).await;
        let mut other = Other::start(&house);
        for round in rounds("64 uses of one TOTP code") {
            let second = 30 * round;
            let once = Once::Totp(format!("{OLD}{}", phone.digits(at(second))));
            exactly_one(&house, &mut other, &once, second).await;
        }
    });
}

#[test]
fn invariant_5_one_recovery_code_sets_one_password() {
    on_both(async |house: TestHost| {
        let mut other = Other::start(&house);
        for round in rounds("64 uses of one recovery code") {
            // Far enough apart: to the throttle, those who lost have guessed wrong.
            let second = 2_000 * round;
            let issued = house.authority.issue_recovery_code(&house.operator, house.ada, at(second)).await;
            let code = issued.unwrap();
            let once = Once::RecoveryCode(code.expose().to_owned(), format!("Round horse battery {round}"));
            exactly_one(&house, &mut other, &once, second).await;
        }
    });
}

#[test]
fn invariant_5_one_link_sets_one_password() {
    on_both(async |house: TestHost| {
        let webmail = from("192.0.2.1", Surface::Webmail);
        let guard = house.confirmed(0).await;
        house.authority.name_recovery_email(&guard, &address("ada@home.example"), at(0)).await.unwrap();
        drop(guard);
        let token = house.mailed("ada@home.example", LinkKind::VerifyRecoveryEmail, 0).await;
        house.authority.verify_recovery_email(&token, &request(&webmail, at(0))).await.unwrap();
        let mut other = Other::start(&house);
        for round in rounds("64 uses of one link") {
            let second = 200 * round;
            house
                .authority
                .ask_for_reset_link(LinkOwner::Mailbox, ADA, &request(&webmail, at(second)))
                .await
                .unwrap();
            let token = house.mailed("ada@home.example", LinkKind::Reset, second).await;
            let once = Once::Link(token.expose().to_owned(), format!("Round horse battery {round}"));
            exactly_one(&house, &mut other, &once, second).await;
        }
    });
}
