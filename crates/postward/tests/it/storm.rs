//! G3, invariants 1 and 2: a storm that signs in while the password changes again and again leaves nobody behind.

use crate::soak::rounds;
use crate::test_host::TestHost;
use postward_testclient::{
    Endpoint, HttpClient, ImapClient, Pop3Client, SignInOutcome, SmtpClient, closed_by_now,
};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

const CLIENTS: usize = 64;
/// A session that outlives one change is seen at once: at the change by the kernel's word, and by its own client. Each
/// change meets `MIN_SIGN_INS` sign-ins and more, at every stage of a sign-in.
const CHANGES: usize = 25;
const SOAK_CHANGES: usize = 500;

/// How many have to come in, at least, before the password is changed again.
const MIN_SIGN_INS: u32 = 16;

/// How long that may take.
const SIGN_INS_TIMEOUT: Duration = Duration::from_secs(60);

/// What all clients know of each other.
struct Storm {
    host: TestHost,
    imap: Endpoint,
    pop3: Endpoint,
    smtp: Endpoint,
    address: String,
    first: String,
    /// The number of the last password whose change was acknowledged.
    acknowledged: AtomicUsize,
    /// The connections nobody has looked at yet, with the number of the password that opened each.
    opened: Mutex<Vec<(usize, OwnedFd)>>,
    checked: AtomicUsize,
    /// One permit for each sign-in that worked.
    sign_ins: Semaphore,
    over: AtomicUsize,
}

enum Client {
    Imap(ImapClient),
    Pop3(Pop3Client),
    Smtp(SmtpClient),
    Webmail(HttpClient),
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_of_an_old_password_serves_a_byte_after_a_storm() {
    let changes = rounds("a change amid clients of all protocols", CHANGES, SOAK_CHANGES);
    let host = TestHost::start().await;
    let (address, first) = host.mailbox(0);
    let storm = Arc::new(Storm {
        imap: host.tls("imap"),
        pop3: host.tls("pop3"),
        smtp: host.tls("smtp"),
        host,
        address,
        first,
        acknowledged: AtomicUsize::new(0),
        opened: Mutex::new(Vec::new()),
        checked: AtomicUsize::new(0),
        sign_ins: Semaphore::new(0),
        over: AtomicUsize::new(0),
    });
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(sign_in_repeatedly(Arc::clone(&storm), number));
    }
    for number in 1..=changes {
        // Changes that nobody has signed in between would prove little.
        timeout(SIGN_INS_TIMEOUT, storm.sign_ins.acquire_many(MIN_SIGN_INS)).await.unwrap().unwrap().forget();
        storm.host.passwd(&storm.address, &storm.password(number)).await;
        storm.assert_closed_before(number);
        storm.acknowledged.store(number, Ordering::SeqCst);
    }
    // The last password gets its storm too.
    storm.sign_ins.forget_permits(usize::MAX);
    timeout(SIGN_INS_TIMEOUT, storm.sign_ins.acquire_many(MIN_SIGN_INS)).await.unwrap().unwrap().forget();
    storm.over.store(1, Ordering::SeqCst);
    let mut sessions = 0;
    while let Some(held) = clients.join_next().await {
        let held = held.unwrap();
        sessions += held.len();
        for (number, client) in held {
            assert_eq!(
                responds(client).await,
                number == changes,
                "opened with password {number} of {changes}"
            );
        }
    }
    storm.assert_closed_before(changes);
    let checked = storm.checked.load(Ordering::SeqCst);
    assert!(checked > changes * 4, "a storm of {checked} connections is none");
    assert!(sessions > 0);
}

/// Signs in again and again with the password that is in force as far as anybody outside can know. Returns what it has
/// opened and not found dead yet.
async fn sign_in_repeatedly(storm: Arc<Storm>, who: usize) -> Vec<(usize, Client)> {
    let mut held = Vec::new();
    while storm.over.load(Ordering::SeqCst) == 0 {
        let number = storm.acknowledged.load(Ordering::SeqCst);
        // A connection that is cut off in the middle is one of the right answers.
        if let Ok(SignInOutcome::Opened(client)) = storm.sign_in(who, &storm.password(number)).await {
            if let Some(socket) = socket(&client).unwrap() {
                storm.opened.lock().unwrap().push((number, socket));
            }
            held.push((number, client));
            storm.sign_ins.add_permits(1);
        }
        // Whatever was opened before the last change that was answered is dead, now and not only at the next change.
        let known = storm.acknowledged.load(Ordering::SeqCst);
        for (number, client) in held.extract_if(.., |(number, _)| *number < known) {
            assert!(!responds(client).await, "password {number} was replaced, {known} is in force");
        }
        if held.len() > 4 {
            held.remove(0);
        }
    }
    held
}

impl Storm {
    fn password(&self, number: usize) -> String {
        if number == 0 { self.first.clone() } else { format!("Storm-Of-Passwords-{number}") }
    }

    async fn sign_in(&self, who: usize, password: &str) -> io::Result<SignInOutcome<Client>> {
        let Self { host, imap, pop3, smtp, address, .. } = self;
        Ok(match who % 4 {
            0 => ImapClient::sign_in(imap, address, password).await?.map(Client::Imap),
            1 => Pop3Client::sign_in(pop3, address, password).await?.map(Client::Pop3),
            2 => SmtpClient::sign_in(smtp, address, password).await?.map(Client::Smtp),
            _ => host.browser().sign_in("/webmail", address, password).await?.map(Client::Webmail),
        })
    }

    /// Asks the kernel: every connection that an older password has opened is closed, now.
    fn assert_closed_before(&self, number: usize) {
        let old: Vec<_> = self.opened.lock().unwrap().extract_if(.., |(of, _)| *of < number).collect();
        let closed = closed_by_now(old.iter().map(|(_, socket)| socket)).unwrap();
        self.checked.fetch_add(old.len(), Ordering::SeqCst);
        for ((of, _), closed) in old.into_iter().zip(closed) {
            assert!(closed, "opened with password {of}, alive after the answer to change {number}");
        }
    }
}

fn socket(client: &Client) -> io::Result<Option<OwnedFd>> {
    match client {
        Client::Imap(imap) => imap.connection.socket().map(Some),
        Client::Pop3(pop3) => pop3.connection.socket().map(Some),
        Client::Smtp(smtp) => smtp.connection.socket().map(Some),
        Client::Webmail(_) => Ok(None),
    }
}

/// Whether a session still answers.
async fn responds(client: Client) -> bool {
    match client {
        Client::Imap(mut imap) => imap.command("NOOP").await.is_ok(),
        Client::Pop3(mut pop3) => pop3.command("NOOP").await.is_ok(),
        Client::Smtp(mut smtp) => smtp.command("NOOP", "250").await.is_ok(),
        Client::Webmail(mut browser) => browser.is_signed_in("/webmail/account").await.unwrap(),
    }
}
