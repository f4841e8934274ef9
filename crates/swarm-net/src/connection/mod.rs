//! Connections to peers.

mod read;
mod write;
