//! The peer wire protocol: handshake and messages (BEP 3, 6, 10, 52), as values and as bytes.
//!
//! [`decode`] looks at the front of what came and keeps nothing between calls; payload of blocks is not touched, so that
//! the driver can read it to where it belongs. What a peer may not send is refused as soon as its first bytes show it.
//! Who may send what and when (an extension that was not agreed on, a block nobody asked for) is the engine's to judge.

mod decode;
mod encode;
mod error;
mod handshake;
mod id;
mod limits;
mod message;
#[cfg(test)]
mod tests;

pub use decode::{Decoded, decode};
pub use encode::{block_header, encode};
pub use error::WireError;
pub use handshake::{HANDSHAKE_LENGTH, PROTOCOL};
pub use limits::{BITFIELD_MAX, EXTENDED_MAX, HASHES_MAX, Limits, PROOF_MAX};
pub use message::{BlockAddress, Handshake, HashRange, Message};
