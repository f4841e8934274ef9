//! Where peers are, who may name them, what became of them, and which hosts are banned.

mod bans;
mod book;
mod contacts;
mod fates;
mod origin;
mod turns;

pub use bans::caller_network;
pub(crate) use bans::{Bans, host};
pub(crate) use book::AddressBook;
pub use contacts::Contacts;
pub use origin::Origin;
