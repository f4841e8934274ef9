//! The peer wire protocol: handshake and messages (BEP 3, 6, 10, 52), as values and as bytes.

mod message;

pub use message::{BlockAddress, Handshake, HashRange, Message};
