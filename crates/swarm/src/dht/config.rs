//! What a node of the DHT is made with.

use torrent_core::address::Namer;

/// What a node of the DHT is made with.
#[derive(Clone, Copy, Debug)]
pub struct DhtConfig {
    /// What it does for others.
    pub mode: DhtMode,
    /// The address families that it has a socket for: a table for each (BEP 32).
    pub families: DhtFamilies,
    /// Which addresses of nodes and peers any node may name: [`Namer::STRANGER`], or [`Namer::at`] an address of the network that is meant
    /// where the user allows private ones. Whoever answers from a private address may name what [`Namer::at`] that address may in any case.
    pub namer: Namer,
}

/// What a node does for others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DhtMode {
    /// It asks and never answers, and says so (BEP 43): for those that live minutes or cannot be reached.
    ReadOnly,
    /// It answers what it is asked, and keeps what is announced to it (BEP 5).
    Full,
}

/// The address families of a node; at least one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DhtFamilies {
    /// It has an IPv4 socket.
    pub v4: bool,
    /// It has an IPv6 socket.
    pub v6: bool,
}

impl Default for DhtConfig {
    /// Read-only, of both families, among strangers.
    fn default() -> Self {
        let families = DhtFamilies { v4: true, v6: true };
        Self { mode: DhtMode::ReadOnly, families, namer: Namer::STRANGER }
    }
}
