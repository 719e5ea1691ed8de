//! G3, invariants 1 and 2: a crowd that signs in while the password changes again and again leaves nobody behind.

use crate::house::House;
use crate::soak::rounds;
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
/// change meets `NEWCOMERS` sign-ins and more, at every stage of a sign-in.
const CHANGES: usize = 25;
const SOAK_CHANGES: usize = 500;

/// How many have to come in, at least, before the password is changed again.
const NEWCOMERS: u32 = 16;

/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What all clients know of each other.
struct Crowd {
    house: House,
    imap: Endpoint,
    pop3: Endpoint,
    smtp: Endpoint,
    address: String,
    first: String,
    /// The number of the last password whose change was acknowledged.
    acknowledged: AtomicUsize,
    /// The connections nobody has looked at yet, with the number of the password that opened each.
    opened: Mutex<Vec<(usize, OwnedFd)>>,
    looked_at: AtomicUsize,
    /// One permit for each sign-in that worked.
    newcomers: Semaphore,
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
    let house = House::start().await;
    let (address, first) = house.mailbox(0);
    let crowd = Arc::new(Crowd {
        imap: house.door("imap"),
        pop3: house.door("pop3"),
        smtp: house.door("smtp"),
        house,
        address,
        first,
        acknowledged: AtomicUsize::new(0),
        opened: Mutex::new(Vec::new()),
        looked_at: AtomicUsize::new(0),
        newcomers: Semaphore::new(0),
        over: AtomicUsize::new(0),
    });
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(come_and_go(Arc::clone(&crowd), number));
    }
    for number in 1..=changes {
        // Changes that nobody has signed in between would prove little.
        timeout(PATIENCE, crowd.newcomers.acquire_many(NEWCOMERS)).await.unwrap().unwrap().forget();
        crowd.house.passwd(&crowd.address, &crowd.password(number)).await;
        crowd.nobody_before(number);
        crowd.acknowledged.store(number, Ordering::SeqCst);
    }
    // The last password gets its crowd too.
    crowd.newcomers.forget_permits(usize::MAX);
    timeout(PATIENCE, crowd.newcomers.acquire_many(NEWCOMERS)).await.unwrap().unwrap().forget();
    crowd.over.store(1, Ordering::SeqCst);
    let mut sessions = 0;
    while let Some(held) = clients.join_next().await {
        let held = held.unwrap();
        sessions += held.len();
        for (number, client) in held {
            assert_eq!(serves(client).await, number == changes, "opened with password {number} of {changes}");
        }
    }
    crowd.nobody_before(changes);
    let looked_at = crowd.looked_at.load(Ordering::SeqCst);
    assert!(looked_at > changes * 4, "a storm of {looked_at} connections is none");
    assert!(sessions > 0);
}

/// Signs in again and again with the password that is in force as far as anybody outside can know. Returns what it has
/// opened and not found dead yet.
async fn come_and_go(crowd: Arc<Crowd>, who: usize) -> Vec<(usize, Client)> {
    let mut held = Vec::new();
    while crowd.over.load(Ordering::SeqCst) == 0 {
        let number = crowd.acknowledged.load(Ordering::SeqCst);
        // A connection that is cut off in the middle is one of the right answers.
        if let Ok(SignInOutcome::Opened(client)) = crowd.sign_in(who, &crowd.password(number)).await {
            if let Some(socket) = socket(&client).unwrap() {
                crowd.opened.lock().unwrap().push((number, socket));
            }
            held.push((number, client));
            crowd.newcomers.add_permits(1);
        }
        // Whatever was opened before the last change that was answered is dead, now and not only at the next change.
        let known = crowd.acknowledged.load(Ordering::SeqCst);
        for (number, client) in held.extract_if(.., |(number, _)| *number < known) {
            assert!(!serves(client).await, "password {number} was replaced, {known} is in force");
        }
        if held.len() > 4 {
            held.remove(0);
        }
    }
    held
}

impl Crowd {
    fn password(&self, number: usize) -> String {
        if number == 0 { self.first.clone() } else { format!("Storm-Of-Passwords-{number}") }
    }

    async fn sign_in(&self, who: usize, password: &str) -> io::Result<SignInOutcome<Client>> {
        let Self { house, imap, pop3, smtp, address, .. } = self;
        Ok(match who % 4 {
            0 => ImapClient::sign_in(imap, address, password).await?.map(Client::Imap),
            1 => Pop3Client::sign_in(pop3, address, password).await?.map(Client::Pop3),
            2 => SmtpClient::sign_in(smtp, address, password).await?.map(Client::Smtp),
            _ => house.browser().sign_in("/webmail", address, password).await?.map(Client::Webmail),
        })
    }

    /// Asks the kernel: every connection that an older password has opened is closed, now.
    fn nobody_before(&self, number: usize) {
        let old: Vec<_> = self.opened.lock().unwrap().extract_if(.., |(of, _)| *of < number).collect();
        let closed = closed_by_now(old.iter().map(|(_, socket)| socket)).unwrap();
        self.looked_at.fetch_add(old.len(), Ordering::SeqCst);
        for ((of, _), closed) in old.into_iter().zip(closed) {
            assert!(closed, "opened with password {of}, alive after the answer to change {number}");
        }
    }
}

fn socket(client: &Client) -> io::Result<Option<OwnedFd>> {
    match client {
        Client::Imap(imap) => imap.socket().map(Some),
        Client::Pop3(pop3) => pop3.socket().map(Some),
        Client::Smtp(smtp) => smtp.socket().map(Some),
        Client::Webmail(_) => Ok(None),
    }
}

/// Whether a session still answers.
async fn serves(client: Client) -> bool {
    match client {
        Client::Imap(mut imap) => imap.command("NOOP").await.is_ok(),
        Client::Pop3(mut pop3) => pop3.command("NOOP").await.is_ok(),
        Client::Smtp(mut smtp) => smtp.command("NOOP", "250").await.is_ok(),
        Client::Webmail(mut browser) => browser.is_signed_in("/webmail/account").await.unwrap(),
    }
}
