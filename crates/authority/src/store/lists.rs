//! The list of mailboxes: search, filter, order and pages that stay fast at 100,000 rows.

use super::Db;
use super::db::{StoreError, on};
use super::row::row;
use crate::model::actor::Scope;
use crate::model::mailbox::{Cursor, MailboxQuery, Sort};
use crate::model::principal::{AccountId, DomainId, Epoch, MailboxId};
use sqlx::AssertSqlSafe;

row! {
    /// A mailbox's row.
    pub(crate) struct MailboxRow {
        pub(crate) id: MailboxId,
        pub(crate) login: String,
        pub(crate) state: String,
        pub(crate) credential_epoch: Epoch,
        pub(crate) last_sign_in_at: Option<i64>,
        pub(crate) created_at: i64,
        pub(crate) deleted_at: Option<i64>,
        pub(crate) domain_id: DomainId,
        pub(crate) account_id: AccountId,
        pub(crate) account_name: String,
        pub(crate) two_factor: bool,
        pub(crate) mail_app_mode: Option<String>,
        pub(crate) mode_above: Option<String>,
    }
}

const COLUMNS: &str = "SELECT p.id, p.login, p.state, p.credential_epoch, p.last_sign_in_at, p.created_at,
    m.deleted_at, m.domain_id, d.account_id, a.name AS account_name,
    EXISTS (SELECT 1 FROM second_factor f WHERE f.principal_id = p.id) AS two_factor,
    m.mail_app_mode, COALESCE(d.mail_app_mode, a.mail_app_mode) AS mode_above";

const FROM: &str = "FROM mailbox m
    JOIN principal p ON p.id = m.id
    JOIN domain d ON d.id = m.domain_id
    JOIN account a ON a.id = d.account_id";

/// The wall (invariant 13): every question about mailboxes carries this condition.
/// `$1` is the scope's path, `$2` the person who is limited to some domains, or null.
const WITHIN_SCOPE: &str = "m.domain_id IN (
    SELECT sd.id FROM domain sd JOIN account sa ON sa.id = sd.account_id
    WHERE substr(sa.path, 1, length($1)) = $1
        AND ($2 IS NULL OR sd.id IN (SELECT domain_id FROM staff_domain WHERE staff_id = $2)))";

/// What a list leaves out: `$3` is the domain that is wanted, or null.
const LISTED: &str = "m.deleted_at IS NULL AND ($3 IS NULL OR m.domain_id = $3)";

/// `$4` is the searched text as a LIKE pattern, or null.
const SEARCHED: &str = "($4 IS NULL OR p.login LIKE $4 ESCAPE '\\')";

/// Finds one mailbox within a scope, deleted ones included.
pub(crate) async fn mailbox(
    db: &Db,
    scope: &Scope,
    id: Option<MailboxId>,
    login: Option<&str>,
) -> Result<Option<MailboxRow>, StoreError> {
    let sql = format!("{COLUMNS} {FROM} WHERE {WITHIN_SCOPE} AND (p.id = $3 OR p.login = $4)");
    let limited = scope.limited_to.map(|staff| staff.0);
    on!(db db, conn => {
        sqlx::query_as(AssertSqlSafe(sql)).bind(&scope.path).bind(limited).bind(id.map(|id| id.0)).bind(login)
            .fetch_optional(conn).await
    })
}

/// The deleted mailboxes within a scope, latest first.
pub(crate) async fn deleted(db: &Db, scope: &Scope, limit: i64) -> Result<Vec<MailboxRow>, StoreError> {
    let sql = format!(
        "{COLUMNS} {FROM} WHERE {WITHIN_SCOPE} AND m.deleted_at IS NOT NULL ORDER BY m.deleted_at DESC LIMIT $3"
    );
    let limited = scope.limited_to.map(|staff| staff.0);
    on!(db db, conn => {
        sqlx::query_as(AssertSqlSafe(sql)).bind(&scope.path).bind(limited).bind(limit).fetch_all(conn).await
    })
}

/// How many mailboxes the query finds. Without a search the principals, the large table, are not looked at.
pub(crate) async fn count(db: &Db, scope: &Scope, query: &MailboxQuery) -> Result<i64, StoreError> {
    let sql = match query.search {
        None => format!("SELECT COUNT(*) FROM mailbox m WHERE {WITHIN_SCOPE} AND {LISTED} AND $4 IS NULL"),
        Some(_) => format!("SELECT COUNT(*) {FROM} WHERE {WITHIN_SCOPE} AND {LISTED} AND {SEARCHED}"),
    };
    let limited = scope.limited_to.map(|staff| staff.0);
    let (like, domain) = (query.search.as_deref().map(pattern), query.domain.map(|id| id.0));
    let (count,): (i64,) = on!(db db, conn => {
        sqlx::query_as(AssertSqlSafe(sql)).bind(&scope.path).bind(limited).bind(domain).bind(like)
            .fetch_one(conn).await
    })?;
    Ok(count)
}

/// Which way a page reads from its cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Forward,
    Backward,
}

/// Rows in the query's order, from behind a place (from the beginning without one). Backward pages come in reverse.
pub(crate) async fn page(
    db: &Db,
    scope: &Scope,
    query: &MailboxQuery,
    from: Option<&Place>,
    direction: Direction,
) -> Result<Vec<MailboxRow>, StoreError> {
    // The texts are constants of this file; what people type is bound.
    let sql = format!(
        "{COLUMNS} {FROM} WHERE {WITHIN_SCOPE} AND {LISTED} AND {SEARCHED} {}",
        order(query.sort, direction)
    );
    let limited = scope.limited_to.map(|staff| staff.0);
    let (like, domain) = (query.search.as_deref().map(pattern), query.domain.map(|id| id.0));
    let limit = i64::from(query.limit) + 1;
    on!(db db, conn => {
        sqlx::query_as(AssertSqlSafe(sql)).bind(&scope.path).bind(limited).bind(domain).bind(like)
            .bind(from.map(|place| place.key)).bind(from.map(|place| place.login.as_str())).bind(limit)
            .fetch_all(conn).await
    })
}

/// The condition and order of a page: `$5` is the key of the place to start behind, `$6` its address, `$7` the limit.
/// Lists read forward from the newest, and alike ones by address.
fn order(sort: Sort, direction: Direction) -> &'static str {
    macro_rules! keyed {
        ($key:literal, $beyond:literal, $order:literal, $after:literal, $then:literal) => {
            concat!(
                "AND p.kind = 'mailbox' AND ($5 IS NULL OR ",
                $key,
                " ",
                $beyond,
                " $5 OR (",
                $key,
                " = $5 AND p.login ",
                $after,
                " $6)) ORDER BY ",
                $key,
                " ",
                $order,
                ", p.login ",
                $then,
                " LIMIT $7"
            )
        };
    }
    match (sort, direction) {
        // Without an OR around the address the index on it finds the page at once, however far down it is.
        (Sort::Address, Direction::Forward) => {
            "AND p.kind = 'mailbox' AND ($5 IS NULL OR $5 = 0) AND p.login > COALESCE($6, '')
            ORDER BY p.login LIMIT $7"
        }
        (Sort::Address, Direction::Backward) => {
            "AND p.kind = 'mailbox' AND ($5 IS NULL OR $5 = 0) AND p.login < $6 ORDER BY p.login DESC LIMIT $7"
        }
        // No index here: it would be written at every sign-in.
        (Sort::LastSignIn, Direction::Forward) => {
            keyed!("COALESCE(p.last_sign_in_at, 0)", "<", "DESC", ">", "ASC")
        }
        (Sort::LastSignIn, Direction::Backward) => {
            keyed!("COALESCE(p.last_sign_in_at, 0)", ">", "ASC", "<", "DESC")
        }
        (Sort::Created, Direction::Forward) => keyed!("p.created_at", "<", "DESC", ">", "ASC"),
        (Sort::Created, Direction::Backward) => keyed!("p.created_at", ">", "ASC", "<", "DESC"),
    }
}

/// A place in a list: the sort key and the address of the row it stands behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) key: i64,
    pub(crate) login: String,
}

impl Place {
    /// The place of a row.
    pub(crate) fn of(row: &MailboxRow, sort: Sort) -> Self {
        let key = match sort {
            Sort::Address => 0,
            Sort::LastSignIn => row.last_sign_in_at.unwrap_or(0),
            Sort::Created => row.created_at,
        };
        Self { key, login: row.login.clone() }
    }

    /// The text in which a link carries it.
    pub(crate) fn cursor(&self, direction: Direction) -> Cursor {
        let sign = match direction {
            Direction::Forward => 'n',
            Direction::Backward => 'p',
        };
        Cursor(format!("{sign}{}.{}", self.key, self.login))
    }

    /// Reads it back; nonsense is no place, which is the first page.
    pub(crate) fn read(cursor: &Cursor) -> Option<(Direction, Self)> {
        let text = cursor.as_str();
        let direction = match text.chars().next()? {
            'n' => Direction::Forward,
            'p' => Direction::Backward,
            _ => return None,
        };
        let (key, login) = text[1..].split_once('.')?;
        Some((direction, Self { key: key.parse().ok()?, login: login.to_owned() }))
    }
}

/// The LIKE pattern for addresses that contain a text, in which nothing the person typed is a wildcard.
fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in search.trim().to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "%"
}
