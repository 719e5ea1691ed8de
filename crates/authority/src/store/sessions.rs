//! Session rows.

use super::db::{StoreError, Tx, execute, on};
use super::row::row;
use super::{Db, millis};
use crate::model::Timestamp;
use crate::model::end_reason::{EndReason, SessionEnd, SessionSelector};
use crate::model::origin::{Origin, Surface};
use crate::model::principal::{AppPasswordId, Epoch, PrincipalId, SessionId};
use crate::model::stored::Stored;
use sqlx::AssertSqlSafe;

/// A session about to be opened.
pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) principal: PrincipalId,
    pub(crate) epoch: Epoch,
    pub(crate) origin: Origin,
    /// For browsers: the hash of the cookie's token.
    pub(crate) token_digest: Option<Vec<u8>>,
    pub(crate) app_password: Option<AppPasswordId>,
    /// Whether a second factor was given.
    pub(crate) second_factor: bool,
    /// When the password was.
    pub(crate) proved_at: Timestamp,
}

/// Writes the row of a session that opens now.
pub(crate) async fn open(
    tx: &mut Tx,
    session: &NewSession,
    node: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO session
            (id, principal_id, epoch, surface, node, token_digest, ip, client, opened_at, seen_at,
            app_password_id, second_factor, proved_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12)";
    let NewSession { id, principal, epoch, origin, token_digest, app_password, second_factor, proved_at } =
        session;
    let Origin { ip, surface, client } = origin;
    execute!(
        tx,
        SQL,
        id,
        principal,
        epoch,
        surface.name(),
        node,
        token_digest.as_deref(),
        ip.to_string(),
        client.as_deref(),
        millis(now),
        app_password,
        second_factor,
        millis(*proved_at)
    )
    .map(|_| ())
}

row! {
    /// A session that was just ended.
    pub(crate) struct EndedRow {
        pub(crate) id: SessionId,
        pub(crate) surface: String,
        pub(crate) node: String,
        pub(crate) opened_at: i64,
        pub(crate) seen_at: i64,
    }
}

/// Ends sessions of a principal, in the transaction of the reason. A browser's session needs no closing; a connection
/// is closed by its node.
pub(crate) async fn end(
    tx: &mut Tx,
    principal: PrincipalId,
    of: SessionSelector,
    reason: EndReason,
    now: Timestamp,
) -> Result<Vec<EndedRow>, StoreError> {
    const SQL: &str = "UPDATE session SET ended_at = $3, end_reason = $4,
            closed_at = CASE WHEN token_digest IS NULL THEN NULL ELSE $3 END
        WHERE principal_id = $1 AND ended_at IS NULL
            AND ($2 IS NULL OR id = $2) AND ($5 IS NULL OR id <> $5)
        RETURNING id, surface, node, opened_at, seen_at";
    let (only, but) = match of {
        SessionSelector::All => (None, None),
        SessionSelector::Session(id) => (Some(id.0), None),
        SessionSelector::AllBut(id) => (None, Some(id.0)),
    };
    on!(tx tx, conn => {
        sqlx::query_as(SQL).bind(principal).bind(only).bind(millis(now)).bind(reason.name()).bind(but)
            .fetch_all(conn).await
    })
}

/// Ends the sessions an app password has opened, in the transaction of the reason.
pub(crate) async fn end_opened_by(
    tx: &mut Tx,
    app_password: AppPasswordId,
    reason: EndReason,
    now: Timestamp,
) -> Result<Vec<EndedRow>, StoreError> {
    const SQL: &str = "UPDATE session SET ended_at = $2, end_reason = $3
        WHERE app_password_id = $1 AND ended_at IS NULL
        RETURNING id, surface, node, opened_at, seen_at";
    on!(tx tx, conn => {
        sqlx::query_as(SQL).bind(app_password).bind(millis(now)).bind(reason.name()).fetch_all(conn).await
    })
}

/// Closes a session whose connection is over, whatever ended it.
pub(crate) async fn close(tx: &mut Tx, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE session SET closed_at = $2, ended_at = COALESCE(ended_at, $2),
            end_reason = COALESCE(end_reason, $3)
        WHERE id = $1 AND closed_at IS NULL";
    execute!(tx, SQL, id, millis(now), SessionEnd::Closed.name()).map(|_| ())
}

/// Closes every connection a node had before it was started anew.
pub(crate) async fn close_left_over(tx: &mut Tx, node: &str, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE session SET closed_at = $2, ended_at = COALESCE(ended_at, $2),
            end_reason = COALESCE(end_reason, $3)
        WHERE node = $1 AND closed_at IS NULL AND token_digest IS NULL";
    execute!(tx, SQL, node, millis(now), SessionEnd::NodeStopped.name()).map(|_| ())
}

/// Ends the browser sessions of a surface that were opened or last used too long ago.
pub(crate) async fn expire(
    tx: &mut Tx,
    surface: Surface,
    opened_before: Timestamp,
    seen_before: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE session SET ended_at = $4, closed_at = $4, end_reason = $5
        WHERE surface = $1 AND ended_at IS NULL AND token_digest IS NOT NULL AND (opened_at < $2 OR seen_at < $3)";
    let (opened_before, seen_before) = (millis(opened_before), millis(seen_before));
    execute!(tx, SQL, surface.name(), opened_before, seen_before, millis(now), SessionEnd::Expired.name())
        .map(|_| ())
}

/// Notes that a browser session was used.
pub(crate) async fn touch(tx: &mut Tx, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE session SET seen_at = $2 WHERE id = $1 AND ended_at IS NULL";
    execute!(tx, SQL, id, millis(now)).map(|_| ())
}

row! {
    /// A session that was ended and may be alive on this node.
    pub(crate) struct ToClose {
        pub(crate) id: SessionId,
        pub(crate) principal_id: PrincipalId,
        end_reason: Option<Stored<SessionEnd>>,
    }
}

impl ToClose {
    pub(crate) fn reason(&self) -> EndReason {
        match &self.end_reason {
            Some(Stored::Known(SessionEnd::Ended(reason))) => *reason,
            Some(Stored::Known(SessionEnd::Closed | SessionEnd::NodeStopped | SessionEnd::Expired))
            | Some(Stored::Unknown(_))
            | None => EndReason::Ended,
        }
    }
}

/// What a node still has to close. That a row is found does not depend on when it was committed, only on that it was.
pub(crate) async fn to_close(db: &Db, node: &str) -> Result<Vec<ToClose>, StoreError> {
    const SQL: &str = "SELECT id, principal_id, end_reason FROM session
        WHERE node = $1 AND closed_at IS NULL AND ended_at IS NOT NULL";
    on!(db db, conn => sqlx::query_as(SQL).bind(node).fetch_all(conn).await)
}

/// Which of these sessions are ended. One whose row is not committed yet is not.
pub(crate) async fn ended_among(db: &Db, ids: &[SessionId]) -> Result<Vec<ToClose>, StoreError> {
    /// Asked about at once, always: one statement, prepared once.
    const AT_ONCE: usize = 64;
    let places: Vec<_> = (1..=AT_ONCE).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT id, principal_id, end_reason FROM session WHERE ended_at IS NOT NULL AND id IN ({})",
        places.join(", ")
    );
    let mut ended = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        // Places that are left over ask about the same ones again.
        let filled = some.iter().cycle().take(AT_ONCE);
        let rows: Vec<ToClose> = on!(db db, conn => {
            let query = sqlx::query_as(AssertSqlSafe(sql.as_str()));
            filled.fold(query, |query, id| query.bind(id)).fetch_all(conn).await
        })?;
        ended.extend(rows);
    }
    Ok(ended)
}

row! {
    /// The session a cookie stands for, if it still opens anything.
    pub(crate) struct Resumed {
        pub(crate) id: SessionId,
        pub(crate) principal_id: PrincipalId,
        pub(crate) login: String,
        pub(crate) opened_at: i64,
        pub(crate) seen_at: i64,
    }
}

/// Finds a browser session by the hash of its token: not ended, of the current epoch, of an active principal.
pub(crate) async fn by_token(
    db: &Db,
    digest: &[u8],
    surface: Surface,
) -> Result<Option<Resumed>, StoreError> {
    const SQL: &str = "SELECT s.id, s.principal_id, p.login, s.opened_at, s.seen_at
        FROM session s JOIN principal p ON p.id = s.principal_id
        WHERE s.token_digest = $1 AND s.surface = $2 AND s.ended_at IS NULL
            AND s.epoch = p.credential_epoch AND p.state = 'active'";
    on!(db db, conn => sqlx::query_as(SQL).bind(digest).bind(surface.name()).fetch_optional(conn).await)
}

/// Whether a session is not ended.
pub(crate) async fn is_open(db: &Db, id: SessionId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT 1 FROM session WHERE id = $1 AND ended_at IS NULL";
    let found: Option<(i32,)> = on!(db db, conn => sqlx::query_as(SQL).bind(id).fetch_optional(conn).await)?;
    Ok(found.is_some())
}

row! {
    /// What a session has proved, if it is not ended; asked in the transaction that relies on it.
    pub(crate) struct SessionProof {
        /// When its password was given.
        pub(crate) proved_at: i64,
        /// Whether a second factor was.
        pub(crate) second_factor: bool,
    }
}

/// Finds it.
pub(crate) async fn proof(tx: &mut Tx, id: SessionId) -> Result<Option<SessionProof>, StoreError> {
    const SQL: &str = "SELECT COALESCE(proved_at, opened_at) AS proved_at, second_factor FROM session
        WHERE id = $1 AND ended_at IS NULL";
    on!(tx tx, conn => sqlx::query_as(SQL).bind(id).fetch_optional(conn).await)
}

/// Notes that whoever holds the session has proved anew who it is. False when it is ended.
pub(crate) async fn prove(
    tx: &mut Tx,
    id: SessionId,
    second_factor: bool,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE session SET proved_at = $2, second_factor = (second_factor OR $3)
        WHERE id = $1 AND ended_at IS NULL";
    Ok(execute!(tx, SQL, id, millis(now), second_factor)? == 1)
}

/// Notes that whoever holds the session has given a code.
pub(crate) async fn give_code(tx: &mut Tx, id: SessionId) -> Result<(), StoreError> {
    execute!(tx, "UPDATE session SET second_factor = TRUE WHERE id = $1", id).map(|_| ())
}

row! {
    /// A live session, for lists.
    pub(crate) struct LiveRow {
        pub(crate) id: SessionId,
        pub(crate) surface: String,
        pub(crate) ip: String,
        pub(crate) client: Option<String>,
        pub(crate) opened_at: i64,
        pub(crate) seen_at: i64,
        pub(crate) second_factor: bool,
        /// The name of the app password that opened it.
        pub(crate) app_password: Option<String>,
    }
}

/// The sessions of a principal that are not ended, newest first. No list is longer than the limit.
pub(crate) async fn live(db: &Db, principal: PrincipalId, limit: i64) -> Result<Vec<LiveRow>, StoreError> {
    const SQL: &str = "SELECT s.id, s.surface, s.ip, s.client, s.opened_at, s.seen_at, s.second_factor,
            a.name AS app_password
        FROM session s LEFT JOIN app_password a ON a.id = s.app_password_id
        WHERE s.principal_id = $1 AND s.ended_at IS NULL ORDER BY s.opened_at DESC, s.id LIMIT $2";
    on!(db db, conn => sqlx::query_as(SQL).bind(principal).bind(limit).fetch_all(conn).await)
}

row! {
    /// A session of the past or of now, for the history.
    pub(crate) struct PastRow {
        pub(crate) surface: String,
        pub(crate) ip: String,
        pub(crate) client: Option<String>,
        pub(crate) opened_at: i64,
        pub(crate) ended_at: Option<i64>,
        pub(crate) end_reason: Option<Stored<SessionEnd>>,
        pub(crate) app_password: Option<String>,
    }
}

/// The newest sessions of a principal, those that are over included.
pub(crate) async fn history(db: &Db, principal: PrincipalId, limit: i64) -> Result<Vec<PastRow>, StoreError> {
    const SQL: &str = "SELECT s.surface, s.ip, s.client, s.opened_at, s.ended_at, s.end_reason,
            a.name AS app_password
        FROM session s LEFT JOIN app_password a ON a.id = s.app_password_id
        WHERE s.principal_id = $1 ORDER BY s.opened_at DESC, s.id LIMIT $2";
    on!(db db, conn => sqlx::query_as(SQL).bind(principal).bind(limit).fetch_all(conn).await)
}
