//! What a driver has to do for a node of the DHT.

use std::net::SocketAddr;

use super::InfoHash;

/// What a driver has to do for a node of the DHT, or hears of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DhtAction {
    /// Send this from our port. A datagram that cannot be sent is simply lost.
    Send {
        /// The node that it is for.
        to: SocketAddr,
        /// A KRPC message: it starts with `d`.
        datagram: Vec<u8>,
    },
    /// A node knows these peers: each node's come as it answers, so the same peer may come several times in a lookup.
    Peers {
        /// What they share.
        info_hash: InfoHash,
        /// The node that named them: `Namer::at` its address may have named each of them, or the namer of the config may.
        from: SocketAddr,
        /// They are not ours to trust; at least one.
        peers: Vec<SocketAddr>,
    },
    /// A lookup has ended: all nodes near the info hash have answered or never will, and know of us if we announced.
    Ended {
        /// What was looked up.
        info_hash: InfoHash,
        /// How it went.
        figures: LookupFigures,
    },
}

/// How a lookup went, over both address families.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LookupFigures {
    /// Nodes that were asked.
    pub asked: u32,
    /// Nodes that answered.
    pub answered: u32,
    /// Peers that they named, some of them several times.
    pub peers: u32,
    /// Nodes that said they took our announce in.
    pub announced: u32,
}
