//! Where peers are, who may name them, what became of them, and which hosts are banned.

mod banned_hosts;
mod bans;
mod book;
mod contacts;
mod dial_pace;
mod fates;
mod named_peer;
mod origin;
mod own_address;
mod priority;
mod turns;

pub use banned_hosts::{BannedHosts, caller_network, host};
pub(crate) use bans::Bans;
pub(crate) use book::AddressBook;
pub use contacts::Contacts;
pub(crate) use dial_pace::DialPace;
pub use named_peer::{NamedPeer, PeerFlags};
pub use origin::{Origin, PeerSource};
pub(crate) use own_address::Witness;
#[cfg(test)]
pub(crate) use priority::priority;
