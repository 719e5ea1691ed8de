//! Looking a principal up, and the one row a sign-in takes.

use super::db::{StoreError, Tx, execute, on};
use super::row::row;
use super::second_factors::SecondFactor;
use super::{Db, millis};
use crate::credential::hasher::Phc;
use crate::credential::key_file::{KeyId, Sealed};
use crate::model::Timestamp;
use crate::model::mail_app_mode::MailAppMode;
use crate::model::principal::{AccountId, Epoch, Kind, PrincipalId, State, Transition};

/// What a sign-in needs to know of a principal.
#[derive(Clone)]
pub(crate) struct Principal {
    pub(crate) id: PrincipalId,
    pub(crate) kind: Kind,
    pub(crate) login: String,
    pub(crate) epoch: Epoch,
    pub(crate) hash: Phc,
    pub(crate) state: State,
    /// Whether it was signed in from the asked network before.
    pub(crate) known_network: bool,
    /// Whether its password was changed since the asked moment.
    pub(crate) changed: bool,
    /// The account it belongs to; none for a row that was not written by us.
    pub(crate) account: Option<AccountId>,
    pub(crate) second_factor: Option<SecondFactor>,
    /// What mail apps may sign in with.
    pub(crate) mail_apps: MailAppMode,
}

row! {
    struct PrincipalRow {
        id: PrincipalId,
        kind: String,
        login: String,
        credential_epoch: Epoch,
        password_hash: String,
        state: String,
        known_network: bool,
        changed: bool,
        account_id: Option<AccountId>,
        key_id: Option<KeyId>,
        sealed_seed: Option<Vec<u8>>,
        enabled_at: Option<i64>,
        mail_app_mode: Option<String>,
    }
}

/// Whom to find.
#[derive(Clone, Copy)]
pub(crate) enum PrincipalRef<'a> {
    /// By login, in canonical form.
    Login(Kind, &'a str),
    Id(PrincipalId),
}

/// Finds a principal; says whether it knows the network, and whether its password was changed since then.
pub(crate) async fn find(
    db: &Db,
    whom: PrincipalRef<'_>,
    network: &str,
    since: Timestamp,
) -> Result<Option<Principal>, StoreError> {
    macro_rules! select {
        ($condition:literal) => {
            concat!(
                // EXISTS would let PostgreSQL read a whole table into a hash, for one row of it.
                "SELECT p.id, p.kind, p.login, p.credential_epoch, p.password_hash, p.state,
                    (SELECT 1 FROM known_network k WHERE k.principal_id = p.id AND k.network = $1 LIMIT 1)
                        IS NOT NULL AS known_network,
                    (SELECT 1 FROM previous_password v WHERE v.principal_id = p.id AND v.retired_at >= $2 LIMIT 1)
                        IS NOT NULL AS changed,
                    COALESCE(d.account_id, s.account_id) AS account_id,
                    f.key_id, f.sealed_seed, f.enabled_at,
                    COALESCE(m.mail_app_mode, d.mail_app_mode, a.mail_app_mode) AS mail_app_mode
                FROM principal p
                LEFT JOIN second_factor f ON f.principal_id = p.id
                LEFT JOIN mailbox m ON m.id = p.id
                LEFT JOIN domain d ON d.id = m.domain_id
                LEFT JOIN account a ON a.id = d.account_id
                LEFT JOIN staff s ON s.id = p.id
                WHERE ",
                $condition
            )
        };
    }
    let row: Option<PrincipalRow> = on!(db db, conn => match whom {
        PrincipalRef::Login(kind, login) => {
            sqlx::query_as(select!("p.kind = $3 AND p.login = $4"))
                .bind(network).bind(millis(since)).bind(kind.name()).bind(login).fetch_optional(conn).await
        }
        PrincipalRef::Id(id) => {
            sqlx::query_as(select!("p.id = $3"))
                .bind(network).bind(millis(since)).bind(id).fetch_optional(conn).await
        }
    })?;
    Ok(row.map(Principal::from_row))
}

impl Principal {
    fn from_row(row: PrincipalRow) -> Self {
        let seed = row.key_id.zip(row.sealed_seed).map(|(key, bytes)| Sealed { key, bytes });
        Self {
            id: row.id,
            kind: if row.kind == Kind::Staff.name() { Kind::Staff } else { Kind::Mailbox },
            login: row.login,
            epoch: row.credential_epoch,
            hash: Phc(row.password_hash),
            state: State::from_name(&row.state),
            known_network: row.known_network,
            changed: row.changed,
            account: row.account_id,
            second_factor: seed
                .zip(row.enabled_at)
                .map(|(seed, enabled_at)| SecondFactor { seed, enabled_at }),
            mail_apps: row.mail_app_mode.as_deref().map_or(MailAppMode::default(), MailAppMode::from_name),
        }
    }
}

/// Takes the principal's row at the epoch that was verified (invariant 2). False when the password, or the state, has
/// changed meanwhile. Until the transaction ends nobody can change either.
pub(crate) async fn lock_at_epoch(tx: &mut Tx, id: PrincipalId, epoch: Epoch) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE principal SET credential_epoch = credential_epoch
        WHERE id = $1 AND credential_epoch = $2 AND state = 'active'";
    Ok(execute!(tx, SQL, id, epoch)? == 1)
}

/// The same for a sign-in that spends nothing, which is noted at once.
pub(crate) async fn lock_and_note_sign_in(
    tx: &mut Tx,
    id: PrincipalId,
    epoch: Epoch,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE principal SET last_sign_in_at = $3
        WHERE id = $1 AND credential_epoch = $2 AND state = 'active'";
    Ok(execute!(tx, SQL, id, epoch, millis(now))? == 1)
}

/// Notes that a principal has signed in.
pub(crate) async fn signed_in(tx: &mut Tx, id: PrincipalId, now: Timestamp) -> Result<(), StoreError> {
    execute!(tx, "UPDATE principal SET last_sign_in_at = $2 WHERE id = $1", id, millis(now)).map(|_| ())
}

/// Takes the row of a principal that may sign in, whatever its epoch, and says which that is.
pub(crate) async fn lock_principal(tx: &mut Tx, id: PrincipalId) -> Result<Option<Epoch>, StoreError> {
    const SQL: &str = "UPDATE principal SET credential_epoch = credential_epoch
        WHERE id = $1 AND state = 'active' RETURNING credential_epoch";
    let held: Option<(Epoch,)> = on!(tx tx, conn => sqlx::query_as(SQL).bind(id).fetch_optional(conn).await)?;
    Ok(held.map(|(epoch,)| epoch))
}

/// Takes the row of a principal that is not deleted, whether it may sign in or not.
pub(crate) async fn lock_existing(tx: &mut Tx, id: PrincipalId) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE principal SET credential_epoch = credential_epoch
        WHERE id = $1 AND state IN ('active', 'suspended')";
    Ok(execute!(tx, SQL, id)? == 1)
}

/// The epoch of a principal that is not deleted.
pub(crate) async fn epoch(tx: &mut Tx, id: PrincipalId) -> Result<Option<Epoch>, StoreError> {
    const SQL: &str =
        "SELECT credential_epoch FROM principal WHERE id = $1 AND state IN ('active', 'suspended')";
    let found: Option<(Epoch,)> =
        on!(tx tx, conn => sqlx::query_as(SQL).bind(id).fetch_optional(conn).await)?;
    Ok(found.map(|(epoch,)| epoch))
}

/// The login of a principal.
pub(crate) async fn login(tx: &mut Tx, id: PrincipalId) -> Result<Option<String>, StoreError> {
    const SQL: &str = "SELECT login FROM principal WHERE id = $1";
    let found: Option<(String,)> =
        on!(tx tx, conn => sqlx::query_as(SQL).bind(id).fetch_optional(conn).await)?;
    Ok(found.map(|(login,)| login))
}

/// Whether the owner of a mailbox is to be told of a network it was never signed in from: it wants to be, and it is not
/// the first one.
pub(crate) async fn is_new_network(tx: &mut Tx, id: PrincipalId, network: &str) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT 1 FROM mailbox m WHERE m.id = $1 AND m.tell_new_places
        AND EXISTS (SELECT 1 FROM known_network k WHERE k.principal_id = m.id AND k.network <> $2)
        AND NOT EXISTS (SELECT 1 FROM known_network k WHERE k.principal_id = m.id AND k.network = $2)";
    let found: Option<(i32,)> =
        on!(tx tx, conn => sqlx::query_as(SQL).bind(id).bind(network).fetch_optional(conn).await)?;
    Ok(found.is_some())
}

/// Whether the owner is told of new places.
pub(crate) async fn new_place_notices(db: &Db, id: PrincipalId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT tell_new_places FROM mailbox WHERE id = $1";
    let found: Option<(bool,)> = on!(db db, conn => sqlx::query_as(SQL).bind(id).fetch_optional(conn).await)?;
    Ok(found.is_some_and(|(tells,)| tells))
}

/// Sets whether the owner is told of new places.
pub(crate) async fn set_new_place_notices(
    tx: &mut Tx,
    id: PrincipalId,
    tell: bool,
) -> Result<(), StoreError> {
    execute!(tx, "UPDATE mailbox SET tell_new_places = $2 WHERE id = $1", id, tell).map(|_| ())
}

/// Remembers the network a principal signed in from.
pub(crate) async fn remember_network(
    tx: &mut Tx,
    id: PrincipalId,
    network: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO known_network (principal_id, network, seen_at) VALUES ($1, $2, $3)
        ON CONFLICT (principal_id, network) DO UPDATE SET seen_at = excluded.seen_at";
    execute!(tx, SQL, id, network, millis(now)).map(|_| ())
}

/// Changes whether a principal may sign in. False when it is not in a state from which that makes sense.
pub(crate) async fn transition(
    tx: &mut Tx,
    id: PrincipalId,
    transition: Transition,
) -> Result<bool, StoreError> {
    let sql = match transition {
        Transition::Suspend => "UPDATE principal SET state = 'suspended' WHERE id = $1 AND state = 'active'",
        Transition::Resume => "UPDATE principal SET state = 'active' WHERE id = $1 AND state = 'suspended'",
        Transition::Delete => {
            "UPDATE principal SET state = CASE state WHEN 'active' THEN 'deleted' ELSE 'deleted-suspended' END
            WHERE id = $1 AND state IN ('active', 'suspended')"
        }
        Transition::Restore => {
            "UPDATE principal SET state = CASE state WHEN 'deleted' THEN 'active' ELSE 'suspended' END
            WHERE id = $1 AND state IN ('deleted', 'deleted-suspended')"
        }
    };
    Ok(execute!(tx, sql, id)? == 1)
}
