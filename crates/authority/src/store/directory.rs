//! Accounts, domains, mailboxes and staff: writing them, and finding one.

use super::db::{StoreError, Tx, execute, on};
use super::row::row;
use super::{Db, millis};
use crate::credential::hasher::Phc;
use crate::model::Timestamp;
use crate::model::actor::Scope;
use crate::model::principal::{AccountId, DomainId, Epoch, Kind, MailboxId, PrincipalId, StaffId};

row! {
    /// An account's row.
    pub(crate) struct AccountRow {
        pub(crate) id: AccountId,
        pub(crate) parent_id: Option<AccountId>,
        pub(crate) kind: String,
        pub(crate) name: String,
        pub(crate) path: String,
        pub(crate) mail_app_mode: Option<String>,
    }
}

/// The accounts within a scope, parents before children.
pub(crate) async fn accounts(db: &Db, scope: &Scope) -> Result<Vec<AccountRow>, StoreError> {
    const SQL: &str = "SELECT id, parent_id, kind, name, path, mail_app_mode FROM account
        WHERE substr(path, 1, length($1)) = $1 ORDER BY length(path) - length(replace(path, '/', '')), name, id";
    on!(db db, conn => sqlx::query_as(SQL).bind(&scope.path).fetch_all(conn).await)
}

/// The root of the tree, once there is one.
pub(crate) async fn host(db: &Db) -> Result<Option<AccountRow>, StoreError> {
    const SQL: &str =
        "SELECT id, parent_id, kind, name, path, mail_app_mode FROM account WHERE parent_id IS NULL";
    on!(db db, conn => sqlx::query_as(SQL).fetch_optional(conn).await)
}

/// Writes an account.
pub(crate) async fn add_account(tx: &mut Tx, row: &AccountRow, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO account (id, parent_id, kind, name, path, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    execute!(tx, SQL, row.id, row.parent_id, &row.kind, &row.name, &row.path, millis(now)).map(|_| ())
}

row! {
    /// A domain's row.
    pub(crate) struct DomainRow {
        pub(crate) id: DomainId,
        pub(crate) name: String,
        pub(crate) account_id: AccountId,
        pub(crate) mail_app_mode: Option<String>,
        pub(crate) mode_above: Option<String>,
    }
}

/// The domains within a scope, by name.
pub(crate) async fn domains(db: &Db, scope: &Scope) -> Result<Vec<DomainRow>, StoreError> {
    const SQL: &str = "SELECT d.id, d.name, d.account_id, d.mail_app_mode, a.mail_app_mode AS mode_above
        FROM domain d JOIN account a ON a.id = d.account_id
        WHERE substr(a.path, 1, length($1)) = $1
            AND ($2 IS NULL OR d.id IN (SELECT domain_id FROM staff_domain WHERE staff_id = $2))
        ORDER BY d.name";
    let limited = scope.limited_to.map(|staff| staff.0);
    on!(db db, conn => sqlx::query_as(SQL).bind(&scope.path).bind(limited).fetch_all(conn).await)
}

/// Writes a domain.
pub(crate) async fn add_domain(
    tx: &mut Tx,
    id: DomainId,
    account: AccountId,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO domain (id, account_id, name, created_at) VALUES ($1, $2, $3, $4)";
    execute!(tx, SQL, id, account, name, millis(now)).map(|_| ())
}

/// Writes a principal with its first password.
pub(crate) async fn add_principal(
    tx: &mut Tx,
    id: PrincipalId,
    kind: Kind,
    login: &str,
    hash: &Phc,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO principal
            (id, kind, login, state, credential_epoch, password_hash, created_at)
        VALUES ($1, $2, $3, 'active', $4, $5, $6)";
    let epoch = Epoch::ZERO.next();
    execute!(tx, SQL, id, kind.name(), login, epoch, &hash.0, millis(now)).map(|_| ())
}

/// Makes a principal a mailbox.
pub(crate) async fn add_mailbox(tx: &mut Tx, id: MailboxId, domain: DomainId) -> Result<(), StoreError> {
    execute!(tx, "INSERT INTO mailbox (id, domain_id) VALUES ($1, $2)", id, domain).map(|_| ())
}

/// Notes when a mailbox was deleted, or that it is not any more.
pub(crate) async fn set_deleted(tx: &mut Tx, id: MailboxId, at: Option<Timestamp>) -> Result<(), StoreError> {
    execute!(tx, "UPDATE mailbox SET deleted_at = $2 WHERE id = $1", id, at.map(millis)).map(|_| ())
}

/// Makes a principal a person of the dashboard.
pub(crate) async fn add_staff(
    tx: &mut Tx,
    id: StaffId,
    account: AccountId,
    role: &str,
    domains: Option<&[DomainId]>,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO staff (id, account_id, role, some_domains) VALUES ($1, $2, $3, $4)";
    execute!(tx, SQL, id, account, role, domains.is_some())?;
    for domain in domains.unwrap_or_default() {
        execute!(tx, "INSERT INTO staff_domain (staff_id, domain_id) VALUES ($1, $2)", id, domain)?;
    }
    Ok(())
}

row! {
    /// A person of the dashboard with the account it belongs to.
    pub(crate) struct StaffRow {
        pub(crate) account_id: AccountId,
        pub(crate) path: String,
        pub(crate) role: String,
        pub(crate) some_domains: bool,
    }
}

/// Finds a person of the dashboard.
pub(crate) async fn staff(db: &Db, id: PrincipalId) -> Result<Option<StaffRow>, StoreError> {
    const SQL: &str = "SELECT s.account_id, a.path, s.role, s.some_domains
        FROM staff s JOIN account a ON a.id = s.account_id WHERE s.id = $1";
    on!(db db, conn => sqlx::query_as(SQL).bind(id).fetch_optional(conn).await)
}

row! {
    /// What stands at an address, for delivery: whether the domain is ours, and the mailbox's state.
    pub(crate) struct DeliveryRow {
        pub(crate) state: Option<String>,
    }
}

/// Finds what stands at an address; none when the domain is not ours.
pub(crate) async fn delivery(db: &Db, login: &str, domain: &str) -> Result<Option<DeliveryRow>, StoreError> {
    const SQL: &str =
        "SELECT (SELECT p.state FROM principal p WHERE p.kind = 'mailbox' AND p.login = $1) AS state
        FROM domain d WHERE d.name = $2";
    on!(db db, conn => sqlx::query_as(SQL).bind(login).bind(domain).fetch_optional(conn).await)
}
