//! What happened: the audit, the attempts that did not succeed, the notices to be mailed.

use super::db::{StoreError, Tx, execute, on};
use super::row::row;
use super::{Db, millis};
use crate::model::Timestamp;
use crate::model::actor::Actor;
use crate::model::audit_event::{AuditActor, AuditEvent, Subject};
use crate::model::origin::{Origin, Surface};
use crate::model::principal::{PrincipalId, draw_id};
use crate::model::refusal_cause::RefusalCause;
use crate::model::request::Request;
use crate::model::stored::Stored;

/// Writes the one audit row of an act, in the act's transaction (invariant 14). Where the subject lies in the tree is
/// read there and then: a mailbox that moves later takes its history along no further than that.
pub(crate) async fn audit(
    tx: &mut Tx,
    by: &AuditActor,
    event: AuditEvent,
    subject: &Subject<'_>,
    detail: &serde_json::Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO audit
            (id, at, actor, event, subject, account_path, domain_id, principal_id, surface, ip, detail)
        VALUES ($1, $2, $3, $4, $5,
            (SELECT a.path FROM account a WHERE a.id = COALESCE(
                $6,
                (SELECT d.account_id FROM domain d WHERE d.id = $7),
                (SELECT d.account_id FROM mailbox m JOIN domain d ON d.id = m.domain_id WHERE m.id = $8),
                (SELECT s.account_id FROM staff s WHERE s.id = $8))),
            COALESCE($7, (SELECT m.domain_id FROM mailbox m WHERE m.id = $8)), $8, $9, $10, $11)";
    let (account, domain, principal) = subject.ids();
    let id = draw_id(&mut rand::rng());
    execute!(
        tx,
        SQL,
        id,
        millis(now),
        &by.actor,
        event.name(),
        subject.name(),
        account,
        domain,
        principal,
        by.surface.map(Surface::name),
        by.ip.as_deref(),
        detail.to_string()
    )
    .map(|_| ())
}

row! {
    /// A row of the audit, for lists.
    pub(crate) struct AuditRow {
        pub(crate) at: i64,
        pub(crate) actor: String,
        pub(crate) event: Stored<AuditEvent>,
        pub(crate) subject: String,
        pub(crate) ip: Option<String>,
        pub(crate) detail: String,
    }
}

/// The newest audit rows within a scope, about one principal or all.
pub(crate) async fn audit_rows(
    db: &Db,
    actor: &Actor,
    about: Option<PrincipalId>,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    const SQL: &str = "SELECT at, actor, event, subject, ip, detail FROM audit
        WHERE substr(account_path, 1, length($1)) = $1
            AND ($2 IS NULL OR domain_id IN (SELECT domain_id FROM staff_domain WHERE staff_id = $2))
            AND ($3 IS NULL OR principal_id = $3)
        ORDER BY at DESC, id LIMIT $4";
    let limited = actor.scope.limited_to.map(|staff| staff.0);
    on!(db db, conn => {
        sqlx::query_as(SQL).bind(&actor.scope.path).bind(limited).bind(about.map(|id| id.0)).bind(i64::from(limit))
            .fetch_all(conn).await
    })
}

/// The newest audit rows about one principal, for itself.
pub(crate) async fn audit_of(db: &Db, about: PrincipalId, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
    const SQL: &str = "SELECT at, actor, event, subject, ip, detail FROM audit
        WHERE principal_id = $1 ORDER BY at DESC, id LIMIT $2";
    on!(db db, conn => sqlx::query_as(SQL).bind(about).bind(i64::from(limit)).fetch_all(conn).await)
}

/// An attempt that did not succeed.
pub(crate) struct NewRefusedAttempt {
    pub(crate) principal: Option<PrincipalId>,
    pub(crate) login: String,
    pub(crate) cause: RefusalCause,
    pub(crate) request: Request,
}

/// Notes an attempt that did not succeed.
pub(crate) async fn note_refused_attempt(tx: &mut Tx, this: &NewRefusedAttempt) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO refused_try (id, at, principal_id, login, surface, ip, client, cause)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let NewRefusedAttempt { principal, login, cause, request: Request { origin, now } } = this;
    let Origin { ip, surface, client } = origin;
    let id = draw_id(&mut rand::rng());
    execute!(
        tx,
        SQL,
        id,
        millis(*now),
        principal,
        login,
        surface.name(),
        ip.to_string(),
        client.as_deref(),
        cause.name()
    )
    .map(|_| ())
}

row! {
    /// A refused attempt, for lists.
    pub(crate) struct RefusedRow {
        pub(crate) at: i64,
        pub(crate) surface: String,
        pub(crate) ip: String,
        pub(crate) client: Option<String>,
        pub(crate) cause: Stored<RefusalCause>,
    }
}

/// The newest refused attempts at a principal.
pub(crate) async fn refused_rows(
    db: &Db,
    principal: PrincipalId,
    limit: u32,
) -> Result<Vec<RefusedRow>, StoreError> {
    const SQL: &str = "SELECT at, surface, ip, client, cause FROM refused_try
        WHERE principal_id = $1 ORDER BY at DESC, id LIMIT $2";
    on!(db db, conn => sqlx::query_as(SQL).bind(principal).bind(i64::from(limit)).fetch_all(conn).await)
}

/// Forgets refused attempts and closed sessions from before a moment.
pub(crate) async fn forget_before(tx: &mut Tx, moment: Timestamp) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM refused_try WHERE at < $1", millis(moment))?;
    execute!(tx, "DELETE FROM session WHERE closed_at < $1", millis(moment)).map(|_| ())
}
