use crate::test_host::{OLD, TestHost, at, on_both, secret};
use postward_authority::{Authority, Database, ResetError};
use postward_wire::Refusal;

/// Invariant 7: a store that cannot be written is our trouble, never a wrong password, and nothing is half done.
#[test]
fn a_locked_database_is_a_temporary_error_and_nothing_is_lost() {
    on_both(async |house: TestHost| {
        let Database::Sqlite(path) = &house.database else { return };
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let mut intruder = sqlx::ConnectOptions::connect(&options).await.unwrap();
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut intruder).await.unwrap();
        let (sign_in, reset) = tokio::join!(
            house.sign_in("ada@north.example", OLD),
            house.authority.reset(&house.operator, house.ada, secret("New horse battery 2"), at(2)),
        );
        assert_eq!(sign_in.err(), Some(Refusal::Unavailable));
        assert!(matches!(reset, Err(ResetError::Unavailable(_))));
        sqlx::query("ROLLBACK").execute(&mut intruder).await.unwrap();
        assert!(house.sign_in("ada@north.example", OLD).await.is_ok());
    });
}

#[test]
fn what_a_node_had_open_when_it_stopped_is_closed_when_it_starts() {
    on_both(async |house: TestHost| {
        let left = house.sign_in("ada@north.example", OLD).await.unwrap();
        let reopened = Authority::open(house.settings(), at(5)).await.unwrap();
        assert_eq!(reopened.sessions(&house.operator, house.ada).await.unwrap().len(), 0);
        drop(left);
    });
}
