//! Only the store speaks SQL.

use super::tree::{Package, SourceFile};
use super::violation::Violation;

const STORE: &str = "crates/authority/src/store";
const AUTHORITY: &str = "postward-authority";
const WHY: &str = "only the authority's store may write a credential row";

/// Fails on product code outside the store that speaks to the database. Tests may set up databases of their own.
pub(super) fn sql_stays_in_the_store(file: &SourceFile) -> Vec<Violation> {
    if !file.is_rust() || file.path.starts_with(STORE) || !file.path.starts_with("crates/") {
        return Vec::new();
    }
    // A derived `sqlx::Type` on an id only says how it looks in a row; it cannot write one.
    let code = file.product_lines().filter(|(_, line)| !line.trim_start().starts_with("#["));
    let speaking = code.filter(|(_, line)| line.contains("sqlx::"));
    let violation =
        |(line, _)| Violation { path: file.path.clone(), line, what: "names sqlx".to_owned(), why: WHY };
    speaking.map(violation).collect()
}

/// Fails on any other crate that links a database driver.
pub(super) fn only_the_authority_links_a_database(packages: &[Package]) -> Vec<Violation> {
    let others = packages.iter().filter(|package| package.name != AUTHORITY);
    let linking =
        others.filter(|package| package.dependencies.iter().any(|dependency| dependency.name == "sqlx"));
    let violation = |package: &Package| Violation {
        path: "Cargo.toml".to_owned(),
        line: 1,
        what: format!("{} depends on sqlx", package.name),
        why: WHY,
    };
    linking.map(violation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        sql_stays_in_the_store(&file).into_iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn the_store_may_and_its_neighbours_may_not() {
        let text = "use sqlx::SqlitePool;\n";
        assert_eq!(lines("crates/authority/src/store/sessions.rs", text), [0; 0]);
        assert_eq!(lines("crates/authority/src/sign_in.rs", text), [1]);
    }

    #[test]
    fn an_id_may_say_how_it_looks_in_a_row() {
        let text = "#[derive(Clone, Copy, sqlx::Type)]\n#[sqlx(transparent)]\npub struct MailboxId(i64);\n";
        assert_eq!(lines("crates/authority/src/principal.rs", text), [0; 0]);
    }

    #[test]
    fn a_test_may_make_its_own_database() {
        assert_eq!(lines("crates/authority/tests/postgres.rs", "use sqlx::PgPool;\n"), [0; 0]);
    }
}
