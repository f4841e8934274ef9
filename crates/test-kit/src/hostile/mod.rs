//! Peers that lie, break the protocol, or waste time, over real sockets: the catalogue that a client must survive.
//!
//! A [`Script`] is a name and what such a peer does, step by step. A [`HostilePeer`] plays one to everybody who
//! connects, from an address of its own, and notes how each connection ended. Next to an honest peer a client must
//! cut each of them off within a minute, and complete its download all the same.

mod catalogue;
mod play;
mod script;
#[cfg(test)]
mod tests;

pub use catalogue::catalogue;
pub use play::{Ending, HostilePeer};
pub use script::{Answer, Group, Script, Start, Step, World};
