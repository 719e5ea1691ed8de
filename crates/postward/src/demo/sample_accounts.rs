//! The accounts, domains, staff and mailboxes of the demo. All are invented; `.example` is reserved (RFC 2606).

use crate::command_error::CommandError;
use futures_util::future::try_join_all;
use postward_authority::{AccountId, AccountKind, Authority, NewStaff, Role, Timestamp};
use postward_wire::{Address, Secret};
use std::fmt::Debug;

/// Staff or a mailbox, with the password the demo starts with.
pub(crate) struct SampleUser {
    pub(crate) address: &'static str,
    pub(crate) name: &'static str,
    pub(crate) password: &'static str,
}

const fn user(address: &'static str, name: &'static str, password: &'static str) -> SampleUser {
    SampleUser { address, name, password }
}

/// The owner of the host.
pub(crate) const OWNER: SampleUser =
    user("ingrid@fjordlight.example", "Ingrid Solheim", "Granite-Harbour-41");

/// The owner of the reseller.
pub(crate) const RESELLER: SampleUser = user("rosa@copperkiln.example", "Rosa Anaya", "Saffron-Ladder-28");

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
pub(crate) const MAILBOXES: [SampleUser; 14] = [
    user("maya@larkspur-bakery.example", "Maya Lindqvist", "Cinnamon-Window-73"),
    user("tomas@larkspur-bakery.example", "Tomas Okafor", "Rye-Paper-Boat-19"),
    user("orders@larkspur-bakery.example", "Larkspur Orders", "Brioche-Ticket-56"),
    user("accounts@larkspur-bakery.example", "Larkspur Accounts", "Ledger-Pepper-82"),
    user("elif@larkspur-catering.example", "Elif Demir", "Olive-Terrace-35"),
    user("bookings@larkspur-catering.example", "Larkspur Catering", "Linen-Candle-64"),
    user("jonas@tidewater-cycles.example", "Jonas Weir", "Spoke-Meadow-27"),
    user("priya@tidewater-cycles.example", "Priya Raman", "Velvet-Chain-90"),
    user("workshop@tidewater-cycles.example", "Tidewater Workshop", "Torque-Walnut-48"),
    user("hello@tidewater-cycles.example", "Tidewater Cycles", "Bell-and-Basket-15"),
    user("rosa@copperkiln.example", "Rosa Anaya", "Cobalt-Pencil-52"),
    user("ben@copperkiln.example", "Ben Halloran", "Kettle-Margin-61"),
    user("support@copperkiln.example", "Copper & Kiln Support", "Lantern-Reply-37"),
    user(ALERTS, "Copper & Kiln Alerts", "Quiet-Pager-2049"),
];

/// The mailbox with ten thousand messages.
pub(crate) const ALERTS: &str = "alerts@copperkiln.example";

/// Creates all of them in the store.
pub(crate) async fn create_accounts(authority: &Authority, now: Timestamp) -> Result<(), CommandError> {
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
    let staff = async |account: AccountId, user: &SampleUser| {
        let (email, password) = credentials(user)?;
        let new = NewStaff { account, email: &email, role: Role::Owner, domains: None, password };
        authority.add_staff(&operator, new, now).await.map_err(failed)
    };
    staff(host, &OWNER).await?;
    staff(reseller, &RESELLER).await?;
    // Concurrently: every password is hashed, which is most of the time a demo takes to start.
    try_join_all(MAILBOXES.iter().map(async |user| {
        let (address, password) = credentials(user)?;
        authority.add_mailbox(&operator, &address, password, now).await.map_err(failed)
    }))
    .await?;
    Ok(())
}

fn credentials(user: &SampleUser) -> Result<(Address, Secret), CommandError> {
    let address = Address::parse(user.address).map_err(failed)?;
    Ok((address, Secret::new(user.password.to_owned())))
}

fn failed(error: impl Debug) -> CommandError {
    CommandError::new(format!("The people of the demo cannot be added: {error:?}."))
}
