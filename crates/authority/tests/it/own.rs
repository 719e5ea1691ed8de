use crate::test_host::{OLD, TestHost, at, attempt, from, on_both, request, serve, whole};
use postward_authority::{Authority, Database, OwnSessions, PrincipalChange, SignedOut, Surface};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const ADA: &str = "ada@north.example";

#[test]
fn w7_an_owner_ends_one_the_others_or_all_and_still_hears_how_many() {
    on_both(async |house: TestHost| {
        let webmail = from("192.0.2.1", Surface::Webmail);
        let (token, acting) = house.browser(Surface::Webmail, 0).await;
        let (panel_token, panel) = house.browser(Surface::Panel, 0).await;
        drop(panel);
        let (one, other) = (house.sign_in(ADA, OLD).await.unwrap(), house.sign_in(ADA, OLD).await.unwrap());
        let stranger = house.sign_in("bob@south.example", OLD).await.unwrap();
        let one_id = one.id();
        let (one, other) = (serve(one), serve(other));
        let end = async |which, second: i64| {
            house.authority.end_own_sessions(&acting, which, &request(&webmail, at(second))).await.unwrap()
        };
        // Somebody else's session is nothing of ours.
        assert_eq!(end(OwnSessions::One(stranger.id()), 1).await.values().sum::<u64>(), 0);
        assert!(stranger.is_live());
        assert_eq!(end(OwnSessions::One(one_id), 2).await[&Surface::Imap], 1);
        assert!(one.over().is_some() && other.over().is_none());
        assert_eq!(house.authority.own_sessions(&acting).await.unwrap().len(), 3);
        let ended = end(OwnSessions::Others, 3).await;
        assert_eq!((ended[&Surface::Imap], ended[&Surface::Panel], ended[&Surface::Webmail]), (1, 1, 0));
        assert!(other.over().is_some() && acting.is_live());
        let panel = from("192.0.2.1", Surface::Panel);
        assert!(matches!(
            house.authority.resume(&panel_token, &request(&panel, at(4))).await,
            Err(SignedOut::Ended)
        ));
        // The acting one too, and it still answers.
        assert_eq!(end(OwnSessions::All, 5).await[&Surface::Webmail], 1);
        drop(acting);
        assert!(matches!(
            house.authority.resume(&token, &request(&webmail, at(6))).await,
            Err(SignedOut::Ended)
        ));
        // The password is untouched, and the history knows what was.
        let (_, guard) = house.browser(Surface::Webmail, 7).await;
        let history = house.authority.own_sign_ins(&guard).await.unwrap();
        assert_eq!(history.len(), 5);
        assert_eq!(history.iter().filter(|past| past.over.is_none()).count(), 1);
        let audit = house.authority.own_audit(&guard).await.unwrap();
        assert_eq!(audit.iter().filter(|entry| entry.event.to_string() == "sessions-ended").count(), 3);
    });
}

#[test]
fn w7_a_sign_in_from_a_new_place_is_told_unless_the_owner_does_not_want_to_know() {
    on_both(async |house: TestHost| {
        let sign_in = async |ip: &str, second: i64| {
            drop(
                house
                    .authority
                    .sign_in(attempt(ADA, OLD), &request(&from(ip, Surface::Imap), at(second)))
                    .await
                    .unwrap(),
            );
        };
        // The first place is no news.
        sign_in("192.0.2.1", 1).await;
        sign_in("192.0.2.77", 2).await;
        assert!(house.letters("new-place").await.is_empty());
        sign_in("198.51.100.1", 3).await;
        sign_in("198.51.100.2", 4).await;
        assert_eq!(house.letters("new-place").await, [ADA]);
        let (_, guard) = house.browser(Surface::Webmail, 5).await;
        let webmail = from("192.0.2.1", Surface::Webmail);
        assert!(house.authority.new_place_notices(&guard).await.unwrap());
        house.authority.set_new_place_notices(&guard, false, &request(&webmail, at(5))).await.unwrap();
        sign_in("203.0.113.1", 6).await;
        assert_eq!(house.letters("new-place").await, [ADA]);
    });
}

#[test]
fn d4_open_pages_hear_of_a_second_factor_at_once_on_every_node() {
    on_both(async |house: TestHost| {
        let mut here = house.authority.listen(house.ada);
        let mut neighbour = house.authority.listen(house.bob);
        let elsewhere = match &house.database {
            Database::Sqlite(_) => None,
            Database::Postgres(_) => {
                let settings = postward_authority::Settings { node: "second".to_owned(), ..house.settings() };
                Some(Authority::open(settings, at(0)).await.unwrap())
            }
        };
        let stop = CancellationToken::new();
        let watching = elsewhere.clone().map(|other| {
            let stop = stop.clone();
            tokio::spawn(async move { other.run_sweep(|| at(1), stop).await })
        });
        let mut there = elsewhere.as_ref().map(|other| other.listen(house.ada));
        // The bell of the other node has to hang before it can ring.
        if there.is_some() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        house.second_factor(1).await;
        let soon = Duration::from_secs(1);
        assert_eq!(
            tokio::time::timeout(soon, here.next()).await.unwrap(),
            Some(PrincipalChange::SecondFactor)
        );
        if let Some(there) = &mut there {
            assert_eq!(
                tokio::time::timeout(soon, there.next()).await.unwrap(),
                Some(PrincipalChange::Elsewhere)
            );
        }
        assert!(tokio::time::timeout(Duration::from_millis(20), neighbour.next()).await.is_err());
        stop.cancel();
        if let Some(watching) = watching {
            watching.await.unwrap();
        }
    });
}

#[test]
fn d11_staff_end_their_own_sessions_and_no_mailbox_with_them() {
    on_both(async |house: TestHost| {
        let mailbox = house.sign_in(ADA, OLD).await.unwrap();
        let owner = house.staff("owner@north.example").await;
        let dashboard = from("192.0.2.9", Surface::Dashboard);
        let attempt = attempt("owner@north.example", OLD);
        let (token, second) =
            whole(house.authority.sign_in_staff(attempt, &request(&dashboard, at(2))).await);
        drop(second);
        assert_eq!(house.authority.own_sessions(&owner).await.unwrap().len(), 2);
        let ended =
            house.authority.end_own_sessions(&owner, OwnSessions::Others, &request(&dashboard, at(3))).await;
        assert_eq!(ended.unwrap()[&Surface::Dashboard], 1);
        let gone = house.authority.resume_staff(&token, &request(&dashboard, at(4))).await;
        assert!(matches!(gone, Err(SignedOut::Ended)));
        assert!(mailbox.is_live());
    });
}
