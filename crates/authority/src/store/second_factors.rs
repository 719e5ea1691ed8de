//! Second factors: the sealed seed, the step that was spent last, setting one up, and the browsers that still owe a
//! code.

use super::db::{StoreError, Tx, execute, on};
use super::row::row;
use super::{Db, millis};
use crate::credential::key_file::{KeyId, Sealed};
use crate::credential::totp::TimeStep;
use crate::model::Timestamp;
use crate::model::origin::Surface;
use crate::model::principal::{AccountId, Epoch, PrincipalId, SessionId};

/// The second factor of a principal.
#[derive(Clone)]
pub(crate) struct SecondFactor {
    pub(crate) seed: Sealed,
    pub(crate) enabled_at: i64,
}

/// The account a principal belongs to: what a seed is bound to.
pub(crate) async fn account(tx: &mut Tx, id: PrincipalId) -> Result<Option<AccountId>, StoreError> {
    const SQL: &str = "SELECT COALESCE(d.account_id, s.account_id) FROM principal p
        LEFT JOIN mailbox m ON m.id = p.id LEFT JOIN domain d ON d.id = m.domain_id
        LEFT JOIN staff s ON s.id = p.id WHERE p.id = $1";
    let found: Option<(Option<AccountId>,)> =
        on!(tx tx, conn => sqlx::query_as(SQL).bind(id).fetch_optional(conn).await)?;
    Ok(found.and_then(|(account,)| account))
}

/// When a principal's second factor was turned on, if it is on.
pub(crate) async fn enabled_at(db: &Db, id: PrincipalId) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT enabled_at FROM second_factor WHERE principal_id = $1";
    let found: Option<(i64,)> = on!(db db, conn => sqlx::query_as(SQL).bind(id).fetch_optional(conn).await)?;
    Ok(found.map(|(at,)| at))
}

/// The same, asked in the transaction that relies on it.
pub(crate) async fn is_on(tx: &mut Tx, id: PrincipalId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT enabled_at FROM second_factor WHERE principal_id = $1";
    let found: Option<(i64,)> = on!(tx tx, conn => sqlx::query_as(SQL).bind(id).fetch_optional(conn).await)?;
    Ok(found.is_some())
}

/// Turns a second factor on, or puts another in its place. The step that confirmed it is spent.
pub(crate) async fn put(
    tx: &mut Tx,
    id: PrincipalId,
    seed: &Sealed,
    spent: TimeStep,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO second_factor (principal_id, key_id, sealed_seed, last_step, enabled_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (principal_id) DO UPDATE SET key_id = excluded.key_id, sealed_seed = excluded.sealed_seed,
            last_step = excluded.last_step, enabled_at = excluded.enabled_at";
    execute!(tx, SQL, id, seed.key, seed.bytes.as_slice(), spent, millis(now)).map(|_| ())
}

/// Turns it off. False when it was not on.
pub(crate) async fn remove(tx: &mut Tx, id: PrincipalId) -> Result<bool, StoreError> {
    Ok(execute!(tx, "DELETE FROM second_factor WHERE principal_id = $1", id)? == 1)
}

/// Spends a time step (invariant 5). False when it, or a later one, was spent before, or the seed is not the one the
/// code was held against any more.
pub(crate) async fn spend(
    tx: &mut Tx,
    id: PrincipalId,
    enabled_at: i64,
    step: TimeStep,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE second_factor SET last_step = $3
        WHERE principal_id = $1 AND enabled_at = $2 AND last_step < $3";
    Ok(execute!(tx, SQL, id, enabled_at, step)? == 1)
}

/// Counts a guess at a code, before it is looked at. False when there were too many in this window already.
pub(crate) async fn guess(
    tx: &mut Tx,
    id: PrincipalId,
    network: &str,
    since: Timestamp,
    at_most: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO code_guess (principal_id, network, since, guesses, wrong)
        VALUES ($1, $2, $5, 1, 0)
        ON CONFLICT (principal_id, network) DO UPDATE SET
            since = CASE WHEN code_guess.since < $3 THEN excluded.since ELSE code_guess.since END,
            guesses = CASE WHEN code_guess.since < $3 THEN 1 ELSE code_guess.guesses + 1 END,
            wrong = CASE WHEN code_guess.since < $3 THEN 0 ELSE code_guess.wrong END
        WHERE code_guess.since < $3 OR code_guess.guesses < $4";
    Ok(execute!(tx, SQL, id, network, millis(since), at_most, millis(now))? == 1)
}

/// Notes that a guess was wrong: how many were in this window.
pub(crate) async fn guessed_wrong(tx: &mut Tx, id: PrincipalId, network: &str) -> Result<i64, StoreError> {
    const SQL: &str = "UPDATE code_guess SET wrong = wrong + 1 WHERE principal_id = $1 AND network = $2
        RETURNING wrong";
    let wrong: Option<(i64,)> =
        on!(tx tx, conn => sqlx::query_as(SQL).bind(id).bind(network).fetch_optional(conn).await)?;
    Ok(wrong.map_or(0, |(wrong,)| wrong))
}

/// Takes a guess back: the code was right once, which is no guessing.
pub(crate) async fn take_guess_back(tx: &mut Tx, id: PrincipalId, network: &str) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE code_guess SET guesses = guesses - 1
        WHERE principal_id = $1 AND network = $2 AND guesses > 0";
    execute!(tx, SQL, id, network).map(|_| ())
}

/// Forgets the guesses of a network, because the right code came from it.
pub(crate) async fn forget_guesses(tx: &mut Tx, id: PrincipalId, network: &str) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM code_guess WHERE principal_id = $1 AND network = $2";
    execute!(tx, SQL, id, network).map(|_| ())
}

/// Notes the seed a session has been shown, in the place of one it was shown before.
pub(crate) async fn begin_enrolment(
    tx: &mut Tx,
    session: SessionId,
    id: PrincipalId,
    seed: &Sealed,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO enrolment (session_id, principal_id, key_id, sealed_seed, begun_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (session_id) DO UPDATE SET
            key_id = excluded.key_id, sealed_seed = excluded.sealed_seed, begun_at = excluded.begun_at";
    execute!(tx, SQL, session, id, seed.key, seed.bytes.as_slice(), millis(now)).map(|_| ())
}

/// The seed a session was shown since a moment and has not confirmed.
pub(crate) async fn enrolment(
    tx: &mut Tx,
    session: SessionId,
    since: Timestamp,
) -> Result<Option<Sealed>, StoreError> {
    const SQL: &str = "SELECT key_id, sealed_seed FROM enrolment WHERE session_id = $1 AND begun_at >= $2";
    let found: Option<(KeyId, Vec<u8>)> = on!(tx tx, conn => {
        sqlx::query_as(SQL).bind(session).bind(millis(since)).fetch_optional(conn).await
    })?;
    Ok(found.map(|(key, bytes)| Sealed { key, bytes }))
}

/// Forgets every seed a principal was shown and has not confirmed.
pub(crate) async fn end_enrolments(tx: &mut Tx, id: PrincipalId) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM enrolment WHERE principal_id = $1", id).map(|_| ())
}

row! {
    /// A browser whose password was right and that still owes a code.
    pub(crate) struct ChallengeRow {
        pub(crate) principal_id: PrincipalId,
        pub(crate) epoch: Epoch,
        pub(crate) proved_at: i64,
        pub(crate) begun_at: i64,
        pub(crate) tries: i64,
    }
}

/// The code that a browser is asked for from now on.
pub(crate) struct NewChallenge<'a> {
    pub(crate) token_digest: &'a [u8],
    pub(crate) principal: PrincipalId,
    /// The epoch of the password that was right.
    pub(crate) epoch: Epoch,
    pub(crate) surface: Surface,
    /// When the password was given.
    pub(crate) proved_at: Timestamp,
    pub(crate) begun_at: Timestamp,
}

/// Notes one.
pub(crate) async fn begin_challenge(tx: &mut Tx, challenge: &NewChallenge<'_>) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO second_step
            (token_digest, principal_id, epoch, surface, proved_at, begun_at, tries)
        VALUES ($1, $2, $3, $4, $5, $6, 0)";
    let NewChallenge { token_digest, principal, epoch, surface, proved_at, begun_at } = challenge;
    let (proved_at, begun_at) = (millis(*proved_at), millis(*begun_at));
    execute!(tx, SQL, *token_digest, principal, epoch, surface.name(), proved_at, begun_at).map(|_| ())
}

/// Finds it by the hash of its token.
pub(crate) async fn challenge(
    db: &Db,
    digest: &[u8],
    surface: &str,
) -> Result<Option<ChallengeRow>, StoreError> {
    const SQL: &str = "SELECT principal_id, epoch, proved_at, begun_at, tries FROM second_step
        WHERE token_digest = $1 AND surface = $2";
    on!(db db, conn => sqlx::query_as(SQL).bind(digest).bind(surface).fetch_optional(conn).await)
}

/// Counts a wrong code against it.
pub(crate) async fn fail_challenge(tx: &mut Tx, digest: &[u8]) -> Result<(), StoreError> {
    execute!(tx, "UPDATE second_step SET tries = tries + 1 WHERE token_digest = $1", digest).map(|_| ())
}

/// Ends it. False when it is over already.
pub(crate) async fn end_challenge(tx: &mut Tx, digest: &[u8]) -> Result<bool, StoreError> {
    Ok(execute!(tx, "DELETE FROM second_step WHERE token_digest = $1", digest)? == 1)
}

/// Ends all of a principal's.
pub(crate) async fn end_challenges(tx: &mut Tx, id: PrincipalId) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM second_step WHERE principal_id = $1", id).map(|_| ())
}

/// Puts new backup codes in the place of the old ones.
pub(crate) async fn put_backup_codes(
    tx: &mut Tx,
    id: PrincipalId,
    digests: &[[u8; 32]],
) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM backup_code WHERE principal_id = $1", id)?;
    for digest in digests {
        const SQL: &str = "INSERT INTO backup_code (principal_id, digest) VALUES ($1, $2)";
        execute!(tx, SQL, id, digest.as_slice())?;
    }
    Ok(())
}

/// Spends a backup code (invariant 5). False when there is none like it.
pub(crate) async fn spend_backup_code(
    tx: &mut Tx,
    id: PrincipalId,
    digest: &[u8],
) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM backup_code WHERE principal_id = $1 AND digest = $2";
    Ok(execute!(tx, SQL, id, digest)? == 1)
}

/// Whether there is a backup code like this.
pub(crate) async fn has_backup_code(db: &Db, id: PrincipalId, digest: &[u8]) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT 1 FROM backup_code WHERE principal_id = $1 AND digest = $2";
    let found: Option<(i32,)> =
        on!(db db, conn => sqlx::query_as(SQL).bind(id).bind(digest).fetch_optional(conn).await)?;
    Ok(found.is_some())
}

/// How many backup codes are left.
pub(crate) async fn backup_codes_left(db: &Db, id: PrincipalId) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM backup_code WHERE principal_id = $1";
    let (left,): (i64,) = on!(db db, conn => sqlx::query_as(SQL).bind(id).fetch_one(conn).await)?;
    Ok(left)
}

row! {
    /// A seed that is sealed under an older key than the newest.
    pub(crate) struct OutdatedRow {
        pub(crate) principal_id: PrincipalId,
        pub(crate) account_id: AccountId,
        pub(crate) key_id: KeyId,
        pub(crate) sealed_seed: Vec<u8>,
    }
}

/// Some of the seeds that are not sealed under a key.
pub(crate) async fn sealed_otherwise(
    db: &Db,
    key: KeyId,
    limit: i64,
) -> Result<Vec<OutdatedRow>, StoreError> {
    const SQL: &str = "SELECT f.principal_id, COALESCE(d.account_id, s.account_id) AS account_id,
            f.key_id, f.sealed_seed
        FROM second_factor f LEFT JOIN mailbox m ON m.id = f.principal_id
        LEFT JOIN domain d ON d.id = m.domain_id LEFT JOIN staff s ON s.id = f.principal_id
        WHERE f.key_id <> $1 LIMIT $2";
    on!(db db, conn => sqlx::query_as(SQL).bind(key).bind(limit).fetch_all(conn).await)
}

/// Puts the same seed, sealed anew, in the place of what was read. Nothing happens when it is another one by now.
pub(crate) async fn reseal(
    tx: &mut Tx,
    id: PrincipalId,
    before: &[u8],
    after: &Sealed,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE second_factor SET key_id = $3, sealed_seed = $4
        WHERE principal_id = $1 AND sealed_seed = $2";
    Ok(execute!(tx, SQL, id, before, after.key, after.bytes.as_slice())? == 1)
}

/// Whether anything in the store needs a key of the file.
pub(crate) async fn needs_keys(db: &Db) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT 1 WHERE EXISTS (SELECT 1 FROM second_factor) OR EXISTS (SELECT 1 FROM app_password)
        OR EXISTS (SELECT 1 FROM enrolment) OR EXISTS (SELECT 1 FROM link) OR EXISTS (SELECT 1 FROM backup_code)";
    let found: Option<(i32,)> = on!(db db, conn => sqlx::query_as(SQL).fetch_optional(conn).await)?;
    Ok(found.is_some())
}

/// Forgets what was begun before a moment and never finished.
pub(crate) async fn forget_unfinished(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM enrolment WHERE begun_at < $1", millis(before))?;
    execute!(tx, "DELETE FROM second_step WHERE begun_at < $1", millis(before)).map(|_| ())
}
