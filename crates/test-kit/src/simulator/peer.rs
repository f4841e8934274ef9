//! What a simulated peer is like.

use std::time::Duration;

use swarm::OriginConfig;

/// A peer, before it joins.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Which pieces it has when it joins.
    pub have: Have,
    /// Which pieces it wants; `None` for all.
    pub wanted: Option<Vec<bool>>,
    /// It has only the info hash.
    pub magnet: bool,
    /// Bytes a second that it can send.
    pub up: f64,
    /// Bytes a second that it can receive.
    pub down: f64,
    /// Bytes a second that its disk takes.
    pub disk: f64,
    /// How many pieces its disk can store.
    pub disk_pieces: usize,
    /// Blocks that it may ask for or hold.
    pub budget: usize,
    /// Connections at a time.
    pub connections: usize,
    /// When it joins the swarm.
    pub joins: Duration,
    /// It asks the tracker.
    pub tracked: bool,
    /// It can be dialled. Else whoever dials it waits in vain, as where a router lets nobody in.
    pub dialable: bool,
    /// It has a node of the DHT, which knows the first one at the beginning: a full one if it can be dialled.
    pub dht: bool,
    /// Datagrams pass. Else none reaches it or leaves it.
    pub udp: bool,
    /// Peers that its user names, by number.
    pub knows: Vec<usize>,
    /// It is the only seed, and pays for as little as that takes.
    pub origin: Option<OriginConfig>,
    /// How it deviates from what is right.
    pub behaviour: Behaviour,
    /// Web seeds that its torrent names.
    pub web_seeds: Vec<WebSeed>,
}

/// What a peer has.
#[derive(Clone, Debug)]
pub enum Have {
    /// It has all pieces.
    All,
    /// It has no piece.
    None,
    /// It has those pieces that are `true` here.
    These(Vec<bool>),
}

/// How a peer deviates from what is right: what it sends is changed on the way out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behaviour {
    /// It does not deviate.
    Honest,
    /// Every block is bad.
    Poison,
    /// Every second block is bad, the even ones or the odd ones: two such peers make a bad piece that neither gave.
    PoisonHalf {
        /// The odd blocks are bad.
        odd: bool,
    },
    /// Out of a hundred blocks so many are bad.
    PoisonSome {
        /// How many of a hundred blocks are bad.
        percent: u8,
    },
    /// Nobody is ever unchoked: a free rider, if it downloads.
    NeverUnchoke,
    /// It says it has everything from the beginning, downloads, and unchokes nobody.
    Liar,
    /// It says it has everything, and answers no request.
    NeverAnswer,
    /// Says it has pieces that do not exist.
    WrongHave,
    /// Sends blocks that nobody asked for.
    Unasked,
    /// With each message it chokes and unchokes us many times, and sends blocks of its own choice.
    Flap,
    /// Makes us remember all that it can: asks for each block and each hash a thousand times, says what it has again and again, and answers
    /// no question about hashes or metadata.
    Hoard,
    /// Asks for blocks behind the end of pieces.
    OutOfRange,
    /// Gives metadata that does not fit.
    BadMetadata,
    /// Says that the metadata is huge.
    HugeMetadata,
    /// Gives hashes that do not fit (BEP 52).
    BadHashes,
}

/// A web seed that peers may ask.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct WebSeed {
    /// Bytes that it sends in a second.
    pub rate: f64,
    /// What is wrong with it.
    pub fault: Option<WebFault>,
}

/// What is wrong with a web seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WebFault {
    /// It answers 404 to every request.
    Gone,
    /// It answers 404 for every second file.
    LacksFiles,
    /// It answers 200 with the whole file, which is all of the torrent.
    NoRanges,
    /// The same, and every answer breaks off in the middle of the torrent.
    NoRangesAndCuts,
    /// It has other data.
    Stale,
    /// It sends half of what was asked for.
    Short,
    /// It answers 503 every second time.
    Busy,
    /// It stops in the middle.
    Stalls,
}

impl Peer {
    /// One that has nothing and wants everything, over a home line of 2 MB/s up and 8 MB/s down.
    pub fn leecher() -> Self {
        Self {
            have: Have::None,
            wanted: None,
            magnet: false,
            up: 2e6,
            down: 8e6,
            disk: 100e6,
            disk_pieces: usize::MAX,
            budget: 2048,
            connections: 40,
            joins: Duration::ZERO,
            tracked: true,
            dialable: true,
            dht: false,
            udp: true,
            knows: Vec::new(),
            origin: None,
            behaviour: Behaviour::Honest,
            web_seeds: Vec::new(),
        }
    }

    /// One that has everything.
    pub fn seed() -> Self {
        Self { have: Have::All, ..Self::leecher() }
    }

    /// One that says it has everything, and behaves like this.
    pub fn hostile(behaviour: Behaviour) -> Self {
        Self { behaviour, ..Self::seed() }
    }
}
