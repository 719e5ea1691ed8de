//! Looking a principal up, and the one row a sign-in takes.

use super::db::{StoreError, Tx, execute, on};
use super::{Db, millis};
use crate::Timestamp;
use crate::hasher::Phc;
use crate::principal::{Epoch, PrincipalId};

/// The two kinds of principal. Their names live apart: a person and a mailbox may be spelt alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Mailbox,
    Staff,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Staff => "staff",
        }
    }
}

/// Whether a principal may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Active,
    Suspended,
    Deleted,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }

    /// What is not known to be active is not: fail closed.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "active" => Self::Active,
            "deleted" | "deleted-suspended" => Self::Deleted,
            _ => Self::Suspended,
        }
    }
}

/// What a sign-in needs to know of a principal.
pub(crate) struct Principal {
    pub(crate) id: PrincipalId,
    pub(crate) epoch: Epoch,
    pub(crate) hash: Phc,
    pub(crate) state: State,
    /// Whether it was signed in from the asked network before.
    pub(crate) known_network: bool,
    /// Whether its password was changed since the asked moment.
    pub(crate) changed: bool,
}

#[derive(sqlx::FromRow)]
struct PrincipalRow {
    id: PrincipalId,
    credential_epoch: Epoch,
    password_hash: String,
    state: String,
    known_network: bool,
    changed: bool,
}

/// Finds a principal by its login, in canonical form; says whether it knows the network, and whether its password was
/// changed since then.
pub(crate) async fn find(
    db: &Db,
    kind: Kind,
    login: &str,
    network: &str,
    since: Timestamp,
) -> Result<Option<Principal>, StoreError> {
    const SQL: &str = "SELECT p.id, p.credential_epoch, p.password_hash, p.state,
            EXISTS (SELECT 1 FROM known_network k WHERE k.principal_id = p.id AND k.network = $3) AS known_network,
            EXISTS (SELECT 1 FROM previous_password v WHERE v.principal_id = p.id AND v.retired_at >= $4) AS changed
        FROM principal p WHERE p.kind = $1 AND p.login = $2";
    let row: Option<PrincipalRow> = on!(db db, conn => {
        sqlx::query_as(SQL).bind(kind.name()).bind(login).bind(network).bind(millis(since)).fetch_optional(conn).await
    })?;
    Ok(row.map(|row| Principal {
        id: row.id,
        epoch: row.credential_epoch,
        hash: Phc(row.password_hash),
        state: State::from_name(&row.state),
        known_network: row.known_network,
        changed: row.changed,
    }))
}

/// Takes the principal's row at the epoch that was verified (invariant 2). False when the password, or the state, has
/// changed meanwhile. Until the transaction ends nobody can change either.
pub(crate) async fn enter(
    tx: &mut Tx,
    id: PrincipalId,
    epoch: Epoch,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE principal SET last_sign_in_at = $3
        WHERE id = $1 AND credential_epoch = $2 AND state = 'active'";
    Ok(execute!(tx, SQL, id, epoch, millis(now))? == 1)
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

/// Whether a principal may sign in changes in one of these ways, and in no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transition {
    Suspend,
    Resume,
    Delete,
    /// Back to what it was when it was deleted: a suspension is not lifted by the way.
    Restore,
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
