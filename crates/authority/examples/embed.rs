//! Embeds the authority with SQLite: a mailbox, a sign-in, and a change of password that ends it.
//!
//! ```sh
//! cargo run -p postward-authority --example embed
//! ```

#![allow(clippy::print_stdout, reason = "an example speaks on the terminal")]
#![allow(clippy::disallowed_methods, reason = "whoever embeds the authority reads the clock")]

use postward_authority::{
    AccountKind, Authority, Database, Origin, Request, SessionGuard, Settings, Surface, Timestamp,
};
use postward_wire::{Address, Attempt, Secret};
use std::error::Error;

const OLD: &str = "Correct horse battery 1";
const NEW: &str = "Another horse battery 2";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let database = Database::Sqlite(dir.path().join("postward.db"));
    // The key file stands apart from the database: whoever copies the one without the other has nothing.
    let settings = Settings::on(database, dir.path().join("postward.keys"));
    // The authority reads no clock. Whoever embeds it passes the time to each act.
    let authority = Authority::open(settings, Timestamp::now()).await?;

    let now = Timestamp::now();
    let operator = authority.operator(now).await?;
    let account = authority.add_account(&operator, None, AccountKind::Customer, "Example", now).await?;
    authority.add_domain(&operator, account, "example.org", now).await?;
    let ada = Address::parse("ada@example.org")?;
    let mailbox = authority.add_mailbox(&operator, &ada, Secret::new(OLD.to_owned()), now).await?;

    let guard = sign_in(&authority, OLD).await.ok_or("the password opens the mailbox")?;
    println!("signed in as {}", guard.address());

    // Whoever serves a session holds its guard, and drops it when everything the session had open is closed.
    let connection = tokio::spawn(async move {
        let reason = guard.ended().await;
        println!("the session ends: {reason:?}; the connection is closed");
        drop(guard);
    });

    let receipt = authority.reset(&operator, mailbox, Secret::new(NEW.to_owned()), Timestamp::now()).await?;
    // The answer came after the guard was dropped.
    println!("the password is changed; ended by surface: {:?}", receipt.ended);
    connection.await?;

    println!("the old password opens it: {}", sign_in(&authority, OLD).await.is_some());
    println!("the new password opens it: {}", sign_in(&authority, NEW).await.is_some());
    authority.shut_down().await;
    Ok(())
}

async fn sign_in(authority: &Authority, password: &str) -> Option<SessionGuard> {
    let attempt = Attempt { authcid: "ada@example.org".to_owned(), secret: Secret::new(password.to_owned()) };
    let origin = Origin::new([127, 0, 0, 1].into(), Surface::Imap);
    authority.sign_in(attempt, &Request::new(origin, Timestamp::now())).await.ok()
}
