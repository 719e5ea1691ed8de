use crate::soak::rounds;
use crate::test_host::{OLD, TestHost, at, attempt, from, on_both, request, secret, serve, whole};
use postward_authority::{Authority, EndReason, Surface};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio_util::sync::CancellationToken;

/// G3, invariant 2: clients that never stop signing in with every password there has been, while it changes under
/// them. After each change nothing opened before it is alive.
#[test]
fn g3_a_storm_of_sign_ins_never_leaves_a_session_behind_a_change() {
    on_both(async |house: TestHost| {
        let house = Arc::new(house);
        let (stop, opened) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let current = Arc::new(std::sync::RwLock::new(OLD.to_owned()));
        // For each session: the password that opened it, until its guard lets go.
        let alive = Arc::new(std::sync::Mutex::new(std::collections::HashMap::new()));
        let clients: Vec<_> = (0..64)
            .map(|n| {
                let (house, stop, opened) = (house.clone(), stop.clone(), opened.clone());
                let (current, alive) = (current.clone(), alive.clone());
                tokio::spawn(async move {
                    let surface = [Surface::Imap, Surface::Pop3, Surface::Smtp][n % 3];
                    while !stop.load(Ordering::SeqCst) {
                        let password = current.read().unwrap().clone();
                        let attempt = attempt("ada@north.example", &password);
                        let signed_in = house
                            .authority
                            .sign_in(attempt, &request(&from("192.0.2.1", surface), at(1)))
                            .await;
                        let Ok(guard) = signed_in else { continue };
                        opened.fetch_add(1, Ordering::SeqCst);
                        alive.lock().unwrap().insert(guard.id(), password);
                        let limit = std::time::Duration::from_millis(5);
                        let _ended = tokio::time::timeout(limit, guard.ended()).await;
                        alive.lock().unwrap().remove(&guard.id());
                    }
                })
            })
            .collect();
        // Each change meets 64 clients at every stage of a sign-in: one that is left behind shows at once.
        for n in 0..rounds("a change amid sign-ins", 20, 1_000) {
            let enough = opened.load(Ordering::SeqCst) + 8;
            while opened.load(Ordering::SeqCst) < enough {
                tokio::task::yield_now().await;
            }
            let (old, next) = (current.read().unwrap().clone(), format!("Storm password {n}"));
            house.authority.reset(&house.operator, house.ada, secret(&next), at(2)).await.unwrap();
            // A change waits until every guard is let go, and a client lets go only after it has said so here.
            let left = alive.lock().unwrap().values().filter(|with| **with == old).count();
            assert_eq!(left, 0, "sessions left behind by change {n}");
            *current.write().unwrap() = next;
        }
        stop.store(true, Ordering::SeqCst);
        for client in clients {
            client.await.unwrap();
        }
    });
}

/// Invariant 1 across nodes: what another node ended is gone here without anybody asking here.
#[test]
fn o2_a_kill_reaches_sessions_on_every_node() {
    on_both(async |house: TestHost| {
        if matches!(house.database, postward_authority::Database::Sqlite(_)) {
            return;
        }
        let other = postward_authority::Settings { node: "second".to_owned(), ..house.settings() };
        let other = Authority::open(other, at(0)).await.unwrap();
        let stop = CancellationToken::new();
        let watching = {
            let (other, stop) = (other.clone(), stop.clone());
            tokio::spawn(async move { other.run_sweep(|| at(1), stop).await })
        };
        let origin = from("192.0.2.1", Surface::Imap);
        let guard = other.sign_in(attempt("ada@north.example", OLD), &request(&origin, at(1))).await.unwrap();
        let mut served = vec![serve(guard)];
        // Browsers signed in here and are served there: more of them than the sweep asks about at once.
        let webmail = from("192.0.2.1", Surface::Webmail);
        for _ in 0..70 {
            let attempt = attempt("ada@north.example", OLD);
            let (token, _) = whole(house.authority.sign_in_browser(attempt, &request(&webmail, at(1))).await);
            served.push(serve(other.resume(&token, &request(&webmail, at(1))).await.unwrap()));
        }
        let bystander = house
            .authority
            .sign_in_browser(attempt("bob@south.example", OLD), &request(&webmail, at(1)))
            .await;
        let (token, _) = whole(bystander);
        let bystander = other.resume(&token, &request(&webmail, at(1))).await.unwrap();
        let receipt = house
            .authority
            .reset(&house.operator, house.ada, secret("New horse battery 2"), at(2))
            .await
            .unwrap();
        assert_eq!(receipt.ended[&Surface::Imap], 1);
        assert_eq!(receipt.ended[&Surface::Webmail], 70);
        let gone = async {
            while served.iter().any(|session| session.over().is_none()) {
                tokio::task::yield_now().await;
            }
        };
        let gone = tokio::time::timeout(std::time::Duration::from_secs(2), gone).await;
        assert!(gone.is_ok(), "a session on the other node outlived the change by two seconds");
        assert!(served.iter().all(|session| session.over() == Some(EndReason::PasswordChanged)));
        assert!(bystander.is_live());
        let old = other.sign_in(attempt("ada@north.example", OLD), &request(&origin, at(3))).await;
        assert!(old.is_err());
        stop.cancel();
        watching.await.unwrap();
    });
}
