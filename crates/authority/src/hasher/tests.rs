use super::*;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

fn cheap() -> Hasher {
    Hasher::new(Hashing { memory_kib: 64, passes: 1, at_once: 1, waiting: 8 }).expect("a hasher")
}

#[tokio::test]
async fn only_the_hashed_password_verifies() {
    let hasher = cheap();
    let phc = hasher.hash(Lane::Stranger, secret("Correct horse 4")).await.expect("hashed");
    assert!(phc.0.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{}", phc.0);
    assert!(hasher.verify(Lane::Stranger, secret("Correct horse 4"), Some(&phc)).await.expect("verified"));
    assert!(!hasher.verify(Lane::Stranger, secret("Correct horse 5"), Some(&phc)).await.expect("verified"));
    assert!(!hasher.verify(Lane::Stranger, secret("Correct horse 4"), None).await.expect("verified"));
}

#[tokio::test]
async fn a_broken_hash_is_our_trouble_and_never_a_wrong_password() {
    let broken = Phc("$argon2id$v=19$m=64,t=1".to_owned());
    assert!(matches!(
        cheap().verify(Lane::Stranger, secret("x"), Some(&broken)).await,
        Err(HasherError::Broken(_))
    ));
}

#[test]
fn a_hash_of_another_cost_is_outdated() {
    let hasher = cheap();
    assert!(!hasher.outdated(&hasher.nobody));
    let dearer =
        Hasher::new(Hashing { passes: 2, memory_kib: 64, at_once: 1, waiting: 8 }).expect("a hasher");
    assert!(hasher.outdated(&dearer.nobody));
}

/// Takes the only permit, lets people wait as `lanes` says, and returns the order in which they got their turn.
fn served(lanes: &[Lane]) -> Vec<usize> {
    let permits = Arc::new(Permits::new(1, 8));
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(first)) = pin!(Permits::take(&permits, Lane::Stranger)).poll(&mut context) else {
        panic!("the first permit is free")
    };
    let mut waiting: Vec<_> =
        lanes.iter().map(|lane| Some(Box::pin(Permits::take(&permits, *lane)))).collect();
    for turn in waiting.iter_mut().flatten() {
        assert!(turn.as_mut().poll(&mut context).is_pending());
    }
    let mut holding = Some(first);
    let mut order = Vec::new();
    while order.len() < lanes.len() {
        drop(holding.take());
        for (index, slot) in waiting.iter_mut().enumerate() {
            let Some(turn) = slot else { continue };
            if let Poll::Ready(Ok(permit)) = turn.as_mut().poll(&mut context) {
                (*slot, holding) = (None, Some(permit));
                order.push(index);
                break;
            }
        }
        assert!(holding.is_some(), "a permit was lost");
    }
    order
}

#[test]
fn known_people_go_first_and_strangers_still_have_their_turn() {
    use Lane::{Background, Known, Stranger};
    assert_eq!(served(&[Background, Stranger, Known]), [2, 1, 0]);
    assert_eq!(served(&[Stranger, Known, Known, Known, Known, Known, Known]), [1, 2, 3, 4, 0, 5, 6]);
}

#[test]
fn a_full_lane_is_our_trouble_and_other_lanes_stay_open() {
    let permits = Arc::new(Permits::new(0, 1));
    let mut context = Context::from_waker(Waker::noop());
    let mut first = Box::pin(Permits::take(&permits, Lane::Stranger));
    assert!(first.as_mut().poll(&mut context).is_pending());
    let second = pin!(Permits::take(&permits, Lane::Stranger)).poll(&mut context);
    assert!(matches!(second, Poll::Ready(Err(HasherError::Busy))));
    assert!(pin!(Permits::take(&permits, Lane::Known)).poll(&mut context).is_pending());
    // Whoever gives up makes room.
    drop(first);
    assert!(pin!(Permits::take(&permits, Lane::Stranger)).poll(&mut context).is_pending());
}
