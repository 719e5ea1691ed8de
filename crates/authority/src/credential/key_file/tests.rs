#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::*;

fn keys() -> (tempfile::TempDir, Keys) {
    let dir = tempfile::tempdir().unwrap();
    let keys = Keys::at(dir.path().join("keys"));
    keys.create_if_missing().unwrap();
    (dir, keys)
}

#[test]
fn invariant_9_a_seal_opens_only_where_it_is_bound_and_only_whole() {
    let (_dir, keys) = keys();
    let sealed = keys.seal(b"seed", b"account 1, mailbox 2").unwrap();
    assert_eq!(keys.open(&sealed, b"account 1, mailbox 2").unwrap().as_slice(), b"seed");
    assert!(matches!(keys.open(&sealed, b"account 1, mailbox 3"), Err(KeyError::Broken)));
    for at in 0..sealed.bytes.len() {
        let mut changed = sealed.clone();
        changed.bytes[at] ^= 1;
        assert!(matches!(keys.open(&changed, b"account 1, mailbox 2"), Err(KeyError::Broken)));
    }
    let cut = Sealed { bytes: sealed.bytes[..7].to_vec(), ..sealed };
    assert!(matches!(keys.open(&cut, b"account 1, mailbox 2"), Err(KeyError::Broken)));
}

#[test]
fn a_rotated_file_still_opens_what_older_keys_have_sealed() {
    let (_dir, keys) = keys();
    let before = keys.seal(b"seed", b"").unwrap();
    let digest = keys.digest(before.key, "x", &[b"ab", b"c"]).unwrap();
    // A node that has read the file before learns of the new key when it meets it.
    let other = Keys::at(keys.path.clone());
    assert_eq!(other.newest().unwrap(), KeyId(1));
    assert_eq!(keys.rotate().unwrap(), KeyId(2));
    let after = keys.seal(b"seed", b"").unwrap();
    assert_eq!(after.key, KeyId(2));
    assert_eq!(keys.open(&before, b"").unwrap().as_slice(), b"seed");
    assert_eq!(other.open(&after, b"").unwrap().as_slice(), b"seed");
    assert_eq!(keys.digest(before.key, "x", &[b"ab", b"c"]).unwrap(), digest);
    assert_ne!(keys.digest(before.key, "x", &[b"a", b"bc"]).unwrap(), digest);
    assert_ne!(keys.digest(after.key, "x", &[b"ab", b"c"]).unwrap(), digest);
}

#[test]
fn invariant_7_a_missing_wrong_or_torn_file_is_a_trouble_and_says_which() {
    let (dir, keys) = keys();
    let sealed = keys.seal(b"seed", b"").unwrap();
    let at = |name: &str, text: &str| {
        std::fs::write(dir.path().join(name), text).unwrap();
        Keys::at(dir.path().join(name)).open(&sealed, b"").err().unwrap()
    };
    let other = format!("1 {}", BASE64_STANDARD_NO_PAD.encode([7; 32]));
    assert!(matches!(at("other", &other), KeyError::Broken));
    let later = format!("2 {}", BASE64_STANDARD_NO_PAD.encode([7; 32]));
    assert!(matches!(at("later", &later), KeyError::Unknown(_)));
    assert!(matches!(at("torn", "# keys\n1 QUJD"), KeyError::Malformed(_, 2)));
    assert!(matches!(at("empty", ""), KeyError::Malformed(_, 1)));
    let missing = Keys::at(dir.path().join("nowhere"));
    assert!(matches!(missing.open(&sealed, b""), Err(KeyError::Missing(_))));
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(&keys.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
