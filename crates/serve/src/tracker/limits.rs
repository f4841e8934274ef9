//! What bounds a tracker, each number with its reason.

use std::time::Duration;

/// Bytes of a query: a scrape of [`SCRAPED`] torrents has some 5,400.
pub(super) const QUERY_MAX: usize = 8 << 10;

/// Torrents of one scrape: as many as fit into a packet (BEP 15).
pub(super) const SCRAPED: usize = 74;

/// Peers that are given to one asker if it does not say how many it wants (BEP 3), and at the most: what a client connects to.
pub(super) const WANTED: usize = 50;
pub(super) const WANTED_MAX: usize = 200;

/// Bytes of a packet: the smallest MTU of IPv6, less the heads of IPv6 and UDP.
pub(super) const PACKET_MAX: usize = 1280 - 48;

/// Peers at one IPv4 address, or in one /64, that are listed of a torrent: a household, an office. Beyond that its oldest goes.
pub(super) const PEERS_A_NETWORK: usize = 64;

/// Peers that are listed of all our torrents together, and as many again of strangers' torrents; some 150 bytes each. Beyond that the largest
/// swarm gives its oldest.
pub(super) const PEERS: usize = 100_000;

/// Torrents of strangers, each with a peer at least. Beyond that the smallest goes, of these the one that was asked for longest ago.
pub(super) const OPEN_SWARMS: usize = 10_000;

/// How often those are looked for that do not come back.
pub(super) const SWEEP: Duration = Duration::from_secs(60);

/// What a peer may be late, beyond the two announces that it may miss.
pub(super) const LATE: Duration = Duration::from_secs(30);

/// Announces and scrapes a second of one IPv4 address, or one /64: a client with thousands of torrents asks for 20 or so.
pub(super) const ASKS_A_SECOND: u64 = 20;

/// How many it may ask for at once: all of an office begin together.
pub(super) const ASKS_AT_ONCE: u64 = 500;

/// Networks of askers that are told apart, by a number of this many bits; 8 bytes each. Those that are not share what they may ask for.
pub(super) const ASKERS_BITS: u32 = 14;

/// Addresses of our own that are given to one asker: it tries them all.
pub(super) const OWN_ADDRESSES: usize = 4;
