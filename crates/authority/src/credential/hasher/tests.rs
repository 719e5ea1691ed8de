use super::*;

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

fn cheap() -> Hasher {
    Hasher::new(Hashing { memory_kib: 64, passes: 1, at_once: 1, waiting: 8 }).expect("a hasher")
}

#[tokio::test]
async fn only_the_hashed_password_verifies() {
    let hasher = cheap();
    let phc = hasher.hash(Lane::Unknown, secret("Correct horse 4")).await.expect("hashed");
    assert!(phc.0.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{}", phc.0);
    assert!(hasher.verify(Lane::Unknown, secret("Correct horse 4"), Some(&phc)).await.expect("verified"));
    assert!(!hasher.verify(Lane::Unknown, secret("Correct horse 5"), Some(&phc)).await.expect("verified"));
    assert!(!hasher.verify(Lane::Unknown, secret("Correct horse 4"), None).await.expect("verified"));
}

#[tokio::test]
async fn a_broken_hash_is_our_trouble_and_never_a_wrong_password() {
    let broken = Phc("$argon2id$v=19$m=64,t=1".to_owned());
    assert!(matches!(
        cheap().verify(Lane::Unknown, secret("x"), Some(&broken)).await,
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
