//! Who a recipient is. Only the binary knows: it asks the authority.

use futures_util::future::BoxFuture;
use postward_wire::Address;

/// Answers whether an address is a mailbox of this host.
pub trait Recipients: Send + Sync {
    /// Looks the address up. A trouble of ours is [`Unavailable`] and makes the sender try again; it is never
    /// reported as an unknown address.
    fn resolve<'a>(&'a self, address: &'a Address) -> BoxFuture<'a, Result<Recipient, Unavailable>>;
}

/// What became of a recipient's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// Mail goes into this mailbox, which may have another address than the one asked for (an alias).
    Local(Address),
    /// The domain is ours, the address is nobody's.
    Unknown,
    /// The domain is not ours.
    Elsewhere,
}

/// The question cannot be answered at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;
