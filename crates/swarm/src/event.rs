//! What a driver can tell a swarm.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use piece_hash::{Sha1Digest, Sha256Digest};
use torrent_core::layout::{PieceIndex, PieceRange};
use torrent_core::metainfo::Metainfo;

use crate::wire::{BlockAddress, Handshake, Message};
use crate::{CloseReason, ConnectionId, DialError, Direction, NamedPeer, Origin, TrackerId, WebJob};
use torrent_core::address::{AddressError, WayOut};

/// Something that happened, told by the driver.
#[derive(Debug)]
pub enum Event<B> {
    /// A connection is up and its handshake, which names this torrent, was read. The driver has sent ours.
    Connected {
        /// The id that all later events and actions use.
        connection: ConnectionId,
        /// Where the peer is.
        address: SocketAddr,
        /// Which end dialled.
        direction: Direction,
        /// What the peer sent.
        handshake: Handshake,
    },
    /// An address that the swarm asked for could not be connected to, or sent no handshake of this torrent.
    ConnectFailed {
        /// The address that was dialled.
        address: SocketAddr,
        /// How the dial failed.
        why: DialError,
    },
    /// A peer's message, decoded.
    Received {
        /// The connection that the message came on.
        connection: ConnectionId,
        /// The message, decoded.
        message: Message<B>,
    },
    /// A block that [`Action::SendBlock`](crate::Action::SendBlock) asked for has left, or its connection is gone.
    BlockSent {
        /// The connection that the block was sent on.
        connection: ConnectionId,
        /// The block that was sent.
        block: BlockAddress,
    },
    /// A connection ended, whoever ended it. Comes once for each.
    Closed {
        /// The connection that ended.
        connection: ConnectionId,
        /// Why the driver ended it, if it did: [`CloseReason::Protocol`] for bytes that
        /// are no message, [`CloseReason::Stalled`] if it took nothing of what it asked for.
        why: Option<CloseReason>,
    },
    /// A tracker answered or did not.
    Announced {
        /// The tracker that was asked.
        tracker: TrackerId,
        /// What the tracker said, or why it said nothing.
        result: Result<Announced, TrackerError>,
    },
    /// A block from a web seed. The blocks of a job come in order.
    WebBlock {
        /// Which request it belongs to.
        job: WebJob,
        /// The block that came.
        block: BlockAddress,
        /// The bytes of the block.
        data: B,
    },
    /// A web seed that gives whole files sent bytes in front of those that it was asked for.
    WebSkipped {
        /// Which request it belongs to.
        job: WebJob,
        /// How many, since the last time.
        bytes: u64,
    },
    /// A request to a web seed is over.
    WebEnded {
        /// The request that is over.
        job: WebJob,
        /// It answered with a range (HTTP 206).
        ranges: bool,
        /// Whether all of it came.
        result: Result<(), WebError>,
    },
    /// The answer to [`Action::Hash`](crate::Action::Hash).
    Hashed {
        /// The piece that was hashed.
        piece: PieceIndex,
        /// Its blocks, given back.
        blocks: Vec<B>,
        /// What they hash to.
        digests: PieceDigests,
    },
    /// The answer to [`Action::Write`](crate::Action::Write): the piece is in its files. (A driver that cannot write ends.)
    Written {
        /// The piece that was written.
        piece: PieceIndex,
    },
    /// Pieces that were there are not there any more, or not as they should be: they are not given to anybody from now on, and not fetched
    /// anew either.
    Lost {
        /// The pieces; those that were not there do no harm.
        pieces: PieceRange,
    },
    /// Pieces that were [lost](Self::Lost) are there again, and proven: they are given to peers as all others are.
    Found {
        /// The pieces; those that were not lost do no harm.
        pieces: PieceRange,
    },
    /// Blocks that are to be sent to a peer wait until the data that they are of is checked, or do so no more: it is not the peer's fault
    /// that it takes nothing meanwhile.
    Checking {
        /// The connection that the blocks are to be sent on.
        connection: ConnectionId,
        /// Whether they wait.
        waits: bool,
    },
    /// A block that [`Action::SendBlock`](crate::Action::SendBlock) asked for cannot be read, because its piece is lost. It comes in place
    /// of `BlockSent`.
    BlockLost {
        /// The connection that the block was to be sent on.
        connection: ConnectionId,
        /// The block that nobody gets.
        block: BlockAddress,
    },
    /// The answer to [`Action::Metadata`](crate::Action::Metadata), or to a start with a torrent: its files can be written from now on.
    Ready(Torrent),
    /// The metadata that came from peers says that the torrent is private (BEP 27). To be told before it is [`Ready`](Self::Ready), which may
    /// take its time.
    Private,
    /// Our node of the DHT answers others from now on, and peers may hear of it (BEP 5).
    OurNode {
        /// The UDP port where it does.
        port: u16,
    },
    /// More peers, named by somebody other than a tracker of the torrent.
    Peers {
        /// Who named them.
        origin: Origin,
        /// Where they are, and what is known of them.
        peers: Vec<NamedPeer>,
    },
    /// How many blocks of 16 KiB the swarm may have requested or keep at a time. It uses one piece
    /// and [`limits::HELP_BLOCKS`](crate::limits::HELP_BLOCKS) in any case.
    Budget {
        /// How many blocks of 16 KiB the swarm may use.
        blocks: usize,
    },
    /// How many connections the swarm may have at a time, if that is less than
    /// [`Config::connections`](crate::Config::connections): a driver of many torrents has so many for each now. Those beyond it are
    /// closed, the least useful first.
    Connections {
        /// How many connections the swarm may have.
        most: usize,
    },
    /// How many peers may get blocks at a time, the optimistic unchoke among them (BEP 3): a driver of many torrents has so many for
    /// each now. Those who are too many are choked at once.
    UploadSlots {
        /// How many peers may be unchoked.
        slots: usize,
    },
    /// A host is banned for what it did to another torrent. Nobody there is talked to any more; it is not reported again.
    Banned {
        /// The address of the host.
        ip: IpAddr,
        /// What a peer of this host did.
        why: CloseReason,
    },
    /// [`Swarm::next_deadline`](crate::Swarm::next_deadline) has come.
    Tick,
    /// The same, and what these peers send is not read for now: it is not their fault if nothing comes of them.
    TickUnread {
        /// The connections whose sockets wait for the disk, for memory or for the rate that is allowed.
        connections: Vec<ConnectionId>,
    },
    /// The driver wants to end: say goodbye to trackers and peers. [`Action::Stopped`](crate::Action::Stopped) follows.
    Stop,
}

/// A torrent whose metadata is known, and how much of it is there.
#[derive(Clone, Debug)]
pub struct Torrent {
    /// The torrent itself.
    pub metainfo: Arc<Metainfo>,
    /// By piece: it is on disk and proven.
    pub have: Vec<bool>,
    /// By piece: it is to be fetched (or had).
    pub wanted: Vec<bool>,
}

/// What a piece hashes to.
#[derive(Clone, Default, Debug)]
pub struct PieceDigests {
    /// SHA-1 of the piece, gaps counted as zeros; where the torrent has v1 hashes.
    pub sha1: Option<Sha1Digest>,
    /// The hash that stands for the piece in its file's tree (BEP 52), or the file's root if the file has only this
    /// piece; where the torrent has v2 hashes.
    pub merkle: Option<Sha256Digest>,
    /// The leaves under it: SHA-256 of each 16 KiB block.
    pub leaves: Vec<Sha256Digest>,
}

/// A tracker's answer (BEP 3, 7, 15, 23).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Announced {
    /// When to ask again.
    pub interval: Option<Duration>,
    /// The tracker wants no announce before that.
    pub min_interval: Option<Duration>,
    /// Addresses of peers.
    pub peers: Vec<SocketAddr>,
    /// Peers that have all of it.
    pub seeders: Option<u32>,
    /// Peers that do not.
    pub leechers: Option<u32>,
    /// What to send back next time (BEP 3, `trackerid`).
    pub tracker_id: Option<Vec<u8>>,
    /// A message for people.
    pub warning: Option<Vec<u8>>,
    /// Our address as the tracker sees it (BEP 24).
    pub external_ip: Option<IpAddr>,
}

/// Why a tracker gave no peers.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TrackerError {
    /// It refused, in its own words (unescaped).
    #[error("refused: {}", String::from_utf8_lossy(.0))]
    Refused(Vec<u8>),
    /// It was not asked: its URL is none, or whoever named it may not name it.
    #[error("not asked: {0}")]
    NotAsked(AddressError),
    /// It redirects to what it may not name.
    #[error("its redirect is not followed: {0}")]
    Misled(AddressError),
    /// It could not be reached, or its answer is not one.
    #[error("{0}")]
    Failed(String),
}

impl TrackerError {
    /// What would let it be asked, if it is not because of who named it.
    pub fn way_out(&self) -> Option<WayOut> {
        match self {
            Self::NotAsked(why) => why.way_out(),
            _ => None,
        }
    }
}

/// Why a web seed did not give what it was asked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WebError {
    /// It was not asked: its URL is none, or whoever named it may not name it.
    #[error("not asked: {0}")]
    NotAsked(AddressError),
    /// It is of no use, now or later.
    #[error("{0}")]
    Useless(String),
    /// It does not have a file, or not at the right length; it may have others.
    #[error("{why}")]
    Lacks {
        /// Index into the list of files of the torrent.
        file: usize,
        /// In words; unescaped, from outside.
        why: String,
    },
    /// It answers ranges with whole files: another request that allows for that may do. What stood at the front of a file
    /// may have come.
    #[error("it ignores ranges")]
    NoRanges,
    /// It is to be left alone for a while (HTTP 429, 503).
    #[error("busy")]
    Busy {
        /// How long, if it said so.
        retry_after: Option<Duration>,
    },
    /// Anything else: another try may do.
    #[error("{0}")]
    Failed(String),
}
