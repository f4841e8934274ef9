//! What a swarm is made with.

use crate::secure::Encryption;
use crate::{WebJob, limits};
use torrent_core::address::{Namer, Network};

/// What a swarm is made with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where all choices by chance come from: the same seed and events give the same actions.
    pub seed: u64,
    /// Who we say we are.
    pub peer_id: [u8; 20],
    /// The v1 info hash, if it is known (BEP 3).
    pub info_hash_v1: Option<[u8; 20]>,
    /// The v2 info hash, if it is known (BEP 52). At least one of the two is.
    pub info_hash_v2: Option<[u8; 32]>,
    /// Trackers, by tier (BEP 12). A `TrackerId` counts through them in this order.
    pub trackers: Vec<Vec<String>>,
    /// Web seeds (BEP 19). `Action::WebGet` gives places in this list.
    pub web_seeds: Vec<String>,
    /// Where peers can reach us, if they can.
    pub listen_port: Option<u16>,
    /// Whether our node of the DHT (BEP 5) knows the torrent, if that is not private.
    pub dht: bool,
    /// What may be named by others than the user: trackers, a link, peers, nodes of the DHT.
    pub strangers: Namer,
    /// The networks that this machine is attached to, whose peers a link and local discovery may name as well.
    pub networks: Vec<Network>,
    /// Whether streams with peers are encrypted.
    pub encryption: Encryption,
    /// Connections at a time.
    pub connections: usize,
    /// Peers that get blocks at a time, beside the optimistic one (BEP 3, "choking").
    pub upload_slots: usize,
    /// Bytes of metadata that are fetched at most.
    pub metadata: usize,
    /// The name of the first request to a web seed; others count on from there. A driver that makes one engine after the other for a
    /// torrent can tell theirs apart by it.
    pub first_web_job: WebJob,
    /// We are the only seed, and pay for as little as that takes; `None` for everybody else. It holds for an engine that has all
    /// pieces when it learns of its torrent.
    pub origin: Option<OriginConfig>,
}

/// How the only seed of a torrent spends its upload.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OriginConfig {
    /// How many copies it may cost: as long as no more peers than this are connected, each of them gets all that it lacks.
    pub bill: usize,
}

impl Default for OriginConfig {
    /// Two copies: a second peer would wait more than twice as long for what it could have at once.
    fn default() -> Self {
        Self { bill: 2 }
    }
}

impl Config {
    /// The usual limits, no trackers, no web seeds, and no info hash yet.
    pub fn new(seed: u64, peer_id: [u8; 20]) -> Self {
        Self {
            seed,
            peer_id,
            info_hash_v1: None,
            info_hash_v2: None,
            trackers: Vec::new(),
            web_seeds: Vec::new(),
            listen_port: None,
            dht: false,
            strangers: Namer::STRANGER,
            networks: Vec::new(),
            encryption: Encryption::Allow,
            connections: limits::CONNECTIONS,
            upload_slots: limits::UPLOAD_SLOTS,
            metadata: limits::METADATA,
            first_web_job: WebJob(0),
            origin: None,
        }
    }
}
