//! Where peers are, who may name them, what became of them, and with whom we want nothing to do.

mod bans;
mod book;
mod contacts;

pub(crate) use bans::{Bans, Guilt, Standing, host};
pub(crate) use book::AddressBook;
pub use book::Origin;
pub use contacts::Contacts;
