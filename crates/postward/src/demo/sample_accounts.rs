//! Who lives on the demo host. All of them are invented; `.example` is nobody's (RFC 2606).

use crate::problem::Problem;
use futures_util::future::try_join_all;
use postward_authority::directory::{AccountKind, NewStaff};
use postward_authority::{AccountId, Authority, Role, Timestamp};
use postward_wire::{Address, Secret};
use std::fmt::Debug;

/// Somebody who signs in, with the password the demo starts with.
pub(crate) struct Person {
    pub(crate) address: &'static str,
    pub(crate) name: &'static str,
    pub(crate) password: &'static str,
}

const fn person(address: &'static str, name: &'static str, password: &'static str) -> Person {
    Person { address, name, password }
}

/// Owns the host.
pub(crate) const OWNER: Person = person("ingrid@fjordlight.example", "Ingrid Solheim", "Granite-Harbour-41");

/// Owns the reseller.
pub(crate) const RESELLER: Person = person("rosa@copperkiln.example", "Rosa Anaya", "Saffron-Ladder-28");

/// The accounts under the host: the reseller first, then its customers.
const RESELLER_NAME: &str = "Copper & Kiln Studio";
const BAKERY: &str = "Larkspur Bakery";
const CYCLES: &str = "Tidewater Cycles";

/// The domains and the accounts they belong to.
const DOMAINS: [(&str, &str); 4] = [
    ("larkspur-bakery.example", BAKERY),
    ("larkspur-catering.example", BAKERY),
    ("tidewater-cycles.example", CYCLES),
    ("copperkiln.example", RESELLER_NAME),
];

/// The mailboxes. The first has the liveliest inbox, the last the fullest.
pub(crate) const MAILBOXES: [Person; 14] = [
    person("maya@larkspur-bakery.example", "Maya Lindqvist", "Cinnamon-Window-73"),
    person("tomas@larkspur-bakery.example", "Tomas Okafor", "Rye-Paper-Boat-19"),
    person("orders@larkspur-bakery.example", "Larkspur Orders", "Brioche-Ticket-56"),
    person("accounts@larkspur-bakery.example", "Larkspur Accounts", "Ledger-Pepper-82"),
    person("elif@larkspur-catering.example", "Elif Demir", "Olive-Terrace-35"),
    person("bookings@larkspur-catering.example", "Larkspur Catering", "Linen-Candle-64"),
    person("jonas@tidewater-cycles.example", "Jonas Weir", "Spoke-Meadow-27"),
    person("priya@tidewater-cycles.example", "Priya Raman", "Velvet-Chain-90"),
    person("workshop@tidewater-cycles.example", "Tidewater Workshop", "Torque-Walnut-48"),
    person("hello@tidewater-cycles.example", "Tidewater Cycles", "Bell-and-Basket-15"),
    person("rosa@copperkiln.example", "Rosa Anaya", "Cobalt-Pencil-52"),
    person("ben@copperkiln.example", "Ben Halloran", "Kettle-Margin-61"),
    person("support@copperkiln.example", "Copper & Kiln Support", "Lantern-Reply-37"),
    person(ALERTS, "Copper & Kiln Alerts", "Quiet-Pager-2049"),
];

/// The mailbox with ten thousand messages.
pub(crate) const ALERTS: &str = "alerts@copperkiln.example";

/// Writes everybody into the store.
pub(crate) async fn settle(authority: &Authority, now: Timestamp) -> Result<(), Problem> {
    let operator = authority.operator(now).await.map_err(failed)?;
    let host = operator.account();
    let add = async |under, kind, name| {
        authority.add_account(&operator, Some(under), kind, name, now).await.map_err(failed)
    };
    let reseller = add(host, AccountKind::Reseller, RESELLER_NAME).await?;
    let bakery = add(reseller, AccountKind::Customer, BAKERY).await?;
    let cycles = add(reseller, AccountKind::Customer, CYCLES).await?;
    for (domain, owner) in DOMAINS {
        let account = match owner {
            BAKERY => bakery,
            CYCLES => cycles,
            _ => reseller,
        };
        authority.add_domain(&operator, account, domain, now).await.map_err(failed)?;
    }
    let staff = async |account: AccountId, person: &Person| {
        let (email, password) = credentials(person)?;
        let new = NewStaff { account, email: &email, role: Role::Owner, domains: None, password };
        authority.add_staff(&operator, new, now).await.map_err(failed)
    };
    staff(host, &OWNER).await?;
    staff(reseller, &RESELLER).await?;
    // At once: every password is hashed, and that is most of the time a demo takes to start.
    try_join_all(MAILBOXES.iter().map(async |person| {
        let (address, password) = credentials(person)?;
        authority.add_mailbox(&operator, &address, password, now).await.map_err(failed)
    }))
    .await?;
    Ok(())
}

fn credentials(person: &Person) -> Result<(Address, Secret), Problem> {
    let address = Address::parse(person.address).map_err(failed)?;
    Ok((address, Secret::new(person.password.to_owned())))
}

fn failed(error: impl Debug) -> Problem {
    Problem::new(format!("The people of the demo cannot be added: {error:?}."))
}
