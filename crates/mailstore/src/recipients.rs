//! The lookup of recipients. The binary implements it, by asking the authority.

use futures_util::future::BoxFuture;
use postward_wire::Address;

/// Says whether an address is a mailbox of this host.
pub trait Recipients: Send + Sync {
    /// Looks the address up. A fault of ours is [`Unavailable`], and makes the sender try again; it is never reported as an
    /// unknown address.
    fn resolve<'a>(&'a self, address: &'a Address) -> BoxFuture<'a, Result<Recipient, Unavailable>>;
}

/// What a recipient's address is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// An address or an alias of this mailbox.
    Local(Address),
    /// The domain is ours, and has no such address.
    Unknown,
    /// The domain is not ours.
    Elsewhere,
}

/// Our fault: the address cannot be looked up at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;
